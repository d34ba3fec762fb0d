"""Responses that break HTTP, JSON or the API's own shapes, on the engine: nothing is lost."""

from __future__ import annotations

from typing import Any

import pytest
from tests.engine.harness import Stack
from tests.engine.test_life import logs_in, made

from mixpanel_service_accounts.api import Client, Credentials, Secret
from mixpanel_service_accounts.emulator import Emulator

CREATES = {"method": "POST", "path": "service-accounts$"}
ACCOUNT = """
    bot = ServiceAccount("export", name="bot")
    pulumi.export("username", bot.username)
    pulumi.export("secret", bot.secret)
"""
THREE = """
    for name in ("one", "two", "three"):
        bot = ServiceAccount(name, name=name)
        pulumi.export(name, bot.secret)
        pulumi.export(f"{name}-username", bot.username)
"""


def test_an_interim_response_gives_no_account_another_ones_secret(
    emulator: Emulator, stack: Stack
) -> None:
    """The final response comes a second later, on the same connection, to the same create."""
    stack.write(THREE)
    emulator.faults([{**CREATES, "kind": "interim", "seconds": 1, "times": 1}])
    stack.up("--parallel", "1", "--continue-on-error")
    assert sorted(made(emulator)) == ["one", "three", "two"]
    outputs = stack.outputs()
    accounts = {row["name"]: row for row in emulator.state()["accounts"]}
    for name in ("one", "two", "three"):
        shown = outputs[f"{name}-username"], outputs[name]
        assert shown == (accounts[name]["username"], accounts[name]["secret"])
        assert logs_in(emulator, *shown)
    assert stack.refresh().code == 0
    assert stack.steps() == {}


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "deep"},
        {"kind": "interim", "status": 101},
        {"kind": "cut-in-head"},
        {"kind": "status-after-effect", "status": 303, "location": "/api/app/elsewhere"},
        {"kind": "status-after-effect", "status": 418, "form": "json"},
    ],
    ids=str,
)
def test_a_create_whose_answer_is_spoilt_is_made_once(
    emulator: Emulator, stack: Stack, fault: dict[str, Any]
) -> None:
    """Looked for, deleted and made again: one account, whose secret works."""
    stack.write(ACCOUNT)
    emulator.faults([{**CREATES, "times": 1, **fault}])
    shown = stack.up()
    assert "the answer to the creation of 'bot' was lost (" in shown.line
    assert "a bug in pulumi-mixpanel" not in shown.line
    assert made(emulator) == ["bot"]
    outputs = stack.outputs()
    assert logs_in(emulator, outputs["username"], outputs["secret"])


def test_a_name_with_half_a_character_stops_nothing(emulator: Emulator, stack: Stack) -> None:
    """An account that nobody here made, in the list of every refresh, up and destroy."""
    stack.write(ACCOUNT)
    stack.up()
    half = {"username": "x\ud800.1a2b3c.mp-service-account", "id": 7777}
    emulator.faults([{"kind": "doubled", "path": "service-accounts$", "results": half}])
    assert stack.refresh().code == 0
    assert stack.steps() == {}
    stack.write(ACCOUNT.replace("export", "second", 1))
    stack.up()
    stack.destroy()
    assert made(emulator) == []


@pytest.mark.parametrize("form", ["error-alone", "foreign"])
def test_a_gateway_that_answers_404_on_every_route_empties_no_state(
    emulator: Emulator, stack: Stack, form: str
) -> None:
    """In a shape that is, or is like, the API's: refresh and destroy fail, and nothing leaves."""
    stack.write(
        ACCOUNT
        + '    ProjectMembership("web", service_account=bot, project_id=2001, role="admin")\n'
    )
    stack.up()
    before, outputs = stack.resources(), stack.outputs()
    emulator.faults([{"kind": "not-found", "form": form}])
    for command in (stack.refresh, stack.destroy):
        shown = command(fails=True)
        assert "answered 404: " in shown.line
        assert stack.resources().keys() == before.keys()
    emulator.faults([])
    assert stack.refresh().code == 0
    assert stack.resources().keys() == before.keys()
    assert stack.outputs() == outputs
    assert made(emulator) == ["bot"]


@pytest.mark.parametrize("form", ["error-alone", "foreign"])
def test_a_404_of_an_error_alone_counts_with_the_proof(
    emulator: Emulator, stack: Stack, form: str
) -> None:
    """What somebody deleted leaves the state by a refresh, if the API itself says so."""
    stack.write(ACCOUNT)
    stack.up()
    number = int(stack.resources()["export"]["id"])
    login = Credentials(username=emulator.username, secret=Secret(emulator.secret))
    Client(emulator.base_url, login).delete_service_account(1001, number)
    emulator.faults([{"kind": "not-found", "method": "GET", "path": r"/\d+$", "form": form}])
    believed = form == "error-alone"
    stack.refresh(fails=not believed)
    assert list(stack.resources()) == ([] if believed else ["export"])
