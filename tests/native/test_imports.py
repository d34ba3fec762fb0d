"""Imports by the command, by the option, and by a file with a secret that was kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.engine.test_life import roles, writes
from tests.native.attached import FunctionStack
from tests.native.by_hand import make
from tests.native.monitor import SECRET, SIGNATURE, Program

from mixpanel_service_accounts.emulator import Emulator

QUIET = ("--yes", "--protect=false", "--generate-code=false", "--skip-preview")
ROTATING: dict[str, Any] = {"name": "bot", "validityPeriodHours": 2160, "overlapHours": 168}


class Program3:
    """A program with a resource of each kind, of which an import is given the ids.

    Attributes:
        ids: The ids to import, by the resource's name.
        account: More inputs of the account.
    """

    def __init__(self, number: int, role: str) -> None:
        self.ids: dict[str, str] = {}
        self.account: dict[str, Any] = {"name": "bot", "role": role}
        self.rotating: dict[str, Any] = {**ROTATING, "role": role}
        self.member = {"serviceAccountId": number, "projectId": 2001, "role": "analyst"}

    def __call__(self, program: Program) -> None:
        """Register them."""
        for kind, name, inputs in (
            ("ServiceAccount", "bot", self.account),
            ("RotatingServiceAccount", "rotating", self.rotating),
            ("ProjectMembership", "web", self.member),
        ):
            program.add(kind, name, inputs, importId=self.ids.get(name, ""))


def two(emulator: Emulator) -> tuple[int, int, str, str]:
    """Make two accounts by hand; return their numbers, the first one's secret, and their role."""
    number, kept = make(emulator, "bot")
    other, _ = make(emulator, "bot")
    role = next(row["role"] for row in emulator.state()["accounts"] if row["id"] == number)
    emulator.forget_calls()
    return number, other, kept, role


def test_the_command_imports_every_kind(live: FunctionStack, emulator: Emulator) -> None:
    """By id alone. Periods of a rotation no server knows: the first up records them, without a call."""
    number, other, _, role = two(emulator)
    for kind, name, id_ in (
        ("ServiceAccount", "bot", f"{number}"),
        ("RotatingServiceAccount", "rotating", f"1001/rotating/{other}"),
        ("ProjectMembership", "web", f"1001/{number}/2001"),
    ):
        shown = live.run("import", f"mixpanel:index:{kind}", name, id_, *QUIET).line
        missing = "validityPeriodHours is needed: for how many hours an account is good" in shown
        assert missing == (kind == "RotatingServiceAccount")
    program = Program3(number, role)
    live.program = program
    (step,) = live.planned()
    assert (step["op"], step["urn"].rsplit("::", 1)[1]) == ("update", "rotating")
    emulator.forget_calls()
    live.up()
    assert emulator.calls() == []
    assert live.planned() == []
    assert live.resources()["rotating"]["outputs"]["nextRotationAt"]


def test_the_option_imports_every_kind(live: FunctionStack, emulator: Emulator) -> None:
    """In one up, which writes nothing; the option may stay or go."""
    number, other, _, role = two(emulator)
    program = Program3(number, role)
    program.ids = {
        "bot": f"1001/{number}",
        "rotating": f"1001/rotating/{other}",
        "web": f"1001/{number}/2001",
    }
    live.program = program
    assert {step["op"] for step in live.planned()} == {"import", "update"}
    live.up()
    assert writes(emulator) == []
    assert live.planned() == []
    program.ids = {}
    assert live.planned() == []
    live.refresh()
    assert live.planned() == []


def test_a_file_imports_every_kind_with_a_kept_secret(
    live: FunctionStack, emulator: Emulator, tmp_path: Path
) -> None:
    """The secret is encrypted from the first state on, and no preview shows a change."""
    number, other, kept, role = two(emulator)
    home = {"baseUrl": emulator.base_url, "organizationId": 1001}
    secret = {SIGNATURE: SECRET, "plaintext": json.dumps(kept)}
    rows = {row["id"]: row for row in emulator.state()["accounts"]}
    account = {"name": "bot", "role": role, "home": home}
    seen = {"serviceAccountId": number, "username": rows[number]["username"], "adopted": True}
    member = {"serviceAccountId": number, "projectId": 2001, "role": "analyst", "home": home}
    resources = [
        {
            "type": "mixpanel:index:ServiceAccount", "name": "bot", "id": str(number),
            "inputs": {**account, "secret": secret}, "outputs": {**account, **seen, "secret": secret},
        },
        {
            "type": "mixpanel:index:ProjectMembership", "name": "web",
            "id": f"1001/{number}/2001", "inputs": member, "outputs": member,
        },
        {
            "type": "mixpanel:index:RotatingServiceAccount", "name": "rotating",
            "id": f"1001/rotating/{other}",
        },
    ]  # fmt: skip
    file = tmp_path / "import.json"
    file.write_text(json.dumps({"resources": resources}))
    live.run("import", "--file", str(file), *QUIET)
    found = live.resources()["bot"]
    assert found["outputs"]["secret"]["ciphertext"]
    assert found["inputs"]["secret"]["ciphertext"]

    program = Program3(number, role)
    live.program = program
    program.account["secret"] = {SIGNATURE: SECRET, "value": kept}
    assert [step["urn"].rsplit("::", 1)[1] for step in live.planned()] == ["rotating"]
    live.up()
    assert live.planned() == []
    live.refresh()
    assert live.planned() == []
    live.destroy()
    assert roles(emulator) == []
    assert [row["id"] for row in emulator.state()["accounts"] if not row["login"]] == []
