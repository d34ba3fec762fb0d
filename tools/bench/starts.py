"""What the start of a provider's process costs: processor time and memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

BIN = Path(sys.executable).parent
COOKIE = {
    "TF_PLUGIN_MAGIC_COOKIE": "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"
}


@dataclass(frozen=True)
class Start:
    """One start: milliseconds of processor time, and peak memory in MB."""

    milliseconds: float
    megabytes: float


STARTS: Mapping[str, tuple[Sequence[str], Mapping[str, str]]] = {
    "`terraform-provider-mixpanel`": ([str(BIN / "terraform-provider-mixpanel")], COOKIE),
    "`pulumi-resource-mixpanel`": ([str(BIN / "pulumi-resource-mixpanel")], {}),
    "the dynamic host with our provider": (
        [
            sys.executable,
            "-u",
            "-c",
            (
                "import pulumi_mixpanel.dynamic.providers, runpy; "
                "runpy.run_module('pulumi.dynamic', run_name='__main__')"
            ),
            "127.0.0.1:1",
        ],
        {},
    ),
}
"""Each process by its name: its command, and what its environment has besides."""


def start(command: Sequence[str], env: Mapping[str, str]) -> Start:
    """Start a process, wait for its first line, and end it."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(
        command, env={**kept, **env}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    out = process.stdout
    if out is None or not out.readline():
        sys.exit(f"{command[0]} printed nothing")
    process.kill()
    _, _, used = os.wait4(process.pid, 0)
    process.returncode = 0  # or it would be waited for once more
    out.close()
    kilobytes = used.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return Start((used.ru_utime + used.ru_stime) * 1000, kilobytes / 1024)


def median_start(name: str, rounds: int = 9) -> Start:
    """Return the medians of several starts, after one that is not counted."""
    ones = [start(*STARTS[name]) for _ in range(rounds + 1)][1:]
    return Start(
        statistics.median(one.milliseconds for one in ones),
        statistics.median(one.megabytes for one in ones),
    )
