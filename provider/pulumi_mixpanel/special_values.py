"""The marks by which an engine's property values tell a special object from a plain one."""

from __future__ import annotations

SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The key that tells a special object from a plain one."""

SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 (the protocol's mark of a secret)
"""What stands under it in a secret."""
