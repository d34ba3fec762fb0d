"""Rotating accounts on the real CLI, against the emulator, with a clock that a test sets."""

from __future__ import annotations

from typing import Any

from tests.terraform.cli import Workspace
from tests.terraform.conftest import Today
from tests.terraform.test_accounts import calls

from mixpanel_service_accounts.emulator import Emulator

ADDRESS = "mixpanel_rotating_service_account.exporter"
ROTATING = """
resource "mixpanel_rotating_service_account" "exporter" {
  name                  = "exporter"
  validity_period_hours = 720
  overlap_hours         = 48
  projects              = [{ project_id = 2001, role = "analyst" }]
}
"""


def attributes(real: Workspace) -> dict[str, Any]:
    """Return the attributes in the state."""
    return real.state()[ADDRESS]


def test_the_plan_of_a_rotation_shows_what_it_alters(real: Workspace, today: Today) -> None:
    """It is one update in place, and says in a warning why it is due."""
    real.apply(ROTATING)
    first = attributes(real)
    today.passes(hours=721)
    shown = real.plan()
    assert "~ secret = (sensitive value)" in shown
    assert f'~ username = "{first["username"]}" -> (known after apply)' in shown
    assert "Warning: rotation of 'exporter' is due: it was since 2026-12-28T00:00:00Z" in shown


def test_a_plan_applied_later_takes_the_same_steps(
    real: Workspace, emulator: Emulator, today: Today
) -> None:
    """What is due is decided by the instant of the plan's refresh, also when it is applied."""
    real.apply(ROTATING)
    today.passes(hours=721)
    real.run("plan", "-no-color", "-out=later")
    today.passes(hours=2)
    real.run("apply", "-no-color", "later")
    assert attributes(real)["rotated_at"] == "2026-12-28T01:00:00Z"
    assert real.is_settled()
    today.passes(hours=717)
    second = attributes(real)["service_account_id"]
    real.write(ROTATING.replace("2001", "2002"))
    real.run("plan", "-no-color", "-out=later")
    today.passes(hours=2)
    real.run("apply", "-no-color", "later")
    assert attributes(real)["service_account_id"] == second
    assert "0 to add, 1 to change, 0 to destroy" in real.plan()
    real.apply()
    assert attributes(real)["service_account_id"] != second
    assert real.is_settled()


def test_a_shorter_period_makes_a_rotation_due_at_once(real: Workspace, today: Today) -> None:
    """The refresh before the plan says what time it is."""
    real.apply(ROTATING)
    today.passes(hours=400)
    shorter = ROTATING.replace("720", "300")
    assert "~ username" in real.plan(shorter)
    assert "0 added, 1 changed, 0 destroyed" in real.apply()
    assert real.is_settled()


def test_a_rotating_account_is_imported(real: Workspace, emulator: Emulator) -> None:
    """With the periods, which only a configuration knows, in one update that makes no write."""
    bare = ROTATING.replace(
        '  projects              = [{ project_id = 2001, role = "analyst" }]\n', ""
    )
    own = bare.replace("overlap_hours ", 'role = "consumer"\n overlap_hours ')
    real.apply(own)
    first = attributes(real)
    (real.folder / "terraform.tfstate").unlink()
    real.run("import", "-no-color", ADDRESS, first["id"])
    calls(emulator)
    assert "0 added, 1 changed, 0 destroyed" in real.apply()
    assert {one.partition(" ")[0] for one in calls(emulator)} == {"GET"}
    assert attributes(real)["username"] == first["username"]
    assert attributes(real)["next_rotation_at"] == first["next_rotation_at"]
    assert real.is_settled()
