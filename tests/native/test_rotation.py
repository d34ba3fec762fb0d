"""A rotating account under the native plugin, in time that the test moves."""

from __future__ import annotations

from typing import Any

from tests.engine.test_life import logs_in, made
from tests.native.attached import FunctionStack
from tests.native.conftest import Later
from tests.native.monitor import UNKNOWN, Program
from tests.native.monitor import secret as marked

from mixpanel_service_accounts.emulator import Emulator

PERIODS: dict[str, Any] = {
    "name": "bot",
    "validityPeriodHours": 2160,
    "earlyRenewalHours": 240,
    "overlapHours": 168,
    "projects": [{"projectId": 2001, "role": "analyst"}],
}
SECRETS = ("secret", "previousSecret")
NAMES = ("username", "previousUsername", "rotatedAt", "nextRotationAt", "retiresAt")


class Rotating:
    """A program: a rotating account, whose inputs a test changes."""

    def __init__(self) -> None:
        self.inputs = dict(PERIODS)
        self.seen: dict[str, Any] = {}

    def __call__(self, program: Program) -> dict[str, Any]:
        """Register it."""
        bot = program.add("RotatingServiceAccount", "bot", self.inputs)
        self.seen = dict(bot.outputs)
        return {name: bot[name] for name in (*NAMES, *SECRETS) if bot[name] is not None}


class Following:
    """A program: a rotating account whose keeper is another account's username."""

    def __init__(self) -> None:
        self.name = "key"
        self.seen: dict[str, Any] = {}

    def __call__(self, program: Program) -> dict[str, Any]:
        """Register both."""
        key = program.add("ServiceAccount", "key", {"name": self.name})
        keepers = {"rotateWhenChanged": {"key": key["username"]}}
        bot = program.add(
            "RotatingServiceAccount", "bot", {**PERIODS, **keepers}, dependencies=[key.urn]
        )
        self.seen = dict(bot.outputs)
        return {}


def test_a_preview_knows_no_output_of_a_rotation_that_may_come(live: FunctionStack) -> None:
    """Its keeper is not known yet: what a rotation alters is unknown, and the up rotates."""
    program = Following()
    live.program = program
    live.up()
    before = live.resources()["bot"]["outputs"]
    program.name = "renamed"
    live.planned()
    unknown = {name for name, value in program.seen.items() if value == UNKNOWN}
    assert {"username", "serviceAccountId", "rotatedAt", "expires"} <= unknown
    assert program.seen["secret"] == marked(UNKNOWN)
    live.up()
    after = live.resources()["bot"]["outputs"]
    assert after["previousServiceAccountId"] == before["serviceAccountId"]
    assert live.planned() == []


def test_a_rotating_account_lives(live: FunctionStack, later: Later, emulator: Emulator) -> None:
    """Created, rotated by a keeper, retired, rotated by the clock: both secrets work in an overlap."""
    program = Rotating()
    live.program = program
    live.up()
    first = live.outputs()
    id_ = live.resources()["bot"]["id"]
    assert id_.startswith("1001/rotating/")
    assert live.planned() == []

    program.inputs["rotateWhenChanged"] = {"ticket_no": "OPS-12"}
    (step,) = live.planned()
    assert step["op"] == "update"
    assert set(step["detailedDiff"]) == {"rotateWhenChanged", "rotatedAt", "expires", "retiresAt"}
    unknown = {name for name, value in program.seen.items() if value == UNKNOWN}
    assert {"username", "previousUsername", "serviceAccountId", "rotatedAt"} <= unknown
    assert "name" not in unknown
    shown = live.up().line
    assert "mixpanel: rotation of 'bot' is due: rotateWhenChanged changed" in shown
    second = live.outputs()
    assert (second["previousUsername"], second["previousSecret"]) == (
        first["username"],
        first["secret"],
    )
    for login, secret in (("username", "secret"), ("previousUsername", "previousSecret")):
        assert logs_in(emulator, second[login], second[secret])
    stored = live.resources()["bot"]
    assert stored["id"] == id_
    assert all(stored["outputs"][name]["ciphertext"] for name in SECRETS)
    assert stored["inputs"]["rotateWhenChanged"] == {"ticket_no": "OPS-12"}
    live.refresh()
    assert live.planned() == []
    assert live.outputs() == second

    later.move(170)
    (step,) = live.planned()
    assert step["detailedDiff"] == {"retiresAt": {"kind": "delete", "inputDiff": True}}
    live.up()
    assert made(emulator) == ["bot"]
    third = live.outputs()
    assert third["secret"] == second["secret"]
    assert "previousSecret" not in third

    later.move(1930)
    assert "mixpanel: rotation of 'bot' is due: it was since " in live.preview().line
    live.up()
    fourth = live.outputs()
    assert fourth["previousSecret"] == third["secret"]
    assert logs_in(emulator, fourth["username"], fourth["secret"])
    live.destroy()
    assert made(emulator) == []
