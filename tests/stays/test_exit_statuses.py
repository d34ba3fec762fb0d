"""Exit statuses of the command line: pipelines branch on them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.recorded.recording import FOLDER

from mixpanel_service_accounts.api import Client, Credentials, Secret
from mixpanel_service_accounts.cli import main
from mixpanel_service_accounts.emulator import Emulator

EXPORT = str(FOLDER / "0.1" / "account" / "export.json")

STATUSES = [
    ("report", 0),
    ("report --json", 0),
    ("report --fail-on expired", 0),
    ("report --fail-on no-expiry", 3),
    ("report --project 9999", 4),
    ("report --project 9999 --fail-on no-expiry", 3),
    ("report --json --html page.html", 2),
    ("report --fail-on nonsense", 2),
    ("report --stack missing.json", 2),
    ("report --orphans empty.json", 0),
    (f"report --orphans {EXPORT}", 4),  # it asks for an account of that name, made later
    ("report --orphans pending.json", 3),
    ("report --orphans", 2),
    ("report --orphans no-export.json", 1),
    ("export", 0),
    ("export --out here", 0),
    ("export --name nobody", 1),
    ("export --project 9999", 4),
    ("export --import", 2),
    ("emulator --dialect other", 2),
    ("emulator --rate-limit nonsense", 1),
    ("--version", 0),
    ("--help", 0),
    ("nonsense", 2),
]
"""What is run against an organization with one account that never expires, and how it ends."""


def pending() -> str:
    """Write what a killed run leaves: a create that never ended."""
    operation = {
        "type": "creating",
        "resource": {
            "urn": "urn:pulumi:dev::p::pulumi-python:dynamic/mixpanel:ServiceAccount::bot",
            "type": "pulumi-python:dynamic/mixpanel:ServiceAccount",
            "inputs": {"name": "bot"},
        },
    }
    now = datetime.now(timezone.utc).isoformat()
    return json.dumps(
        {"deployment": {"manifest": {"time": now}, "pending_operations": [operation]}}
    )


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """Run an organization with one account."""
    with Emulator() as running:
        login = Credentials(username=running.username, secret=Secret(running.secret))
        Client(running.base_url, login).create_service_account(1001, "bot")
        yield running


@pytest.fixture
def run(emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Run a command line in a folder of its own; returns its exit status."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pending.json").write_text(pending())
    (tmp_path / "no-export.json").write_text("{}")
    (tmp_path / "empty.json").write_text(json.dumps({"deployment": {"resources": []}}))

    def ended(line: str, **environment: str | None) -> int:
        foreign = dict.fromkeys(name for name in os.environ if name.startswith("MIXPANEL_"))
        env = {**foreign, **emulator.env, **environment}
        return CliRunner(env=env).invoke(main, line.split(" ")).exit_code

    return ended


@pytest.mark.parametrize(("line", "status"), STATUSES)
def test_a_command_ends_with_this_status(run: Callable[..., int], line: str, status: int) -> None:
    """As its help and docs say."""
    assert run(line) == status


@pytest.mark.parametrize("line", ["report", "export", f"report --orphans {EXPORT}"])
def test_a_login_that_is_missing_or_wrong_is_an_error(run: Callable[..., int], line: str) -> None:
    """1, whichever command it is."""
    assert run(line, MIXPANEL_SERVICE_ACCOUNT_SECRET=None) == 1
    assert run(line, MIXPANEL_SERVICE_ACCOUNT_SECRET="wrong") == 1


@pytest.mark.parametrize("line", ["report", "export", f"report --orphans {EXPORT}"])
def test_an_interrupted_command_ends_with_130(
    run: Callable[..., int], line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As shells have it for a program that SIGINT ended."""

    def interrupt(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Client, "list_service_accounts", interrupt)
    assert run(line) == 130
