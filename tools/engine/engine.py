"""Find a Pulumi engine, or make one: on PATH, with Go from its published modules, by its installer.

Prints the folder that holds it, and nothing else, on stdout; talks on stderr.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

VERSION = "3.259.0"
OLDEST = (3, 200)
"""The oldest engine on PATH that is taken: the oldest SDK that the package accepts."""

LANGUAGE_HOST = "3.79.0"
"""The last version in which the Python language host was part of a published module."""

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FOLDER = ROOT / ".engine" / VERSION / "bin"

_SDK = "github.com/pulumi/pulumi/sdk/v3"
_CLI = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
_HOW_TO = (
    "No Pulumi was found. Install it (https://www.pulumi.com/docs/install/) so that `pulumi` is on "
    "PATH, or install Go 1.21 or newer (https://go.dev/dl/), which builds it; then run this again."
)


def say(line: str) -> None:
    """Talk to the user."""
    print(line, file=sys.stderr, flush=True)


def on_path() -> Path | None:
    """Find an engine on PATH that is new enough."""
    return new_enough("pulumi", r"^v(\d+)\.(\d+)\.", OLDEST, ROOT)


def new_enough(program: str, pattern: str, oldest: tuple[int, int], root: Path) -> Path | None:
    """Return the folder of a program on PATH that is new enough.

    Args:
        program: Its name.
        pattern: Finds the two first numbers of its version in what `version` prints.
        oldest: The oldest version that is taken.
        root: The checkout, whose own scripts would ask us again.
    """
    found = shutil.which(program)
    if found is None or root in Path(found).parents:
        return None
    answer = subprocess.run([found, "version"], capture_output=True, text=True, check=False)
    match = re.search(pattern, answer.stdout)
    if match is None or (int(match[1]), int(match[2])) < oldest:
        say(f"{found} is not used: it is older than v{oldest[0]}.{oldest[1]}")
        return None
    return Path(found).parent


@contextlib.contextmanager
def alive(what: str, usual: str) -> Iterator[None]:
    """Say every ten seconds that a long step is alive, and how long it usually takes."""
    started = time.monotonic()
    done = threading.Event()

    def tell() -> None:
        while not done.wait(10):
            say(f"  … {what}: {time.monotonic() - started:.0f} s (usually {usual})")

    say(f"{what} (usually {usual})")
    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()
    say(f"  done in {time.monotonic() - started:.0f} s")


def run_go(module: str, *arguments: str) -> str:
    """Run Go in one of the pinned modules beside this file, whatever workspace is around it."""
    answer = subprocess.run(
        ["go", *arguments],
        cwd=HERE / module,
        env={**os.environ, "GOWORK": "off"},
        text=True,
        check=True,
        stdout=subprocess.PIPE,
    )
    return answer.stdout


def build(folder: Path) -> Path:
    """Build the engine and its Python language host from their published modules."""
    folder.mkdir(parents=True)
    version = f"-X {_SDK}/go/common/version.Version=v{VERSION}"
    usually = "3 to 5 minutes on two quiet cores, longer on busy ones, seconds when cached"
    with alive("building the Pulumi engine", usually):
        run_go("cli", "build", "-ldflags", version, "-o", str(folder / "pulumi"), _CLI)
    with alive("building its Python language host", "half a minute"):
        host = f"{_SDK}/python/cmd/pulumi-language-python"
        run_go("language-host", "build", "-o", str(folder / "pulumi-language-python"), host)
        module = Path(run_go("cli", "list", "-m", "-f", "{{.Dir}}", _SDK).strip())
    for tool in ("cmd/pulumi-language-python-exec", "dist/pulumi-resource-pulumi-python"):
        copied = shutil.copy(module / "python" / tool, folder)
        Path(copied).chmod(0o755)
    return folder


def install(folder: Path) -> Path:
    """Let the official installer fetch the engine."""
    code = (
        "import sys, semver; from pulumi.automation import PulumiCommand; "
        "PulumiCommand.install(root=sys.argv[1], version=semver.VersionInfo.parse(sys.argv[2]))"
    )
    with alive("installing the Pulumi engine", "half a minute"):
        root = str(folder.parent)
        command = [sys.executable, "-c", code, root, VERSION]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        if answer.returncode:
            reason = answer.stderr.strip().rpartition("\n")[2]
            raise OSError(f"The official installer failed: {reason}")
    return folder


def build_or_install(scratch: Path) -> Path:
    """Build with Go where there is one that can; else install."""
    if shutil.which("go"):
        try:
            return build(scratch / "built" / "bin")
        except subprocess.CalledProcessError:
            say("Go could not build it (see above): trying the official installer instead")
    return install(scratch / "installed" / "bin")


def make() -> Path:
    """Build or install the engine, once, however many ask at the same time."""
    FOLDER.parent.parent.mkdir(parents=True, exist_ok=True)
    with (FOLDER.parent.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (FOLDER / "pulumi").exists():
            with tempfile.TemporaryDirectory(dir=FOLDER.parent.parent) as scratch:
                build_or_install(Path(scratch)).parent.rename(FOLDER.parent)
    return FOLDER


def main() -> int:
    """Print the folder that holds the engine."""
    try:
        folder = on_path() or make()
    except OSError as error:
        say(f"{error}\n{_HOW_TO}")
        return 1
    if not os.access(folder / "pulumi", os.X_OK):
        say(_HOW_TO)
        return 1
    print(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
