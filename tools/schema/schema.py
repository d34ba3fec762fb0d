"""Write the native plugin's schema.json again, after a field of the core has changed.

python tools/schema/schema.py
"""

from __future__ import annotations

from pathlib import Path

from pulumi_mixpanel.plugin import schema

if __name__ == "__main__":
    Path(schema.__file__).with_name("schema.json").write_text(schema.schema_text())
