"""Stacks to measure: their programs, their commands, and what these cost."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from mixpanel_service_accounts.emulator import Emulator

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
from floor import Account, Membership

wide = pulumi.ProviderResource("pulumi-python", "wide", {{}})
opts = pulumi.ResourceOptions(provider=wide)
for number in range({accounts}):
    bot = Account(f"a{{number}}", opts)
    for at in range({memberships}):
        Membership(f"m{{number}}-{{at}}", bot, 2001 + (number * {memberships} + at) % 20, opts)
"""
_FLOOR_MODULE = '''
import pulumi
from pulumi.dynamic import (
    CheckResult, CreateResult, DiffResult, ReadResult, Resource, ResourceProvider
)

HOME = {"base_url": "http://127.0.0.1:12345/api/app", "organization_id": 1001}
ACCOUNT = {
    "created": "2026-01-01T00:00:00Z", "creator": 905001, "creator_name": "User 905001",
    "creator_email": "user-905001@example.invalid", "secret": "0123456789abcdef0123456789abcdef",
    "service_account_id": 5001,
}
ACCOUNTS_PROPERTIES = """
    home service_account_id username created creator creator_email creator_name actual_name
    actual_role actual_expires granted_roles issued_at adopted role expires projects
    validity_period_hours early_renewal_hours rotate_when_changed adopt secret organization_id
    region
"""
MEMBERSHIPS_PROPERTIES = "organization_id region home granted_role"


class Provider(ResourceProvider):
    """Does nothing but say what the others have in state."""

    serialize_as_secret_always = False

    def check(self, _olds, news):
        return CheckResult({**news, "home": HOME}, [])

    def create(self, props):
        if "role" in props:
            return CreateResult(f"5001/{props['project_id']}", props)
        name = props["name"]
        made = {"actual_name": name, "username": f"{name}.e42a00.mp-service-account"}
        return CreateResult("5001", {**props, **ACCOUNT, **made})

    def diff(self, _id, olds, news):
        return DiffResult(changes=False)

    def read(self, id_, props):
        asked = ("name", "service_account_id", "project_id", "role", "organization_id", "home")
        if "role" not in props:
            asked = ("name", "home")
        return ReadResult(id_, props, {key: props[key] for key in asked if key in props})


class Account(Resource, module="floor", name="ServiceAccount"):
    """Is nothing."""

    def __init__(self, name, opts):
        props = dict.fromkeys(ACCOUNTS_PROPERTIES.split())
        super().__init__(Provider(), name, {**props, "name": f"bench-{name}"}, opts)
        self.number = self.id.apply(int)
        self.organization = self.home.apply(lambda home: home["organization_id"])


class Membership(Resource, module="floor", name="ProjectMembership"):
    """Is nothing."""

    def __init__(self, name, bot, project, opts):
        props = dict.fromkeys(MEMBERSHIPS_PROPERTIES.split())
        props |= {"service_account_id": bot.number, "organization_id": bot.organization}
        props |= {"project_id": project, "role": "analyst"}
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


Life = Mapping[str, Measured]
"""What each operation of a stack cost, in their order."""


def median(lives: Sequence[Life], operation: str) -> Measured:
    """Return the median wall time, the last count of calls and the largest peak of an operation."""
    ones = [life[operation] for life in lives]
    return Measured(
        statistics.median(one.seconds for one in ones),
        ones[-1].calls,
        max((one.memory for one in ones if one.memory is not None), default=None),
    )


@dataclass
class Stack:
    """A stack in a folder of its own.

    Attributes:
        folder: Where everything of it lives.
        emulator: What its provider talks to.
        env: Environment variables beside those of the emulator.
        parallel: How many steps the engine takes at once; 0 for its default.
        provider: What the command line of the provider's process holds.
    """

    folder: Path
    emulator: Emulator
    env: Mapping[str, str] = field(default_factory=dict)
    parallel: int = PARALLEL
    provider: bytes = b"pulumi.dynamic"

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
        # An installed package has its bytecode; so has ours after the first command.
        foreign = ("MIXPANEL_", "PULUMI_", "PYTHONDONTWRITEBYTECODE")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(foreign)}
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
        with printed.open("w") as out:
            started = time.monotonic()
            process = subprocess.Popen(
                ["pulumi", *arguments, "--non-interactive"],
                cwd=self.folder,
                env=self._environment(),
                stdout=out,
                stderr=subprocess.STDOUT,
            )
            with watching(process.pid, self.provider) as peaks:
                process.wait()  # without a timeout, which would look only every 50 ms
                seconds = time.monotonic() - started
        if process.returncode:
            sys.exit(f"pulumi {' '.join(arguments)}:\n{printed.read_text()[-3000:]}")
        return Measured(seconds, len(self.emulator.calls()), max(peaks, default=None))


@contextmanager
def watching(engine: int, provider: bytes = b"pulumi.dynamic") -> Iterator[list[float]]:
    """Collect the peaks of an engine's provider process while it runs."""
    peaks: list[float] = []
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.2):
            peak = peak_of_provider(engine, provider)
            if peak is not None:
                peaks.append(peak)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peaks
    finally:
        ended.set()
        watcher.join()


def peak_of_provider(engine: int, provider: bytes) -> float | None:
    """Return the peak memory, in MB, of the largest provider below an engine's process.

    Args:
        engine: The engine's process.
        provider: What the command line of a provider's process holds.

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
        if provider in command and found:
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
