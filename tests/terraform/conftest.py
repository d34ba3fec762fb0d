"""A provider of stand-ins, held by the test's own process, and a CLI that attaches to it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from tests.terraform import stand_in
from tests.terraform.cli import ADDRESSES, CHOSEN, Workspace, overriding
from tests.terraform.stand_in_server import LOOKUP, Server, connector

from mixpanel_service_accounts.api.clock import Clock
from mixpanel_service_accounts.api.instants import format_instant
from mixpanel_service_accounts.emulator import Emulator
from terraform_mixpanel.account_lookups import SOURCES
from terraform_mixpanel.attributes import kind_of
from terraform_mixpanel.connections import connect
from terraform_mixpanel.kinds import KINDS
from terraform_mixpanel.provider import Provider
from terraform_mixpanel.serving import attached


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out what only OpenTofu has, unless it is the CLI that is tested."""
    name = Path(CHOSEN or shutil.which("terraform") or "tofu").name
    return True if collection_path.name == "test_opentofu.py" and name != "tofu" else None


class Today:
    """A clock that a test sets, and that an emulator may follow."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 28, tzinfo=timezone.utc)
        self._emulator: Emulator | None = None

    def rules(self, emulator: Emulator) -> None:
        """Let an emulator's clock follow."""
        self._emulator = emulator
        self.passes(hours=0)

    def passes(self, hours: float) -> None:
        """Let time pass."""
        self.now += timedelta(hours=hours)
        if self._emulator:
            self._emulator.clock(format_instant(self.now))


@pytest.fixture
def today() -> Today:
    """Return a clock."""
    return Today()


@pytest.fixture
def server() -> Server:
    """Return an empty server in memory."""
    return Server()


@pytest.fixture
def provider(server: Server, today: Today) -> Provider:
    """Return a provider of the stand-in, with an empty environment."""
    clock = Clock(now=lambda: today.now)
    kinds = [kind_of(stand_in, "A service account.")]
    return Provider(kinds, [LOOKUP], connector(server), clock=clock, environment={})


@pytest.fixture
def workspace(provider: Provider, tmp_path: Path) -> Iterator[Workspace]:
    """Return a workspace whose CLI attaches to the provider in this process."""
    with attached(provider, *ADDRESSES) as env:
        yield Workspace(tmp_path / "configuration", env)


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Run an emulator that speaks `bulk`."""
    with Emulator() as running:
        yield running


@pytest.fixture
def real(emulator: Emulator, today: Today, tmp_path: Path) -> Iterator[Workspace]:
    """Return a workspace whose CLI attaches to the real provider in this process."""
    today.rules(emulator)
    clock = Clock(now=lambda: today.now, sleep=lambda _seconds: None)
    provider = Provider(KINDS, SOURCES, connect, clock=clock, environment=emulator.env)
    with attached(provider, *ADDRESSES) as env:
        yield Workspace(tmp_path / "configuration", env)


@pytest.fixture
def started(tmp_path: Path, emulator: Emulator) -> Workspace:
    """Return a workspace whose CLI starts the console script of the environment."""
    folder = tmp_path / "bin"
    folder.mkdir()
    command = Path(sys.executable).parent / "terraform-provider-mixpanel"
    (folder / command.name).symlink_to(command)
    return Workspace(tmp_path / "configuration", {**overriding(folder), **emulator.env})
