"""The launcher form of a shell: a script and its libraries, for one version of Python.

python -m tools.release.launcher FOLDER copies the libraries of the Python that runs it.
"""

from __future__ import annotations

import compileall
import shutil
import sys
from importlib.metadata import Distribution, distribution
from importlib.util import find_spec
from pathlib import Path
from py_compile import PycInvalidationMode

from tools.release.contents import ROOMS_LEFT_OUT, SHELLS, Shell

PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"

_SCRIPT = """#!/bin/sh
# Start {command} with the Python that its libraries are for.
if ! command -v {python} >/dev/null 2>&1; then
    echo "{command} needs {python} on PATH." >&2
    exit 1
fi
exec {python} -I -S -B "$(dirname "$0")/lib/start.py" "$@"
"""
_START = """import sys
from os.path import dirname

sys.path.insert(0, dirname(__file__))
from {module} import main

sys.exit(main())
"""


def make_all(folder: Path) -> None:
    """Create the launcher form of every shell, each in a folder that has its command's name."""
    for shell in SHELLS:
        make(shell, folder / shell.command)


def make(shell: Shell, folder: Path) -> None:
    """Create the launcher form of a shell.

    Args:
        shell: The shell, whose libraries this Python has.
        folder: Where the script and its folder `lib` are to be; made.
    """
    libraries = folder / "lib"
    libraries.mkdir(parents=True)
    for name in shell.distributions:
        _copy_distribution(distribution(name), libraries)
    for package in shell.packages:
        _copy_package(package, libraries)
    _copy_metadata(libraries)
    (libraries / "start.py").write_text(_START.format(module=shell.module))
    _compile(libraries)
    script = folder / shell.command
    script.write_text(_SCRIPT.format(command=shell.command, python=PYTHON))
    script.chmod(0o755)


def _copy_distribution(found: Distribution, libraries: Path) -> None:
    for file in found.files or ():
        if ".." not in file.parts and "__pycache__" not in file.parts:
            copied = libraries / file
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(str(found.locate_file(file)), copied)


def _copy_package(package: str, libraries: Path) -> None:
    """Copy a package of this repository, wherever it is installed, less what no plugin loads."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(package)
    source = Path(spec.origin).parent
    left_out = {name for room in ROOMS_LEFT_OUT[package] for name in (room, f"{room}.py")}

    def unwanted(folder: str, _names: list[str]) -> set[str]:
        return {"__pycache__", *(left_out if Path(folder) == source else ())}

    shutil.copytree(source, libraries / package, ignore=unwanted)


def _copy_metadata(libraries: Path) -> None:
    """Copy where the version stands, which the User-Agent and the engine are told, and the licence.

    The rest says where on this machine the package was installed from.
    """
    ours = distribution("pulumi-mixpanel")
    for file in ours.files or ():
        if file.name in ("METADATA", "LICENSE") and file.parts[0].endswith(".dist-info"):
            copied = libraries / file
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(str(ours.locate_file(file)), copied)


def _compile(libraries: Path) -> None:
    """Compile so that no start compares dates: unpacking an archive changes every one."""
    compileall.compile_dir(
        libraries,
        quiet=2,
        workers=0,
        stripdir=str(libraries),
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
    )


if __name__ == "__main__":
    make_all(Path(sys.argv[1]))
