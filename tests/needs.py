"""What some tests need of the machine, beside Python and Pulumi: found, or a skip that says how to get it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

_FOLDERS = (
    "usr/lib/postgresql/*/bin",  # Debian and Ubuntu
    "opt/homebrew/opt/postgresql@*/bin",  # Homebrew, which keeps it off PATH too
    "usr/local/opt/postgresql@*/bin",
    "Applications/Google Chrome.app/Contents/MacOS",
)
"""Where packages put programs that are not on PATH, below the root."""


def needed(*names: str, how: str) -> str:
    """Find a program, or skip the test; in CI a skip is a failure (conftest.py).

    Args:
        names: What it may be called; the first that is found counts.
        how: How to get it: the package and the command.

    Returns:
        Its path.
    """
    elsewhere = [str(folder) for part in _FOLDERS for folder in sorted(Path("/").glob(part))]
    path = os.pathsep.join([os.environ["PATH"], *elsewhere])
    for name in names:
        found = shutil.which(name, path=path)
        if found is not None:
            return found
    pytest.skip(f"needs {' or '.join(names)}: {how}")
