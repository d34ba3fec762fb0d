"""The frozen form of a shell: an executable with its libraries and Python, by PyInstaller."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tools.release.contents import READ_AT_RUN_TIME, Shell, excluded

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
    # Modules as files, which nothing has to unpack, take a fifth off each start.
    options = ["--noconfirm", "--onedir", "--debug=noarchive"]
    # The metadata of a distribution has its licence.
    names = ("pulumi-mixpanel", *shell.distributions)
    options += [f"--copy-metadata={name}" for name in names]
    read = [package for package in shell.packages if package in READ_AT_RUN_TIME]
    options += [f"--collect-data={package}" for package in read]
    options += [f"--exclude-module={name}" for name in excluded(shell)]
    command = [str(python), "-m", "PyInstaller", *options, entry.name]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    made = folder / "dist" / shell.command
    refuse_foreign(shell, made / "_internal")
    return made


def refuse_foreign(shell: Shell, libraries: Path) -> None:
    """Check whether an executable's libraries are only what it may hold.

    Args:
        shell: The shell.
        libraries: Their folder.

    Raises:
        ValueError: It holds what it must not.
    """
    paths = {name: libraries / name.replace(".", "/") for name in excluded(shell)}
    foreign = [
        name for name, path in paths.items() if path.is_dir() or path.with_suffix(".pyc").exists()
    ]
    if foreign:
        raise ValueError(f"{shell.command} must not hold {', '.join(foreign)}")
