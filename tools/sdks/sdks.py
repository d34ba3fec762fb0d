"""Make the native plugin's SDKs out of its schema in sdk/, and check each by its own language.

Generated code is not committed: it is made from schema.json, which is.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from importlib.metadata import version as distribution_version
from pathlib import Path

from tools.sdks.python_program import PROGRAM
from tools.sdks.python_types import UnknownCodeError, add_types

from pulumi_mixpanel.plugin import schema

ROOT = Path(__file__).resolve().parents[2]
GENERATOR = ROOT / "tools" / "sdks"
PACKAGE = "pulumi_mixpanel_native"
SCHEMA = Path(schema.__file__).with_name("schema.json")
_GO_MODULE = """module example.com/pulumi-mixpanel/sdk/go

go 1.24

require github.com/pulumi/pulumi/sdk/v3 v3.259.0
"""


def generate(version: str, folder: Path) -> None:
    """Create the source of all SDKs, and type the Python one.

    Args:
        version: The plugin's version, which the SDKs ask the engine for.
        folder: Gets a folder for each language.

    Raises:
        subprocess.CalledProcessError: The schema is not sound, or Go failed; it has said why.
        UnknownCodeError: The Python generator wrote what no rule of python_types gives a type.
    """
    run_generator(version, folder)
    (folder / "go" / "go.mod").write_text(_GO_MODULE)
    add_types(folder / "python" / PACKAGE)


def run_generator(version: str, folder: Path) -> None:
    """Create the source of all SDKs as Pulumi's generator writes it.

    Args:
        version: The plugin's version.
        folder: Gets a folder for each language.

    Raises:
        subprocess.CalledProcessError: The schema is not sound, or Go failed; it has said why.
    """
    _run(["go", "run", ".", str(SCHEMA), version, str(folder)], GENERATOR)


def _run(command: Sequence[str], folder: Path) -> None:
    """Run a command; it talks on stderr."""
    env = {**os.environ, "GOWORK": "off"}
    subprocess.run(command, cwd=folder, env=env, check=True, stdout=sys.stderr)


def finish_go(sdk: Path) -> None:
    """Fix the versions that the Go SDK needs, and check it."""
    _run(["go", "mod", "tidy"], sdk)
    _run(["go", "vet", "./..."], sdk)


def finish_nodejs(sdk: Path) -> None:
    """Compile the Node SDK, which checks it; the package is then its folder `bin`."""
    _run(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error"], sdk)
    _run(["npx", "tsc"], sdk)
    for name in ("package.json", "README.md"):
        shutil.copy(sdk / name, sdk / "bin" / name)


def check_python(sdk: Path, scratch: Path) -> None:
    """Check the types of the Python SDK, of the example, and of a program that uses all of it.

    Args:
        sdk: The SDK's folder.
        scratch: An empty folder, for an environment in which it is installed.
    """
    venv.create(scratch / "environment", with_pip=True)
    python = scratch / "environment" / "bin" / "python"
    _run([str(python), "-m", "pip", "install", "--quiet", str(sdk)], scratch)
    program = scratch / "program"
    program.mkdir()
    (program / "every_name.py").write_text(PROGRAM)
    shutil.copy(ROOT / "examples" / "native" / "python" / "__main__.py", program)
    check_types(program, python)
    check_package(sdk, scratch / "package", python)


def check_package(sdk: Path, copy: Path, python: Path) -> None:
    """Check the types of the Python SDK's own code.

    Args:
        sdk: The SDK's folder.
        copy: A folder for the package alone, since checkers pass over what is installed; made.
        python: The interpreter of an environment that has what the SDK needs.

    Raises:
        subprocess.CalledProcessError: A checker found an error, and has said which.
    """
    shutil.copytree(sdk / PACKAGE, copy / PACKAGE)
    check_types(copy, python)


def check_types(folder: Path, python: Path) -> None:
    """Check a folder by mypy --strict and by pyright, with no other settings.

    Args:
        folder: What to check; it gets a file of settings.
        python: The interpreter of the environment that the code runs in.

    Raises:
        subprocess.CalledProcessError: A checker found an error, and has said which.
    """
    (folder / "pyrightconfig.json").write_text(json.dumps({"typeCheckingMode": "standard"}))
    tools = Path(sys.executable).parent
    mypy = ["--strict", "--config-file=", "--cache-dir", os.devnull]
    _run([str(tools / "mypy"), *mypy, "--python-executable", str(python), "."], folder)
    _run([str(tools / "basedpyright"), "--pythonpath", str(python), "."], folder)


def make_all(version: str, folder: Path, scratch: Path) -> None:
    """Create and check every SDK.

    Args:
        version: The plugin's version.
        folder: Where they are to be; what was there is deleted.
        scratch: An empty folder.
    """
    shutil.rmtree(folder, ignore_errors=True)
    generate(version, folder)
    finish_go(folder / "go")
    check_python(folder / "python", scratch)
    if shutil.which("npm"):
        finish_nodejs(folder / "nodejs")
    else:
        print("npm is not on PATH: the Node SDK is made, but neither compiled nor checked")


def main() -> int:
    """Create the SDKs in sdk/."""
    if shutil.which("go") is None:
        print("script/sdks needs Go (https://go.dev/dl/), 1.24 or newer.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as scratch:
        try:
            make_all(distribution_version("pulumi-mixpanel"), ROOT / "sdk", Path(scratch))
        except subprocess.CalledProcessError as error:
            print(f"failed: {shlex.join(map(str, error.cmd))}", file=sys.stderr)
            return 1
        except UnknownCodeError as error:
            print(error, file=sys.stderr)
            return 1
    print("sdk/ has the SDKs for Python, Node and Go")
    return 0


if __name__ == "__main__":
    sys.exit(main())
