"""Find OpenTofu, or build it: on PATH, or with Go from its published module.

Prints the folder that holds `tofu`, and nothing else, on stdout; talks on stderr.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.engine.engine import alive, new_enough, say

VERSION = "1.12.6"
OLDEST = (1, 11)
"""The oldest version on PATH that is taken: the first one with write-only arguments."""

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FOLDER = ROOT / ".engine" / "opentofu" / VERSION

_COMMAND = "github.com/opentofu/opentofu/cmd/tofu"
_RELEASE = "-s -w -X github.com/opentofu/opentofu/version.dev=no"
_HOW_TO = (
    "No OpenTofu was found. Install it (https://opentofu.org/docs/intro/install/) so that `tofu` "
    "is on PATH, or install Go 1.21 or newer (https://go.dev/dl/), which builds it; then run this "
    "again."
)


def on_path() -> Path | None:
    """Return the folder of an OpenTofu on PATH that is new enough."""
    return new_enough("tofu", r"v(\d+)\.(\d+)\.", OLDEST, ROOT)


def build(target: Path) -> None:
    """Build OpenTofu from its published module.

    Raises:
        OSError: There is no Go, or it failed.
    """
    go = shutil.which("go")
    if go is None:
        raise OSError("There is no Go on PATH.")
    with alive("building OpenTofu", "3 to 10 minutes on two cores, seconds when cached"):
        ran = subprocess.run(
            [go, "build", "-ldflags", _RELEASE, "-o", str(target), _COMMAND],
            cwd=HERE,
            env={**os.environ, "GOWORK": "off"},
            stdout=2,  # stderr, whatever Python takes for it
            check=False,
        )
    if ran.returncode:
        raise OSError("Go could not build OpenTofu (see above).")


def make() -> Path:
    """Build OpenTofu once, however many processes ask at the same time; return its folder."""
    FOLDER.parent.mkdir(parents=True, exist_ok=True)
    with (FOLDER.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (FOLDER / "tofu").exists():
            with tempfile.TemporaryDirectory(dir=FOLDER.parent) as scratch:
                build(Path(scratch) / "built" / "tofu")
                (Path(scratch) / "built").rename(FOLDER)
    return FOLDER


def main() -> int:
    """Print the folder that holds OpenTofu."""
    try:
        folder = on_path() or make()
    except OSError as error:
        say(f"{error}\n{_HOW_TO}")
        return 1
    print(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
