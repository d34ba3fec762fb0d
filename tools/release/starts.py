"""What a start of each executable costs, both with its Python and as a launcher.

python -m tools.release.starts FOLDER, which script/release runs as a process of its own: a process
that starts another one lends it its own peak of memory.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.bench.starts import COOKIE, start
from tools.release.contents import PULUMI, TERRAFORM

ROUNDS = 9


def executables(scratch: Path) -> Iterator[tuple[str, Path]]:
    """Return each executable in the folder where script/release works, and what to call it."""
    for shell, folder in ((TERRAFORM, "terraform"), (PULUMI, "pulumi")):
        frozen = scratch / folder / "dist" / shell.command
        yield f"{shell.command} with its Python", frozen / shell.command
        launcher = scratch / "launchers" / shell.command
        yield f"{shell.command} as a launcher", launcher / shell.command


def main(scratch: Path) -> int:
    """Print the medians, after one start that is not counted."""
    for name, path in executables(scratch):
        ones = [start([str(path)], COOKIE) for _ in range(ROUNDS + 1)][1:]
        milliseconds = statistics.median(one.milliseconds for one in ones)
        megabytes = statistics.median(one.megabytes for one in ones)
        print(f"{name}: {milliseconds:.0f} ms CPU, {megabytes:.0f} MB a start", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
