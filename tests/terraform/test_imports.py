"""Imports of what exists: a plan changes nothing but what only a configuration knows."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from tests.terraform.cli import Workspace
from tests.terraform.conftest import Today
from tests.terraform.test_accounts import ACCOUNT, MEMBERSHIP, calls

from mixpanel_service_accounts.api import Client, Credentials, Secret
from mixpanel_service_accounts.emulator import Emulator

ROTATING = "mixpanel_rotating_service_account.exporter"
BARE = 'resource "mixpanel_service_account" "exporter" {\n  name = "exporter"\n}\n'
PERIODS = """
resource "mixpanel_rotating_service_account" "exporter" {
  name                  = "exporter"
  validity_period_hours = 720
  overlap_hours         = 48
}
"""


@pytest.fixture
def number(emulator: Emulator) -> int:
    """Create an account by hand, with a role, an expiry and a project."""
    login = Credentials(username=emulator.username, secret=Secret(emulator.secret))
    client = Client(emulator.base_url, login)
    expires = datetime(2030, 1, 1, tzinfo=timezone.utc)
    made = client.create_service_account(1001, "exporter", role="consumer", expires=expires)
    client.add_to_project(1001, made.account.id, 2001, "analyst")
    emulator.forget_calls()
    return made.account.id


def block(address: str, id_: str) -> str:
    """Return an `import` block."""
    return f'import {{\n  to = {address}\n  id = "{id_}"\n}}\n'


def writes(emulator: Emulator) -> list[str]:
    """Return every call that is no read."""
    return [one for one in calls(emulator) if not one.startswith("GET ")]


def test_what_a_configuration_leaves_out_an_account_keeps(
    real: Workspace, emulator: Emulator, number: int
) -> None:
    """Its role and its expiry, by command and by block, and in a change of something else."""
    real.write(BARE)
    real.run("import", ACCOUNT, f"1001/{number}")
    assert real.is_settled()
    (real.folder / "terraform.tfstate").unlink()
    shown = real.apply(BARE + block(ACCOUNT, str(number)))
    assert "1 imported, 0 added, 0 changed, 0 destroyed" in shown
    assert real.is_settled()
    assert writes(emulator) == []
    wider = BARE.replace("}\n", '  projects = [{ project_id = 2002, role = "admin" }]\n}\n')
    assert "0 added, 1 changed, 0 destroyed" in real.apply(wider)
    assert real.is_settled()
    assert writes(emulator) == ["POST /service-accounts/add-to-project"]
    found = real.state()[ACCOUNT]
    assert (found["role"], found["expires"]) == ("consumer", "2030-01-01T00:00:00Z")


@pytest.mark.parametrize("given", ['role = "consumer"', 'expires = "2030-01-01T00:00:00Z"'])
def test_an_argument_of_an_imported_account_may_be_taken_out(
    real: Workspace, emulator: Emulator, number: int, given: str
) -> None:
    """An import records no configuration, so it cannot be told from one that was never there."""
    full = BARE.replace("}\n", f"  {given}\n}}\n")
    shown = real.apply(full + block(ACCOUNT, str(number)))
    assert "1 imported, 0 added, 0 changed, 0 destroyed" in shown
    assert "No changes." in real.plan(BARE)


def test_another_role_than_the_imported_account_s_replaces_it(
    real: Workspace, emulator: Emulator, number: int
) -> None:
    """The plan says which argument does."""
    other = BARE.replace("}\n", '  role = "admin"\n}\n')
    shown = real.plan(other + block(ACCOUNT, str(number)))
    assert '~ role = "consumer" -> "admin" # forces replacement' in shown


def test_a_membership_is_imported_by_both_ways(
    real: Workspace, emulator: Emulator, number: int
) -> None:
    """A plan finds nothing to do then."""
    web = (
        f'resource "mixpanel_project_membership" "web" {{\n  service_account_id = {number}\n'
        '  project_id = 2001\n  role = "analyst"\n}\n'
    )
    real.write(web)
    real.run("import", MEMBERSHIP, f"1001/{number}/2001")
    assert real.is_settled()
    (real.folder / "terraform.tfstate").unlink()
    shown = real.apply(web + block(MEMBERSHIP, f"1001/{number}/2001"))
    assert "1 imported, 0 added, 0 changed, 0 destroyed" in shown
    assert writes(emulator) == []


def test_what_only_a_configuration_knows_is_one_update_without_a_call(
    real: Workspace, emulator: Emulator, number: int
) -> None:
    """Keepers of an account; periods and keepers of a rotating one, which keeps its role too."""
    keepers = '  rotate_when_changed = { ticket = "OPS-12" }\n}\n'
    shown = real.apply(BARE.replace("}\n", keepers) + block(ACCOUNT, str(number)))
    assert "1 imported, 0 added, 1 changed, 0 destroyed" in shown
    assert real.is_settled()
    (real.folder / "terraform.tfstate").unlink()
    shown = real.apply(PERIODS.replace("}\n", keepers) + block(ROTATING, f"1001/rotating/{number}"))
    assert "1 imported, 0 added, 1 changed, 0 destroyed" in shown
    assert real.is_settled()
    assert writes(emulator) == []
    found = real.state()[ROTATING]
    assert (found["service_account_id"], found["role"]) == (number, "consumer")
    assert found["rotate_when_changed"] == {"ticket": "OPS-12"}


def test_an_imported_account_without_its_secret_gets_a_new_login(
    real: Workspace, emulator: Emulator, number: int
) -> None:
    """Keepers that are added later rotate at once, and the old login works for the overlap."""
    real.apply(PERIODS + block(ROTATING, f"1001/rotating/{number}/720/48"))
    assert real.state()[ROTATING]["secret"] is None
    keepers = '  rotate_when_changed = { on_demand = "1" }\n}\n'
    assert "0 added, 1 changed, 0 destroyed" in real.apply(PERIODS.replace("}\n", keepers))
    found = real.state()[ROTATING]
    assert found["secret"] == accounts_by_id(emulator)[found["service_account_id"]]["secret"]
    assert found["previous_service_account_id"] == number
    assert number in accounts_by_id(emulator)
    assert real.is_settled()


def test_the_role_that_is_left_out_goes_with_the_imported_account(
    real: Workspace, emulator: Emulator, today: Today, number: int
) -> None:
    """The plan of the first rotation shows that it is not known any more."""
    real.apply(PERIODS + block(ROTATING, f"1001/rotating/{number}/720/48"))
    assert real.state()[ROTATING]["role"] == "consumer"
    today.passes(hours=721)
    real.write(PERIODS)
    assert '~ role = "consumer" -> (known after apply)' in real.plan()
    assert "0 added, 1 changed, 0 destroyed" in real.apply()
    found = real.state()[ROTATING]
    assert (found["role"], found["previous_service_account_id"]) == (None, number)
    assert real.is_settled()


def accounts_by_id(emulator: Emulator) -> dict[int, dict[str, Any]]:
    """Return the accounts that are there by their number."""
    return {one["id"]: one for one in emulator.state()["accounts"]}


def test_periods_in_the_id_of_an_import_change_nothing(
    real: Workspace, emulator: Emulator, number: int
) -> None:
    """A configuration with the same ones has no update then."""
    shown = real.apply(PERIODS + block(ROTATING, f"1001/rotating/{number}/720/48"))
    assert "1 imported, 0 added, 0 changed, 0 destroyed" in shown
    assert real.is_settled()
    assert real.state()[ROTATING]["id"] == f"1001/rotating/{number}"
    assert writes(emulator) == []


def test_a_generated_configuration_of_a_rotating_account_plans_no_change(
    real: Workspace, emulator: Emulator, number: int
) -> None:
    """With the periods in the id, which is all that Mixpanel does not tell."""
    real.write(block(ROTATING, f"1001/rotating/{number}/720/23.9995/1.5"))
    shown = real.run("plan", "-no-color", "-generate-config-out=generated.tf")
    assert "1 to import, 0 to add, 0 to change, 0 to destroy" in shown
    assert "overlap_hours = 23.9995" in " ".join((real.folder / "generated.tf").read_text().split())
    assert "1 imported, 0 added, 0 changed, 0 destroyed" in real.apply()
    assert real.is_settled()
    assert writes(emulator) == []


def test_an_id_of_another_form_is_refused(real: Workspace) -> None:
    """With the forms that there are."""
    real.write(PERIODS)
    shown = real.run("import", "-no-color", ROTATING, "1001/5003", fails=True)
    assert "Error: Cannot read mixpanel_rotating_service_account" in shown
    assert "such as 1001/rotating/5001/720/48; '1001/5003' was given." in shown


VENDORS = """{
  "version": 4, "serial": 1, "lineage": "11111111-2222-3333-4444-555555555555", "outputs": {},
  "terraform_version": "1.11.4",
  "resources": [{
    "mode": "managed", "type": "mixpanel_service_account", "name": "exporter",
    "provider": "provider[\\"REGISTRY/elsewhere/mixpanel\\"]",
    "instances": [{"schema_version": 0, "attributes": {"id": "5003", "username": "exporter"}}]
  }]
}"""


def test_a_state_of_another_provider_is_removed_and_imported(
    real: Workspace, emulator: Emulator, number: int, tmp_path: Path
) -> None:
    """After `state replace-provider` one sentence says so, and it works."""
    registry = real.registry
    real.write(BARE)
    (real.folder / "terraform.tfstate").write_text(VENDORS.replace("REGISTRY", registry))
    ours = f"{registry}/mixpanel/mixpanel"
    theirs = f"{registry}/elsewhere/mixpanel"
    real.run("state", "replace-provider", "-auto-approve", theirs, ours)
    shown = real.run("plan", "-no-color", fails=True)
    assert (
        "Another provider wrote this state (its schema version is 0, this provider's first one is "
        "1), and it lacks what this one records. Remove the resource from the state with `state "
        "rm`, which deletes nothing at Mixpanel, and import it."
    ) in shown
    real.run("state", "rm", ACCOUNT)
    real.run("import", ACCOUNT, f"1001/{number}")
    assert real.is_settled()
    assert writes(emulator) == []


def test_an_imported_account_that_is_to_be_created_anew_wants_no_old_secret(
    real: Workspace, number: int
) -> None:
    """The sentence says what to do; the line shown is that of the resource."""
    given = BARE.replace("name =", 'existing_secret = "kept-by-hand"\n  name =')
    real.apply(given + block(ACCOUNT, str(number)))
    shown = real.run_with(given.replace('"exporter"\n}', '"renamed"\n}'))
    assert "kept-by-hand" not in shown  # as the line of the argument would show it
    assert (
        "existing_secret goes with an import, and has to be left out where an account is created: it is "
        "for an existing account whose secret you still have. The secret of an account that is made comes "
        "from Mixpanel."
    ) in shown
