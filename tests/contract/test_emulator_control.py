"""The emulator as a command and a control API: what people and tests of other programs use."""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from mixpanel_service_accounts.api import Client, Credentials, Secret
from mixpanel_service_accounts.emulator import Control, Emulator

NAMES = (
    "MIXPANEL_BASE_URL",
    "MIXPANEL_ORGANIZATION_ID",
    "MIXPANEL_SERVICE_ACCOUNT_USERNAME",
    "MIXPANEL_SERVICE_ACCOUNT_SECRET",
    "MIXPANEL_EMULATOR_TOKEN",
)


@contextmanager
def command(*arguments: str) -> Iterator[dict[str, str]]:
    """Run `pulumi-mixpanel emulator`, give what it printed, and stop it as a shell would."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from mixpanel_service_accounts.cli import main; main()",
            "emulator",
            *arguments,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    lines = [process.stdout.readline().strip() for _ in NAMES]
    values = dict(line.removeprefix("export ").split("=", 1) for line in lines)
    assert tuple(values) == NAMES
    try:
        yield values
    finally:
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=20)
        assert (process.returncode, rest) == (0, "")


def client(values: dict[str, str], dialect: str = "bulk") -> Client:
    """Log in with what the command printed."""
    login = Credentials(
        username=values["MIXPANEL_SERVICE_ACCOUNT_USERNAME"],
        secret=Secret(values["MIXPANEL_SERVICE_ACCOUNT_SECRET"]),
    )
    return Client(values["MIXPANEL_BASE_URL"], login, dialect=dialect)


def test_two_dialects_speak_over_one_file_and_a_restart(tmp_path: Path) -> None:
    """The same accounts, the same login; the file is its owner's alone."""
    db = str(tmp_path / "mixpanel.sqlite")
    with command("--db", db) as bulk, command("--db", db, "--dialect", "nested") as nested:
        created = client(bulk).create_service_account(1001, "bot", role="consumer")
        client(nested, "nested").add_to_project(1001, created.account.id, 2001, "analyst")
        members = client(bulk).list_project_members(1001, 2001)
        assert [m.role for m in members if m.account.id == created.account.id] == ["analyst"]
        for path in tmp_path.iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    with command("--db", db) as again:
        assert client(again).get_service_account(1001, created.account.id).name == "bot"
        assert again[NAMES[3]] == bulk[NAMES[3]]


def test_the_control_api_wants_its_token_and_no_web_page() -> None:
    """It hands out secrets: every Origin, and every Host but loopback, is refused."""
    with Emulator() as emulator:
        url = emulator.base_url.replace("/api/app", "/_emulator/state")
        bearer = {"Authorization": f"Bearer {emulator.token}"}
        assert requests.get(url, headers=bearer, timeout=10).status_code == 200
        assert requests.get(url, timeout=10).status_code == 401
        for wrong in (
            {**bearer, "Origin": "http://127.0.0.1"},
            {**bearer, "Origin": "null"},
            {**bearer, "Host": "attacker.example:80"},
            {**bearer, "Host": "127.0.0.1.attacker.example:80"},
        ):
            refused = requests.get(url, headers=wrong, timeout=10)
            assert (refused.status_code, emulator.secret in refused.text) == (403, False)
        wrong_token = {"Authorization": "Bearer wrong"}
        assert requests.get(url, headers=wrong_token, timeout=10).status_code == 401


def test_calls_state_clock_and_reset() -> None:
    """What tests compare with."""
    with Emulator() as emulator:
        control = Control(emulator.base_url, emulator.token)
        one = client(emulator.env)
        created = one.create_service_account(1001, "bot")
        (call,) = control.calls()
        path = "/organizations/1001/service-accounts"
        assert (call["method"], call["path"], call["status"]) == ("POST", path, 201)
        assert created.secret.reveal() not in str(control.calls())
        assert [row["secret"] for row in control.state()["accounts"] if row["name"] == "bot"] == [
            created.secret.reveal()
        ]
        control.clock("2031-01-01T00:00:00Z")
        later = one.create_service_account(1001, "later").account.created
        assert later is not None
        assert later.year == 2031
        control.reset(accounts=3)
        assert control.calls() == []
        names = [row["name"] for row in control.state()["accounts"] if not row["login"]]
        assert names == ["seeded-00000", "seeded-00001", "seeded-00002"]
        one.me()


def test_wrong_numbers_are_told() -> None:
    """In words, and nothing is changed by them."""
    with Emulator() as emulator:
        numbers: list[Any] = [0, 2**63, "5001", {}]
        for number in numbers:
            message = re.escape(f"{number!r} is no number of an account or project")
            with pytest.raises(ValueError, match=message):
                emulator.grant(number, 2001, "admin")
        for options in ({"accounts": -1}, {"accounts": 100_001}, {"projects": 0}):
            with pytest.raises(ValueError, match="accounts are 0 to 100000, projects 1 to 1000"):
                emulator.reset(**options)
        assert len(emulator.state()["accounts"]) == 2


@pytest.mark.parametrize(
    ("faults", "message"),
    [
        ([{"kind": "nonsense"}], "a fault is an object whose kind is one of"),
        ([{"kind": "switch", "name": "nonsense"}], "a switch is one of"),
        ([{"kind": "switch", "name": "owner", "value": 3}], "the switch owner cannot be 3"),
    ],
)
def test_a_wrong_fault_is_told(faults: list[dict[str, object]], message: str) -> None:
    """A test that sets a fault that does not exist would test nothing."""
    with Emulator() as emulator, pytest.raises(ValueError, match=message):
        emulator.faults(faults)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--rate-limit", "fast"], "a rate limit is N/second or N/minute"),
        (["--dialect", "soap"], "Invalid value for '--dialect'"),
        (["--db", "/nonexistent/folder/file"], "No such file or directory"),
    ],
)
def test_a_wrong_option_is_told(arguments: list[str], message: str) -> None:
    """In one line, without a traceback."""
    answer = subprocess.run(
        [
            sys.executable,
            "-c",
            "from mixpanel_service_accounts.cli import main; main()",
            "emulator",
            *arguments,
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "200"},
    )
    assert answer.returncode != 0
    assert message in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_large_organization_is_listed_whole() -> None:
    """Five thousand accounts, and the login."""
    with Emulator() as emulator:
        emulator.reset(accounts=5000)
        assert len(client(emulator.env).list_service_accounts(1001)) == 5001
