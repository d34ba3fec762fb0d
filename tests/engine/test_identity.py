"""Answers that speak of other accounts, contradict each other or come in pages, on the engine."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner
from tests.engine.harness import Stack
from tests.engine.test_life import logs_in, made

from mixpanel_service_accounts.cli import main
from mixpanel_service_accounts.emulator import Emulator

ACCOUNT = """
    bot = ServiceAccount("export", name="bot")
    pulumi.export("username", bot.username)
    pulumi.export("secret", bot.secret)
"""
MEMBERSHIPS = """
    bot = ServiceAccount("export", name="bot")
    for project in range(2001, 2005):
        ProjectMembership(f"m{project}", service_account=bot, project_id=project, role="analyst")
    for number in range(4):
        ServiceAccount(f"more{number}", projects=[{"project_id": 2001, "role": "admin"}])
"""
CREATES = {"method": "POST", "path": "service-accounts$", "times": 1}


def number_of(emulator: Emulator, name: str) -> int:
    """Tell the number of an account."""
    (number,) = (row["id"] for row in emulator.state()["accounts"] if row["name"] == name)
    return int(number)


@pytest.mark.parametrize("command", ["refresh", "destroy"])
def test_a_404_that_the_list_contradicts_keeps_the_state(
    emulator: Emulator, stack: Stack, command: str
) -> None:
    """An error that names the account; the next run is done."""
    stack.write(ACCOUNT)
    stack.up()
    before = stack.outputs()
    number = number_of(emulator, "bot")
    method = "GET" if command == "refresh" else "DELETE"
    emulator.faults([{"kind": "not-found", "method": method, "path": r"/\d+$", "times": 1}])
    shown = stack.run(command, "--yes", "--skip-preview", fails=True)
    assert (
        f"service account {number} was answered with 404, and the list of accounts, read after it, "
        f"shows it ({before['username']}). It is not gone, and nothing was changed. Run the command "
        "again."
    ) in shown.line
    assert list(stack.resources()) == ["export"]
    assert stack.outputs() == before
    stack.run(command, "--yes", "--skip-preview")
    assert made(emulator) == (["bot"] if command == "refresh" else [])


@pytest.mark.parametrize("which", ["old", "login", "zero"])
def test_a_create_answered_with_another_id_takes_nothing_foreign(
    emulator: Emulator, stack: Stack, which: str
) -> None:
    """The state has the account that was made, and a destroy deletes that one alone."""
    emulator.reset(accounts=1)
    rows = emulator.state()["accounts"]
    foreign = sorted(row["id"] for row in rows)
    old = next(row["id"] for row in rows if not row["login"])
    login = next(row["id"] for row in rows if row["username"] == emulator.username)
    answered: dict[str, Any] = {"id": {"old": old, "login": login, "zero": 0}[which]}
    emulator.faults([{**CREATES, "kind": "changed", "results": answered}])
    stack.write(ACCOUNT)
    stack.up()
    outputs = stack.outputs()
    assert logs_in(emulator, outputs["username"], outputs["secret"])
    assert made(emulator).count("bot") == 1
    stack.destroy()
    assert sorted(row["id"] for row in emulator.state()["accounts"]) == foreign


def test_pages_of_two_rows_hide_nothing(
    emulator: Emulator, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refresh keeps every membership, and the report sees every account."""
    stack.write(MEMBERSHIPS)
    stack.up()
    before = sorted(stack.resources())
    emulator.faults([{"kind": "switch", "name": "pagination", "value": "cursor"}])
    stack.run("refresh", "--yes", "--expect-no-changes")
    assert sorted(stack.resources()) == before
    for key, value in emulator.env.items():
        monkeypatch.setenv(key, value)
    report = CliRunner().invoke(main, ["report", "--json"])
    assert [name for name in made(emulator) if name not in report.stdout] == []
    stack.destroy()
    assert made(emulator) == []
