"""Stacks to measure: their programs, their commands, and what these cost."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pulumi_mixpanel.emulator import Emulator

PARALLEL = 16
"""Calls under way at once: as many threads has the explicit provider, so many has --parallel."""

_OPTS = """
import pulumi
from pulumi_mixpanel import ProjectMembership, Provider, ServiceAccount

opts = pulumi.ResourceOptions({provider})
"""
_ACCOUNTS = """
for number in range({accounts}):
    bot = ServiceAccount(f"a{{number}}", opts=opts)
    for at in range({memberships}):
        ProjectMembership(f"m{{number}}-{{at}}", {account}, role="{role}", opts=opts,
                          project_id=2001 + (number * {memberships} + at) % 20)
"""
_WITH_PROJECTS = """
for number in range({accounts}):
    ServiceAccount(f"a{{number}}", opts=opts, projects=[
        {{"project_id": 2001 + (number * {memberships} + at) % 20, "role": "analyst"}}
        for at in range({memberships})])
"""
_FLOOR = """
import pulumi
from floor import Nothing

wide = pulumi.ProviderResource("pulumi-python", "wide", {{}})
opts = pulumi.ResourceOptions(provider=wide)
for number in range({accounts}):
    name = f"a{{number}}"
    bot = Nothing(name, {{"name": name, "number": None}}, opts)
    with_bot = pulumi.ResourceOptions(provider=wide, deleted_with=bot)
    for at in range({memberships}):
        Nothing(f"m{{number}}-{{at}}", {{"name": name, "number": bot.number, "at": at}}, with_bot)
"""
_FLOOR_MODULE = '''
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider


class Provider(ResourceProvider):
    """Does nothing."""

    serialize_as_secret_always = False

    def create(self, props):
        return CreateResult(props["name"], {**props, "number": 1})

    def diff(self, _id, olds, news):
        return DiffResult(changes=False)

    def read(self, id_, props):
        return ReadResult(id_, props, {key: props[key] for key in props if key != "number"})


class Nothing(Resource, name="Nothing"):
    """Is nothing."""

    def __init__(self, name, props, opts):
        super().__init__(Provider(), name, props, opts)
'''


def floor(accounts: int, memberships: int) -> str:
    """Write the program of a stack of the same form whose resources do nothing."""
    return _FLOOR.format(accounts=accounts, memberships=memberships)


def ours(
    accounts: int,
    memberships: int,
    *,
    role: str = "analyst",
    projects: bool = False,
    account: str = "service_account=bot",
    concurrency: int = PARALLEL,
) -> str:
    """Write a program of accounts, each in some of twenty projects."""
    provider = f'provider=Provider("wide", concurrency={concurrency})' if concurrency else ""
    body = _WITH_PROJECTS if projects else _ACCOUNTS
    return _OPTS.format(provider=provider) + body.format(
        accounts=accounts, memberships=memberships, role=role, account=account
    )


@dataclass(frozen=True)
class Measured:
    """One command: wall seconds, calls, and the provider process's peak memory in MB, if known."""

    seconds: float
    calls: int
    memory: float | None


@dataclass
class Stack:
    """A stack in a folder of its own.

    Attributes:
        folder: Where everything of it lives.
        emulator: What its provider talks to.
        env: Environment variables beside those of the emulator.
        parallel: How many steps the engine takes at once; 0 for its default.
    """

    folder: Path
    emulator: Emulator
    env: Mapping[str, str] = field(default_factory=dict)
    parallel: int = PARALLEL

    def __post_init__(self) -> None:
        (self.folder / "state").mkdir(parents=True)
        (self.folder / "Pulumi.yaml").write_text("name: bench\nruntime: python\n")
        (self.folder / "floor.py").write_text(_FLOOR_MODULE)
        self.write("")
        self._run("stack", "init", "bench")

    def write(self, program: str) -> None:
        """Write the program."""
        (self.folder / "__main__.py").write_text(program)

    def up(self) -> Measured:
        """Run `pulumi up`, one pass."""
        return self._run("up", "--yes", "--skip-preview", *self._at_once())

    def preview(self) -> Measured:
        """Run `pulumi preview`."""
        return self._run("preview", *self._at_once())

    def refresh(self) -> Measured:
        """Run `pulumi refresh`, one pass."""
        return self._run("refresh", "--yes", "--skip-preview", *self._at_once())

    def destroy(self) -> Measured:
        """Run `pulumi destroy`, one pass."""
        return self._run("destroy", "--yes", "--skip-preview", *self._at_once())

    def life(self) -> dict[str, Measured]:
        """Run the five operations: previews and the second `up` find no change."""
        return {
            "up": self.up(),
            "preview": self.preview(),
            "refresh": self.refresh(),
            "up again": self.up(),
            "destroy": self.destroy(),
        }

    def _at_once(self) -> list[str]:
        return [f"--parallel={self.parallel}"] if self.parallel else []

    def _environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("MIXPANEL_", "PULUMI_"))}
        return {
            **kept,
            **self.emulator.env,
            "PULUMI_BACKEND_URL": f"file://{self.folder}/state",
            "PULUMI_CONFIG_PASSPHRASE": "only for the bench",
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_STACK": "bench",
            **self.env,
        }

    def _run(self, *arguments: str) -> Measured:
        self.emulator.forget_calls()
        printed = self.folder / "printed"
        memory: float | None = None
        with printed.open("w") as out:
            started = time.monotonic()
            process = subprocess.Popen(
                ["pulumi", *arguments, "--non-interactive"],
                cwd=self.folder,
                env=self._environment(),
                stdout=out,
                stderr=subprocess.STDOUT,
            )
            while process.poll() is None:
                memory = max(memory or 0.0, peak_of_provider(process.pid) or 0.0) or None
                try:
                    process.wait(0.2)
                except subprocess.TimeoutExpired:
                    continue
            seconds = time.monotonic() - started
        if process.returncode:
            sys.exit(f"pulumi {' '.join(arguments)}:\n{printed.read_text()[-3000:]}")
        return Measured(seconds, len(self.emulator.calls()), memory)


def peak_of_provider(engine: int) -> float | None:
    """Tell the peak memory, in MB, of the largest dynamic host below an engine's process.

    Returns:
        None while there is none, and where there is no /proc.
    """
    peaks = []
    for process in _below(engine):
        try:
            command = Path(f"/proc/{process}/cmdline").read_bytes()
            status = Path(f"/proc/{process}/status").read_text()
        except OSError:
            continue
        found = re.search(r"VmHWM:\s+(\d+)", status)
        if b"pulumi.dynamic" in command and found:
            peaks.append(int(found[1]) / 1024)
    return max(peaks, default=None)


def _below(process: int) -> list[int]:
    """List a process's children, their children, and so on."""
    parents = dict(filter(None, map(_parent_of, Path("/proc").glob("[0-9]*/stat"))))
    found, ahead = [], [process]
    while ahead:
        parent = ahead.pop()
        children = [child for child, of in parents.items() if of == parent]
        found += children
        ahead += children
    return found


def _parent_of(stat: Path) -> tuple[int, int] | None:
    try:
        # The command, in parentheses, may hold anything; the parent is the second word after it.
        return int(stat.parent.name), int(stat.read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None
