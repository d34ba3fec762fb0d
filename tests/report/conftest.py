"""An organization with a past: seeded through the API, on an emulator whose time moves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mixpanel_service_accounts.api import Account, Client, Credentials, Grant, Secret
from mixpanel_service_accounts.api.clock import Clock
from mixpanel_service_accounts.cli import main
from mixpanel_service_accounts.configuration import ENVIRONMENT
from mixpanel_service_accounts.emulator import Emulator

COMMAND = Path(sys.executable).parent / "pulumi-mixpanel"


CONFIGURED = {name for names in ENVIRONMENT.values() for name in names}


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


@dataclass
class Organization:
    """An emulator, and the way to its organization."""

    emulator: Emulator

    def client(self, now: datetime | None = None, dialect: str = "bulk") -> Client:
        """Log in; `now` is the time by the clock of whoever reads."""
        login = Credentials(username=self.emulator.username, secret=Secret(self.emulator.secret))
        clock = Clock() if now is None else Clock(now=lambda: now)
        return Client(self.emulator.base_url, login, dialect=dialect, clock=clock)

    def add(
        self,
        name: str,
        *,
        at: datetime | None = None,
        role: str | None = "consumer",
        expires: datetime | None = None,
        **projects: str,
    ) -> Account:
        """Make an account, at a time, with roles in projects: `p2001="analyst"`."""
        self.emulator.clock(f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else None)
        grants = [Grant(project_id=int(key[1:]), role=word) for key, word in projects.items()]
        made = self.client().create_service_account(
            1001, name, role=role, expires=expires, projects=grants
        )
        self.emulator.clock(None)
        return made.account

    def run(self, *arguments: str, **environment: str) -> Ended:
        """Run `pulumi-mixpanel report` in this process, with its output in no terminal."""
        cleared = dict.fromkeys(os.environ.keys() & {"COLUMNS", *CONFIGURED})
        env = {**cleared, **self.emulator.env, **environment}
        result = CliRunner(env=env).invoke(main, ["report", *arguments])
        return Ended(result.exit_code, result.stdout, result.stderr)

    def run_process(self, *arguments: str, **environment: str) -> Ended:
        """Run it as a user does, in a process of its own, with its output in pipes."""
        ours = {k: v for k, v in os.environ.items() if k not in {"COLUMNS", *CONFIGURED}}
        done = subprocess.run(
            [str(COMMAND), "report", *arguments],
            env={**ours, **self.emulator.env, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def report(self, *arguments: str, status: int = 0) -> dict[str, Any]:
        """Run it with `--json`, expect an exit status, and read the document."""
        answer = self.run("--json", *arguments)
        assert answer.returncode == status, answer.stderr
        document: dict[str, Any] = json.loads(answer.stdout)
        return document


@pytest.fixture(scope="session")
def running() -> Iterator[Emulator]:
    """Run one emulator for all."""
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def organization(running: Emulator) -> Organization:
    """Start afresh."""
    running.reset()
    return Organization(running)


@pytest.fixture
def now() -> datetime:
    """Tell the time, as the command will."""
    return datetime.now(timezone.utc).replace(microsecond=0)


@pytest.fixture
def long_ago(now: datetime) -> datetime:
    """Tell a time more than a year ago."""
    return now - timedelta(days=400)
