"""Calls and wall time of whole operations on the emulator, beside a floor that makes no call.

Run it with `script/bench [--quick]`. It prints a table and writes docs/performance.md's figures to
docs/performance-figures.md.
"""

from __future__ import annotations

import datetime as dt
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from pulumi_mixpanel.emulator import Emulator

ROOT = Path(__file__).resolve().parents[2]
PARALLEL = 16
MEMBERSHIPS = 3

FLOOR = """
from floor import Nothing

for number in range({accounts}):
    Nothing(f"a{{number}}", {{"name": f"a{{number}}"}})
    for at in range({memberships}):
        Nothing(f"m{{number}}-{{at}}", {{"name": f"m{{number}}-{{at}}", "role": {role!r}}})
"""
FLOOR_MODULE = '''
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider


class Provider(ResourceProvider):
    """Does nothing."""

    serialize_as_secret_always = False

    def create(self, props):
        return CreateResult(props["name"], props)

    def diff(self, _id, olds, news):
        return DiffResult(changes=False)

    def read(self, id_, props):
        return ReadResult(id_, props)


class Nothing(Resource, name="Nothing"):
    """Is nothing."""

    def __init__(self, name, props):
        super().__init__(Provider(), name, props)
'''
OURS = """
import pulumi
from pulumi_mixpanel import ProjectMembership, Provider, ServiceAccount

opts = pulumi.ResourceOptions(provider=Provider("wide", concurrency={parallel}))
for number in range({accounts}):
    bot = ServiceAccount(f"a{{number}}", opts=opts)
    for at in range({memberships}):
        ProjectMembership(f"m{{number}}-{{at}}", service_account=bot, role={role!r}, opts=opts,
                          project_id=2001 + (number * {memberships} + at) % 20)
"""


@dataclass
class Measured:
    """One operation: wall seconds, calls, and the provider process's peak memory in MB."""

    seconds: float
    calls: int
    memory: float


class Bench:
    """One stack, and what its operations cost."""

    def __init__(self, folder: Path, program: str, emulator: Emulator) -> None:
        self._folder = folder
        self._emulator = emulator
        (folder / "state").mkdir(parents=True)
        (folder / "Pulumi.yaml").write_text("name: bench\nruntime: python\n")
        (folder / "floor.py").write_text(FLOOR_MODULE)
        (folder / "__main__.py").write_text(program)
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("MIXPANEL_", "PULUMI_"))}
        self._env = {
            **kept,
            **emulator.env,
            "PULUMI_BACKEND_URL": f"file://{folder}/state",
            "PULUMI_CONFIG_PASSPHRASE": "only for the bench",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_STACK": "bench",
        }
        self.run("stack", "init", "bench")

    def run(self, *arguments: str) -> Measured:
        """Run a command and measure it."""
        self._emulator.forget_calls()
        started = time.monotonic()
        process = subprocess.Popen(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self._folder,
            env=self._env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        memory = 0.0
        while process.poll() is None:
            memory = max(memory, provider_memory(process.pid))
            try:
                process.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
        seconds = time.monotonic() - started
        if process.returncode:
            sys.exit(process.stdout.read() if process.stdout else "failed")
        return Measured(seconds, len(self._emulator.calls()), memory)

    def life(self) -> dict[str, Measured]:
        """Run the five operations."""
        yes = ("--yes", "--skip-preview", f"--parallel={PARALLEL}")
        return {
            "preview": self.run("preview", f"--parallel={PARALLEL}"),
            "up": self.run("up", *yes),
            "refresh": self.run("refresh", *yes),
            "up again": self.run("up", *yes),
            "destroy": self.run("destroy", *yes),
        }


def provider_memory(parent: int) -> float:
    """Tell the peak memory of the largest provider process below a process, where /proc tells."""
    largest = 0.0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            command = (status.parent / "cmdline").read_bytes()
            text = status.read_text()
        except OSError:
            continue
        if b"pulumi.dynamic" in command and b"python" in command.split(b"\0")[0]:
            peak = re.search(r"VmHWM:\s+(\d+)", text)
            largest = max(largest, int(peak[1]) / 1024 if peak else 0.0)
    del parent
    return largest


def measure(accounts: int, latency: int, rounds: int, floors: list[dict[str, Measured]]) -> str:
    """Measure ours in turn with the floor; make the rows of the table."""
    ours: list[dict[str, Measured]] = []
    values = {
        "accounts": accounts,
        "memberships": MEMBERSHIPS,
        "role": "analyst",
        "parallel": PARALLEL,
    }
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as name, Emulator(latency_ms=latency) as emulator:
            folder = Path(name)
            if latency == 0:
                floors.append(Bench(folder / "floor", FLOOR.format(**values), emulator).life())
            ours.append(Bench(folder / "ours", OURS.format(**values), emulator).life())
    rows = ""
    for operation in ours[0]:
        wall = statistics.median(one[operation].seconds for one in ours)
        floor = statistics.median(one[operation].seconds for one in floors)
        calls = ours[-1][operation].calls
        memory = max(one[operation].memory for one in ours)
        bound = floor + calls * latency / 1000 / min(PARALLEL, max(calls, 1))
        rows += (
            f"| {accounts} | {latency} | {operation} | {calls} | {wall:.2f} | {floor:.2f} | "
            f"{wall / floor:.2f} | {bound:.2f} | {memory:.0f} |\n"
        )
    print(rows, end="", flush=True)
    return rows


def main(arguments: list[str]) -> int:
    """Measure, print and write down."""
    quick = arguments == ["--quick"]
    table = (
        "| accounts | latency, ms | operation | calls | wall, s | floor, s | ratio | "
        "floor + calls x latency / under way, s | provider's peak, MB |\n"
        "|---|---|---|---|---|---|---|---|---|\n"
    )
    print(table, end="", flush=True)
    plan = [(1, 3), (100, 1 if quick else 3)] + ([] if quick else [(500, 1)])
    for accounts, rounds in plan:
        floors: list[dict[str, Measured]] = []
        for latency in (0, 100) if accounts == 500 else (0, 100, 800):
            table += measure(accounts, latency, rounds, floors)
    versions = subprocess.run(
        ["pulumi", "version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    head = (
        f"Made by `script/bench{' --quick' if quick else ''}` on {dt.date.today()}: "  # noqa: DTZ011
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}, Pulumi {versions}, file backend, --parallel {PARALLEL}, a "
        f"Provider with concurrency {PARALLEL}, {MEMBERSHIPS} memberships an account over 20 "
        "projects; medians.\n\n"
    )
    (ROOT / "docs" / "performance-figures.md").write_text("# Figures\n\n" + head + table)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
