"""The frozen form of a shell: an executable with its libraries and Python, by PyInstaller."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

from tools.release.contents import Shell, excluded

_ENTRY = "import sys\nfrom {module} import main\nsys.exit(main())\n"


def freeze(shell: Shell, python: Path, folder: Path) -> Path:
    """Create the frozen form of a shell.

    Args:
        shell: The shell.
        python: The Python of an environment that holds PyInstaller, the package and its libraries.
        folder: Where PyInstaller works; made.

    Returns:
        The folder that holds the executable.

    Raises:
        ValueError: The executable holds what it must not.
    """
    folder.mkdir(parents=True)
    entry = folder / f"{shell.command}.py"
    entry.write_text(_ENTRY.format(module=shell.module))
    options = ["--noconfirm", "--onedir", "--log-level=ERROR", "--copy-metadata=pulumi-mixpanel"]
    options += [f"--collect-data={package}" for package in shell.packages]
    options += [f"--exclude-module={name}" for name in excluded(shell)]
    command = [str(python), "-m", "PyInstaller", *options, entry.name]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    refuse_foreign(shell, folder / "build" / shell.command / "PYZ-00.toc")
    return folder / "dist" / shell.command


def refuse_foreign(shell: Shell, contents: Path) -> None:
    """Check whether an executable holds only what it may.

    Args:
        shell: The shell.
        contents: PyInstaller's list of the Python modules in it.

    Raises:
        ValueError: It holds what it must not.
    """
    modules = [f"{name}." for name, *_ in ast.literal_eval(contents.read_text())[1]]
    foreign = [
        name for name in excluded(shell) if any(one.startswith(f"{name}.") for one in modules)
    ]
    if foreign:
        raise ValueError(f"{shell.command} must not hold {', '.join(foreign)}")
