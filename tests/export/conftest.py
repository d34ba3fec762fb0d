"""An organization to export, and the command as a user runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.engine.harness import Stack

from mixpanel_service_accounts.api import Client, Credentials, Grant, Secret
from mixpanel_service_accounts.api.instants import parse_instant
from mixpanel_service_accounts.emulator import Emulator

COMMAND = Path(sys.executable).parent / "pulumi-mixpanel"

HOSTILE = (
    "\"\"\"+__import__('os').system('touch pwned')#",
    "'''+open('pwned','w').close()+'''",
    "\\\"+open('pwned','w')#",
    "</script><!-- noqa -->",
    "# fmt: off",
    "\u202etxt.exe \u2066hidden\u2069",
    "line\u2028separator\u2029and\x85next",
    "{organization} %s {{}} $HOME",
    "Ünï 服务 🦊 אבג",
    "x" * 300,
)
"""Names that the provider takes, and that must stay texts."""

UNFIT = ("two\nlines\nimport os", " space around ", "bell\x07", "nul\x00")
"""Names that the provider does not take."""


class Organization:
    """An emulator, and the way to its organization."""

    def __init__(self, emulator: Emulator, dialect: str) -> None:
        self.emulator = emulator
        self.dialect = dialect
        login = Credentials(username=emulator.username, secret=Secret(emulator.secret))
        self.client = Client(emulator.base_url, login, dialect=dialect)

    def add(
        self,
        name: str,
        role: str | None = None,
        expires: str | None = None,
        projects: dict[int, str] | None = None,
    ) -> int:
        """Make an account by hand; returns its number."""
        grants = [Grant(project_id=number, role=word) for number, word in (projects or {}).items()]
        at_once = grants if self.dialect == "bulk" else []
        account = self.client.create_service_account(
            1001,
            name,
            role=role,
            expires=parse_instant(expires) if expires else None,
            projects=at_once,
        ).account
        if not at_once and grants:
            self.client.add_to_projects(1001, [account.id], grants)
        return account.id

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run `pulumi-mixpanel export` with its output in a pipe."""
        ours = {key: value for key, value in os.environ.items() if not key.startswith("MIXPANEL_")}
        return subprocess.run(
            [str(COMMAND), "export", "--dialect", self.dialect, *arguments],
            env={**ours, **self.emulator.env, **environment},
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=300,
        )

    def export(self, *arguments: str, status: int = 0) -> str:
        """Run it, expect an exit status, and return what stood on stdout."""
        answer = self.run(*arguments)
        assert answer.returncode == status, answer.stderr
        return answer.stdout

    def writes(self) -> list[str]:
        """Tell the calls that change something, since they were last forgotten."""
        return [call["path"] for call in self.emulator.calls() if call["method"] != "GET"]

    def holds(self) -> object:
        """Tell what is there, less when each account last logged in."""
        state = self.emulator.state()
        accounts = [{**row, "last_used": None} for row in state["accounts"]]
        return accounts, state["memberships"]


@pytest.fixture
def bulk() -> Iterator[Organization]:
    """Run an organization that speaks `bulk`."""
    with Emulator() as emulator:
        yield Organization(emulator, "bulk")


@pytest.fixture
def organization(request: pytest.FixtureRequest) -> Iterator[Organization]:
    """Run an organization in the dialect that a test names."""
    with Emulator(request.param) as emulator:
        yield Organization(emulator, request.param)


@pytest.fixture
def open_project(tmp_path: Path) -> Callable[[Organization, Path], Stack]:
    """Make a stack of an exported folder: its files, a backend, nothing else."""

    def opened(organization: Organization, folder: Path) -> Stack:
        stack = Stack(tmp_path / "stack", organization.emulator.env)
        for file in folder.iterdir():
            (stack.folder / file.name).write_bytes(file.read_bytes())
        stack.run("stack", "init", "dev")
        return stack

    return opened
