"""Changes under the native plugin: what a preview knows of them, and what the engine does then."""

from __future__ import annotations

from typing import Any

import pytest
from tests.engine.test_life import logs_in, made, roles, writes
from tests.native.attached import FunctionStack
from tests.native.by_hand import client
from tests.native.monitor import UNKNOWN, Program

from mixpanel_service_accounts.emulator import Emulator
from mixpanel_service_accounts.resources import service_account
from mixpanel_service_accounts.resources.contract import Created
from mixpanel_service_accounts.resources.session import Session

ACCOUNT: dict[str, Any] = {
    "name": "bot",
    "role": "consumer",
    "projects": [{"projectId": 2001, "role": "analyst"}],
}


class Team:
    """A program: an account, its place in a second project, and an account beside it.

    Attributes:
        account: The inputs of the account.
        member: The inputs of the membership, but for the account's number.
        seen: The outputs that the program saw in its last run, secrets in their mark.
    """

    def __init__(self) -> None:
        self.account = dict(ACCOUNT)
        self.member: dict[str, Any] = {"projectId": 2002, "role": "analyst"}
        self.seen: dict[str, Any] = {}

    def __call__(self, program: Program) -> dict[str, Any]:
        """Register them."""
        bot = program.add("ServiceAccount", "bot", self.account)
        self.seen = dict(bot.outputs)
        member = {**self.member, "serviceAccountId": bot["serviceAccountId"]}
        program.add("ProjectMembership", "web", member, dependencies=[bot.urn])
        program.add("ServiceAccount", "beside", {})
        return {"username": bot["username"], "secret": bot["secret"]}


@pytest.fixture
def team(live: FunctionStack) -> Team:
    """Return the program of the stack."""
    live.program = Team()
    return live.program


