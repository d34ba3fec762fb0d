"""Find Pulumi's hosts of other languages, or build those that are missing beside our own engine.

python -m tools.engine.hosts yaml nodejs go
"""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tools.engine.engine import FOLDER, alive, run_go, say

HOSTS = {
    "yaml": ("yaml-host", "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml"),
    "nodejs": (
        "node-host",
        "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
    ),
    "go": ("go-host", "github.com/pulumi/pulumi/sdk/v3/go/pulumi-language-go"),
}
"""The pinned module beside this file that has a language's host, and the host's package. The last
two are of the last versions in which the host was part of a published module."""


def find_or_build(language: str, engine: Path, *, built: Path = FOLDER) -> None:
    """Make sure that an engine has the host of a language.

    Args:
        language: `yaml`, `nodejs` or `go`.
        engine: The folder of the engine's executable.
        built: The folder of an engine that was built here; one that was installed has all hosts.

    Raises:
        OSError: The host is missing and cannot be built.
    """
    name = f"pulumi-language-{language}"
    if (engine / name).exists() or shutil.which(name):
        return
    if engine != built:
        raise OSError(f"{engine} has no {name}: install Pulumi again, which brings it")
    if shutil.which("go") is None:
        raise OSError(f"{name} is missing, and Go, which builds it, too (https://go.dev/dl/)")
    with (engine.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (engine / name).exists():
            _build(language, engine / name)


def _build(language: str, target: Path) -> None:
    """Build a host; it is there when it is whole, for others may be looking for it."""
    module, package = HOSTS[language]
    usual = "1 to 2 minutes on two cores, seconds when cached"
    with (
        alive(f"building {target.name}", usual),
        tempfile.TemporaryDirectory(dir=target.parent.parent) as scratch,
    ):
        built = Path(scratch) / target.name
        run_go(module, "build", "-o", str(built), package)
        built.rename(target)


def main(languages: Sequence[str]) -> int:
    """Find or build the hosts of languages for the engine on PATH."""
    engine = shutil.which("pulumi")
    if engine is None:
        say("pulumi is not on PATH: run script/bootstrap first")
        return 1
    try:
        for language in languages:
            find_or_build(language, Path(engine).parent)
    except (OSError, subprocess.CalledProcessError) as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
