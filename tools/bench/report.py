"""What was measured, as tables, and their places in docs/performance.md."""

from __future__ import annotations

import datetime as dt
import os
import platform
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

NONE = "–"  # noqa: RUF001 (a dash)
PAGE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Make a table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(str(cell) for cell in line)} |\n" for line in lines)


def seconds(value: float) -> str:
    """Write seconds."""
    return f"{value:.2f}"


def megabytes(value: float | None) -> str:
    """Write a peak of memory, or a dash where nothing tells it."""
    return NONE if value is None else f"{value:.0f}"


def verdict(name: str, value: float, most: float) -> str:
    """Say whether a goal holds."""
    holds = "holds" if value <= most else "**does not hold**"
    return f"- {name}: {value:.2f} of at most {most:.2f}: {holds}.\n"


def machine(command: str) -> str:
    """Say when, where and with what something was measured."""
    version = subprocess.run(["pulumi", "version"], capture_output=True, text=True, check=True)
    sdk = subprocess.run(
        ["python", "-c", "import importlib.metadata as m; print(m.version('pulumi'))"],
        capture_output=True,
        text=True,
        check=True,
    )
    return (
        f"Made by `{command}` on {dt.datetime.now(dt.timezone.utc):%Y-%m-%d}: {platform.system()} "
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, Pulumi "
        f"{version.stdout.strip()}, SDK {sdk.stdout.strip()}; the emulator runs on the same "
        "cores.\n\n"
    )


def write(part: str, text: str) -> None:
    """Replace a part of the page, between its two markers.

    Raises:
        ValueError: The page has no such part.
    """
    page = PAGE.read_text()
    begin, end = f"<!-- bench:{part} -->\n", f"<!-- /bench:{part} -->"
    place = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if not place.search(page):
        raise ValueError(f"{PAGE.name} has no part {begin.strip()}")
    PAGE.write_text(place.sub(lambda _: f"{begin}\n{text.strip()}\n\n{end}", page))
    print(f"\n{text}", flush=True)