def steps_of(plan: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return operation and name of each step."""
    return [(step["op"], step["urn"].rsplit("::", 1)[1]) for step in plan]


def ids(stack: FunctionStack) -> dict[str, str]:
    """Return the id of each resource in state."""
    return {name: one["id"] for name, one in stack.resources().items()}


def test_a_preview_knows_what_is_known(live: FunctionStack, team: Team, emulator: Emulator) -> None:
    """Before a create the inputs; before a change in place all but what it alters. No call."""
    assert [op for op, _ in steps_of(live.planned())] == ["create"] * 3
    assert {key: team.seen[key] for key in ACCOUNT} == ACCOUNT
    assert {team.seen[key] for key in ("serviceAccountId", "username", "created")} == {UNKNOWN}
    assert team.seen["secret"] == UNKNOWN or team.seen["secret"]["value"] == UNKNOWN
    assert emulator.calls() == []

    live.up()
    after = team.seen
    team.account["projects"] = [{"projectId": 2001, "role": "admin"}]
    (step,) = live.planned()
    assert step["detailedDiff"] == {"projects[0].role": {"kind": "update", "inputDiff": True}}
    assert step["diffReasons"] == ["projects"]
    assert team.seen == {**after, "projects": team.account["projects"], "grantedRoles": UNKNOWN}

    team.account["projects"] = [*ACCOUNT["projects"], {"projectId": 2003, "role": "admin"}]
    (step,) = live.planned()
    assert step["detailedDiff"] == {"projects[1]": {"kind": "add", "inputDiff": True}}
    live.up()
    assert sorted(roles(emulator)) == [(2001, "analyst"), (2002, "analyst"), (2003, "admin")]
    assert team.seen["secret"] == after["secret"]
    assert live.planned() == []


def test_a_replacement_creates_first_and_says_why(
    live: FunctionStack, team: Team, emulator: Emulator
) -> None:
    """The membership follows the new account; the old one goes last, with its secret."""
    live.up()
    first = live.outputs()
    old = live.resources()["bot"]["id"]
    team.account["name"] = "renamed"
    plan = live.planned()
    assert steps_of(plan) == [("replace", "bot"), ("replace", "web")]
    replaced = {"name": {"kind": "update-replace", "inputDiff": True}}
    assert (plan[0]["detailedDiff"], plan[0]["replaceReasons"]) == (replaced, ["name"])
    assert plan[1]["replaceReasons"] == ["serviceAccountId"]
    assert team.seen["username"] == UNKNOWN
    emulator.forget_calls()
    live.up()
    assert writes(emulator) == [
        "POST service-accounts",
        "POST add-to-project",
        "POST remove-from-project",
        f"DELETE {old}",
    ]
    second = live.outputs()
    assert logs_in(emulator, second["username"], second["secret"])
    assert not logs_in(emulator, first["username"], first["secret"])
    assert live.planned() == []


def test_target_and_replace_touch_one_resource(
    live: FunctionStack, team: Team, emulator: Emulator
) -> None:
    """A forced replacement is a new account with a new secret; a targeted destroy leaves the rest."""
    live.up()
    urns = {name: one["urn"] for name, one in live.resources().items()}
    team.account["projects"] = []
    team.member["role"] = "admin"
    live.up("--target", urns["web"])
    assert sorted(roles(emulator)) == [(2001, "analyst"), (2002, "admin")]
    assert steps_of(live.planned()) == [("update", "bot")]

    first = live.outputs()["secret"]
    live.up("--target", urns["bot"], "--replace", urns["bot"], "--target-dependents")
    assert live.outputs()["secret"] != first
    assert roles(emulator) == [(2002, "admin")]
    assert sorted(made(emulator)) == ["bot", "dev-beside"]

    live.destroy("--target", urns["bot"], "--target-dependents")
    assert list(live.resources()) == ["beside"]
    assert made(emulator) == ["dev-beside"]
    live.destroy()
    assert made(emulator) == []


def test_a_refresh_shows_drift_and_believes_gone_with_proof_alone(
    live: FunctionStack, team: Team, emulator: Emulator
) -> None:
    """A role changed by hand is put right; a 404 without proof leaves the state as it is."""
    live.up()
    number = int(live.resources()["bot"]["id"])
    emulator.grant(number, 2001, "consumer")
    emulator.grant(number, 2002, "admin")
    shown = " ".join(live.refresh().line.replace(" : ", ": ").split())
    assert '~ role: "analyst" => "consumer"' in shown
    assert '~ role: "analyst" => "admin"' in shown
    assert steps_of(live.planned()) == [("update", "bot"), ("update", "web")]
    live.up()
    assert sorted(roles(emulator)) == [(2001, "analyst"), (2002, "analyst")]
    assert live.planned() == []

    before = ids(live)
    for faults in (
        [{"kind": "not-found", "form": "html"}],
        [{"kind": "not-found", "path": r"/\d+$"}],
        [{"kind": "empty-list", "path": "accounts$"}, {"kind": "not-found", "path": r"/\d+$"},
         {"kind": "switch", "name": "me", "value": "none"}],
        [{"kind": "unauthorized"}],
        [{"kind": "forbidden"}],
    ):  # fmt: skip
        emulator.faults([{"times": 99, **one} for one in faults])
        live.refresh(fails=True)
        assert ids(live) == before, faults
    emulator.faults([])

    client(emulator).delete_service_account(1001, number)
    live.refresh()
    assert list(live.resources()) == ["beside"]
    assert steps_of(live.planned()) == [("create", "bot"), ("create", "web")]
    live.up()
    outputs = live.outputs()
    assert logs_in(emulator, outputs["username"], outputs["secret"])


def test_a_partly_made_account_keeps_its_secret_and_is_completed(
    live: FunctionStack, team: Team, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine stores id and secret of what failed, and the next up goes on from there."""
    create = service_account.create

    def failing(session: Session, inputs: service_account.Inputs) -> Created[Any]:
        found = create(session, inputs)
        return Created(found.id, found.state, "made up: the second half failed.")

    monkeypatch.setattr(service_account, "create", failing)
    shown = live.up(fails=True)
    assert "made up: the second half failed." in shown.line
    assert "Traceback" not in shown.text
    held = live.resources()
    assert set(held) == {"bot"}
    assert held["bot"]["initErrors"] == ["made up: the second half failed."]
    assert held["bot"]["outputs"]["secret"]["ciphertext"]
    monkeypatch.setattr(service_account, "create", create)
    emulator.forget_calls()
    live.up()
    assert sorted(writes(emulator)) == ["POST add-to-project", "POST service-accounts"]
    assert sorted(made(emulator)) == ["bot", "dev-beside"]
    outputs = live.outputs()
    assert logs_in(emulator, outputs["username"], outputs["secret"])
    assert live.planned() == []
