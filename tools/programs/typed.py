"""Check the types of every program in the documents and examples, as a user's own check does.

Each is checked by mypy --strict and by pyright against the installed package, with none of this
repository's settings. Pyright comes as basedpyright, in pyright's own mode: its wheel brings the
JavaScript and a node to run it, so that nothing is downloaded when it starts.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
_NOT_INSTALLED = ("pulumi_policy", "pulumi_vault")
"""What some examples need beside this package, by their own requirements.txt."""
_MYPY = ["[mypy]", "strict = true", "explicit_package_bases = true"]


def programs() -> dict[str, str]:
    """Return every program, by a name that says where it stands."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    found = {
        _name(f"{page.stem}_{at}"): block
        for page in pages
        for at, block in enumerate(_BLOCK.findall(page.read_text()), 1)
    }
    examples = sorted((ROOT / "examples").glob("*/__main__.py"))
    return found | {_name(f"example_{path.parent.name}"): path.read_text() for path in examples}


def _name(text: str) -> str:
    return re.sub(r"\W", "_", text)


def check(checked: dict[str, str]) -> list[str]:
    """Check programs; returns what each checker that found an error has said."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for name, program in checked.items():
            (folder / f"{name}.py").write_text(_without_foreign_imports(program))
        ignored = [f"[mypy-{name}.*]\nignore_missing_imports = true" for name in _NOT_INSTALLED]
        (folder / "mypy.ini").write_text("\n".join([*_MYPY, *ignored]))
        (folder / "pyrightconfig.json").write_text(json.dumps({"typeCheckingMode": "standard"}))
        python = ["--pythonpath", sys.executable]
        said = (
            _run(["mypy", "--config-file=mypy.ini", "--cache-dir", os.devnull, "."], folder),
            _run(["basedpyright", "--project", ".", *python], folder),
        )
    return [text for text in said if text]


def _without_foreign_imports(program: str) -> str:
    """Let pyright pass over imports of what is not installed here; mypy has a setting for it."""
    foreign = any(name in program for name in _NOT_INSTALLED)
    return program + ("\n# pyright: reportMissingImports=false\n" if foreign else "")


def _run(command: list[str], folder: Path) -> str:
    """Run a checker; returns what it said if it found an error, else nothing."""
    beside = Path(sys.executable).parent
    ran = subprocess.run(
        [str(beside / command[0]), *command[1:]],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.stdout + ran.stderr if ran.returncode else ""


def main() -> int:
    """Check everything, and print what is wrong."""
    found = programs()
    wrong = check(found)
    print("\n".join(wrong) or f"{len(found)} programs of docs and examples: types are right")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
