"""One organization on an emulator, with a login, in time that passes only by sleeping."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from msgspec.structs import replace
from tests.rules import new_session

from mixpanel_service_accounts.api import Client, Credentials, MixpanelError, Secret
from mixpanel_service_accounts.api.clock import Clock
from mixpanel_service_accounts.api.organization import Organization
from mixpanel_service_accounts.configuration import Configuration
from mixpanel_service_accounts.emulator import Emulator
from mixpanel_service_accounts.resources.session import Session
from pulumi_mixpanel.wording import PULUMI


@dataclass
class World:
    """An emulator, our organization on it, and what was said on the way."""

    emulator: Emulator
    dialect: str
    lines: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    slept: float = 0.0
    now: datetime | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def sleep(self, seconds: float) -> None:
        """Let time pass, without waiting."""
        with self._lock:
            self.slept += seconds

    @property
    def clock(self) -> Clock:
        """Make the clock; chance always says one half."""
        now = self.now
        clock = Clock(monotonic=lambda: self.slept, sleep=self.sleep, chance=lambda: 0.5)
        return replace(clock, now=lambda: now) if now else clock

    def login(self, username: str | None = None, secret: str | None = None) -> Credentials:
        """Tell a login; by default the seeded one."""
        return Credentials(
            username=username or self.emulator.username,
            secret=Secret(secret or self.emulator.secret),
        )

    def client(self, username: str | None = None, secret: str | None = None) -> Client:
        """Log in; by default with the seeded login."""
        return Client(
            self.emulator.base_url,
            self.login(username, secret),
            dialect=self.dialect,
            clock=self.clock,
            announce=self.lines.append,
            wording=PULUMI,
        )

    def organization(self, client: Client | None = None) -> Organization:
        """Make what a process has: nothing is remembered from an earlier one."""
        return Organization(client or self.client(), 1001, warn=self.warnings.append)

    def context(self) -> Session:
        """Make what the rules of the resources need, as a new process has it."""
        configuration = Configuration(
            organization_id=1001,
            base_url=self.emulator.base_url,
            dialect=self.dialect,
            credentials=self.login(),
        )
        return new_session(
            configuration, clock=self.clock, warn=self.warnings.append, announce=self.lines.append
        )

    def left(self) -> dict[str, Any]:
        """Tell all that is on the server, but for when a login was last used."""
        state = self.emulator.state()
        rows = [{**row, "last_used": None} for row in state["accounts"]]
        return {"accounts": rows, "memberships": state["memberships"]}

    def accounts(self, name: str | None = None) -> list[dict[str, Any]]:
        """Tell the accounts that are there beside the logins."""
        rows = self.emulator.state()["accounts"]
        return [row for row in rows if not row["login"] and name in (None, row["name"])]

    def roles(self, account: int) -> dict[int, str]:
        """Tell the projects and roles of an account."""
        rows = self.emulator.state()["memberships"]
        return {row["project"]: row["role"] for row in rows if row["account"] == account}

    def logs_in(self, username: str, secret: str) -> bool:
        """Tell whether a login works, whatever faults are set."""
        self.emulator.faults([])
        try:
            self.client(username, secret).me()
        except MixpanelError:
            return False
        return True


@pytest.fixture(scope="module")
def emulators() -> Iterator[dict[str, Emulator]]:
    """Run one emulator of each dialect for a whole module."""
    with Emulator() as bulk, Emulator("nested") as nested:
        yield {"bulk": bulk, "nested": nested}


@pytest.fixture
def worlds(emulators: dict[str, Emulator]) -> dict[str, World]:
    """Start afresh in both dialects."""
    for emulator in emulators.values():
        emulator.reset()
    return {dialect: World(emulator, dialect) for dialect, emulator in emulators.items()}


@pytest.fixture(params=["bulk", "nested"])
def world(request: pytest.FixtureRequest, emulators: dict[str, Emulator]) -> World:
    """Start afresh, once in each dialect."""
    emulator = emulators[request.param]
    emulator.reset()
    return World(emulator, request.param)


@pytest.fixture
def bulk(emulators: dict[str, Emulator]) -> World:
    """Start afresh in the default dialect."""
    emulators["bulk"].reset()
    return World(emulators["bulk"], "bulk")
