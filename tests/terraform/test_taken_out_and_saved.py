"""What is planned follows the configuration and the recorded inputs, whenever the plan is applied."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.terraform.cli import Workspace
from tests.terraform.conftest import Today
from tests.terraform.test_accounts import accounts, calls, grants
from tests.terraform.test_rotating_accounts import ADDRESS, ROTATING, attributes

from mixpanel_service_accounts.emulator import Emulator

FULL = ROTATING.replace(
    "overlap_hours ",
    'role = "consumer"\n  early_renewal_hours = 24\n'
    '  rotate_when_changed = { of = "one" }\n  overlap_hours ',
)


@pytest.mark.parametrize("taken", ["role", "rotate_when_changed", "projects"])
def test_an_argument_taken_out_of_a_rotating_account(
    real: Workspace, emulator: Emulator, taken: str
) -> None:
    """A role and keepers rotate; projects are left in place."""
    real.apply(FULL)
    first = attributes(real)
    lines = FULL.splitlines(keepends=True)
    without = "".join(one for one in lines if not one.strip().startswith(f"{taken} "))
    assert "0 added, 1 changed, 0 destroyed" in real.apply(without)
    second = attributes(real)
    assert second[taken] is None
    assert (second["username"] == first["username"]) == (taken == "projects")
    assert grants(emulator, first["service_account_id"]) == (
        {} if taken == "projects" else {2001: "analyst"}
    )
    assert real.is_settled()


def test_an_early_renewal_taken_out_of_a_rotating_account(real: Workspace) -> None:
    """It moves the next rotation, and nothing else."""
    real.apply(FULL)
    first = attributes(real)
    without = FULL.replace("  early_renewal_hours = 24\n", "")
    shown = real.plan(without)
    assert f'~ next_rotation_at = "{first["next_rotation_at"]}" -> (known after apply)' in shown
    assert "0 added, 1 changed, 0 destroyed" in real.apply()
    second = attributes(real)
    assert second["next_rotation_at"] != first["next_rotation_at"]
    assert (second["username"], second["secret"]) == (first["username"], first["secret"])
    assert real.is_settled()


RENEWED = """
resource "mixpanel_service_account" "exporter" {
  name                  = "exporter"
  validity_period_hours = 24
%s}
"""


def test_a_renewal_that_a_saved_plan_showed_is_taken_later(
    real: Workspace, emulator: Emulator, today: Today
) -> None:
    """And one that it did not show is not, although it is due by then."""
    real.write(RENEWED % "")
    real.run("plan", "-no-color", "-out=later")
    today.passes(hours=1)
    real.run("apply", "-no-color", "later")
    found = real.state()["mixpanel_service_account.exporter"]
    assert found["issued_at"] == "2026-11-28T01:00:00Z"
    today.passes(hours=23)
    real.write(RENEWED % '  projects = [{ project_id = 2001, role = "admin" }]\n')
    real.run("plan", "-no-color", "-out=later")
    today.passes(hours=2)
    calls(emulator)
    shown = real.run("apply", "-no-color", "later")
    assert "0 added, 1 changed, 0 destroyed" in shown
    assert calls(emulator) == [
        "POST /service-accounts/add-to-project",
        "GET /projects/2001/service-accounts",
    ]
    real.run("plan", "-no-color", "-out=later")
    today.passes(hours=1)
    assert "1 added, 0 changed, 1 destroyed" in real.run("apply", "-no-color", "later")
    assert accounts(emulator)["exporter"]["id"] != found["service_account_id"]
    assert real.is_settled()


def test_a_renewal_of_a_wrong_clock_is_refused_by_the_plan(
    real: Workspace, emulator: Emulator, today: Today
) -> None:
    """The refresh before it told what time it is at Mixpanel; what the user asks for is planned."""
    real.apply(RENEWED % "")
    right, today.now = today.now, today.now + timedelta(days=400)  # the emulator's stays
    calls(emulator)
    shown = real.run("plan", "-no-color", fails=True)
    assert "Error: Cannot plan mixpanel_service_account" in shown
    assert (
        "The renewal of 'exporter' is due by this machine's clock alone, and that clock says "
        "2028-01-02T00:00:00Z while Mixpanel's says 2026-11-28T00:00:00Z. Nothing was created and "
        "nothing was deleted. Set this machine's clock and run again."
    ) in shown
    assert {one.partition(" ")[0] for one in calls(emulator)} == {"GET"}
    assert "must be replaced" in real.plan((RENEWED % "").replace("24", "48"))
    today.now = right
    real.write(RENEWED % "")
    assert real.is_settled()


def test_without_a_refresh_nothing_becomes_due(real: Workspace, today: Today) -> None:
    """It is the refresh that looks at the clock."""
    real.apply(ROTATING + RENEWED % "")
    today.passes(hours=721)
    assert "No changes." in real.plan(None, "-refresh=false")
    assert "1 to add, 1 to change, 1 to destroy" in real.plan()


def test_a_tainted_rotating_account_is_replaced_whole(real: Workspace, emulator: Emulator) -> None:
    """With its previous account; `-replace` does the same."""
    real.apply(FULL)
    real.apply(FULL.replace('"one"', '"two"'))
    assert len(emulator.state()["accounts"]) == 4  # two logins of the emulator beside them
    real.run("taint", ADDRESS)
    assert "1 added, 0 changed, 1 destroyed" in real.apply()
    assert list(accounts(emulator)) == ["exporter"]
    assert attributes(real)["previous_username"] is None
    assert "1 added, 0 changed, 1 destroyed" in real.apply(None, f"-replace={ADDRESS}")
    assert real.is_settled()
