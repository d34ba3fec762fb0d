"""Accounts and memberships on the real CLI, against the emulator."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.terraform.cli import Workspace

from mixpanel_service_accounts.api import Client, Credentials, Secret
from mixpanel_service_accounts.emulator import Emulator

ACCOUNT = "mixpanel_service_account.exporter"
MEMBERSHIP = "mixpanel_project_membership.web"
EXPORTER = """
resource "mixpanel_service_account" "exporter" {
  name     = "exporter"
  role     = "consumer"
  expires  = "2030-01-01T02:00:00+02:00"
  projects = [{ project_id = 2001, role = "analyst" }]
}
resource "mixpanel_project_membership" "web" {
  service_account_id = mixpanel_service_account.exporter.service_account_id
  project_id         = 2002
  role               = "analyst"
}
output "username" { value = mixpanel_service_account.exporter.username }
"""


def calls(emulator: Emulator) -> list[str]:
    """Return method and path of every call since this was last asked, less the organization."""
    made = [f"{one['method']} {one['path']}" for one in emulator.calls()]
    emulator.forget_calls()
    return [one.replace("/organizations/1001", "") for one in made]


def accounts(emulator: Emulator) -> dict[str, dict[str, Any]]:
    """Return the accounts that are there by their name, less the seeded ones."""
    found = emulator.state()["accounts"]
    return {one["name"]: one for one in found if one["id"] not in (5001, 5002)}


def grants(emulator: Emulator, account: int) -> dict[int, str]:
    """Return the roles of an account by project."""
    found = emulator.state()["memberships"]
    return {one["project"]: one["role"] for one in found if one["account"] == account}


def test_an_account_and_a_membership_live(real: Workspace, emulator: Emulator) -> None:
    """They are created, left alone, changed in place, replaced and deleted."""
    assert "2 added, 0 changed, 0 destroyed" in real.apply(EXPORTER)
    assert real.is_settled()
    changed = EXPORTER.replace('2002\n  role               = "analyst"', '2002\n role = "admin"')
    changed = changed.replace("projects = [", 'projects = [{ project_id = 2003, role = "admin" }, ')
    assert "0 added, 2 changed, 0 destroyed" in real.apply(changed)
    assert real.is_settled()
    renamed = changed.replace('name     = "exporter"', 'name = "importer"')
    assert "2 added, 0 changed, 2 destroyed" in real.apply(renamed)
    assert real.is_settled()
    assert list(accounts(emulator)) == ["importer"]
    real.run("destroy", "-auto-approve", "-no-color")
    assert accounts(emulator) == {}


def test_a_refresh_makes_one_list_of_many_reads(real: Workspace, emulator: Emulator) -> None:
    """Of a project's accounts, and of the organization's from the second one on."""
    many = """
resource "mixpanel_service_account" "exporter" {
  for_each = toset([for number in range(20) : tostring(number)])
  name     = "exporter-${each.key}"
  projects = [{ project_id = 2001, role = "analyst" }]
}
"""
    real.apply(many)
    calls(emulator)
    assert real.is_settled()
    assert sorted(re.sub(r"accounts/\d+", "accounts/N", one) for one in calls(emulator)) == [
        "GET /projects/2001/service-accounts",
        "GET /service-accounts",
        "GET /service-accounts/N",
    ]
    real.run("destroy", "-auto-approve", "-no-color")
    made = calls(emulator)
    assert len([one for one in made if one.startswith("DELETE /service-accounts/50")]) == 20
    assert (
        len(made) == 24
    )  # the refresh, and before the first deletion one list: whose is the login?


@pytest.mark.parametrize("taken", ["role", "expires", "projects"])
def test_an_argument_taken_out_is_planned_from_the_configuration(
    real: Workspace, emulator: Emulator, taken: str
) -> None:
    """Never from what Terraform proposes, which keeps what the provider once filled in."""
    own = EXPORTER.partition('resource "mixpanel_project_membership')[0]
    real.apply(own)
    without = "".join(line for line in own.splitlines(keepends=True) if f"  {taken} " not in line)
    shown = real.apply(without)
    assert ("1 added, 0 changed, 1 destroyed" in shown) == (taken != "projects")
    assert ("0 added, 1 changed, 0 destroyed" in shown) == (taken == "projects")
    assert real.is_settled()
    left = accounts(emulator)["exporter"]
    if taken == "projects":
        assert grants(emulator, left["id"]) == {}
    else:
        assert left[taken] == {"role": "consumer", "expires": None}[taken]


def test_memberships_of_an_account_that_is_replaced_move(
    real: Workspace, emulator: Emulator
) -> None:
    """Create before destroy keeps the old login working until the new one is there."""
    lasting = EXPORTER.replace("{\n", "{\n  lifecycle { create_before_destroy = true }\n", 2)
    real.apply(lasting)
    calls(emulator)
    real.apply(lasting.replace('"exporter"\n  role', '"importer"\n  role'))
    assert calls(emulator) == [
        "GET /service-accounts/5003",
        "GET /projects/2001/service-accounts",
        "GET /projects/2002/service-accounts",
        "GET /service-accounts",
        "POST /service-accounts",
        "POST /service-accounts/add-to-project",
        "POST /service-accounts/remove-from-project",
        "DELETE /service-accounts/5003",
    ]
    assert real.is_settled()


def test_an_account_is_imported_with_what_mixpanel_tells(
    real: Workspace, emulator: Emulator
) -> None:
    """By command and by block; then a plan finds nothing to do."""
    real.apply(EXPORTER)
    number = accounts(emulator)["exporter"]["id"]
    (real.folder / "terraform.tfstate").unlink()
    told = EXPORTER.replace('  projects = [{ project_id = 2001, role = "analyst" }]\n', "")
    told = told.replace("2030-01-01T02:00:00+02:00", "2030-01-01T00:00:00Z")
    real.write(told)
    real.run("import", ACCOUNT, f"1001/{number}")
    block = f'import {{\n  to = {MEMBERSHIP}\n  id = "1001/{number}/2002"\n}}\n'
    assert "1 imported, 0 added, 0 changed, 0 destroyed" in real.apply(told + block)
    assert real.is_settled()


def test_a_generated_configuration_plans_no_change(real: Workspace, emulator: Emulator) -> None:
    """Of an account and a membership."""
    real.apply(EXPORTER)
    number = accounts(emulator)["exporter"]["id"]
    (real.folder / "terraform.tfstate").unlink()
    real.write(
        f'import {{\n  to = {ACCOUNT}\n  id = "1001/{number}"\n}}\n'
        f'import {{\n  to = {MEMBERSHIP}\n  id = "1001/{number}/2002"\n}}\n'
    )
    shown = real.run("plan", "-no-color", "-generate-config-out=generated.tf")
    assert "2 to import, 0 to add, 0 to change, 0 to destroy" in shown
    assert "2 imported, 0 added, 0 changed, 0 destroyed" in real.apply()


def test_the_own_login_is_never_deleted(real: Workspace, emulator: Emulator) -> None:
    """It can be imported, and a destroy is refused in one sentence."""
    own = 'resource "mixpanel_service_account" "exporter" {\n  name = "emulator-login"\n  role = "owner"\n}\n'
    real.write(own)
    real.run("import", ACCOUNT, "5001")
    shown = real.run("destroy", "-auto-approve", "-no-color", fails=True)
    assert "Error: Cannot delete mixpanel_service_account" in shown
    assert "is the account that this provider logs in with, and would be deleted. Log in" in shown
    assert real.is_settled()


def test_what_is_gone_is_created_again(real: Workspace, emulator: Emulator) -> None:
    """A list of the right organization without the account proves it."""
    real.apply(EXPORTER)
    number = accounts(emulator)["exporter"]["id"]
    login = Credentials(username=emulator.username, secret=Secret(emulator.secret))
    Client(emulator.base_url, login).delete_service_account(1001, number)
    assert "2 added, 0 changed, 0 destroyed" in real.apply()


def test_refused_inputs_show_the_line_of_the_configuration(real: Workspace) -> None:
    """All of them at once, before any call."""
    empty = EXPORTER.replace('"exporter"\n  role', '""\n  role').replace('"analyst" }]', '"" }]')
    real.write(empty)
    shown = real.run("validate", "-no-color", fails=True)
    where = f'with {ACCOUNT}, on main.tf line 9, in resource "mixpanel_service_account" "exporter":'
    assert f'Error: Invalid name {where} 9: name = "" name must be' in shown
    assert "Error: Invalid projects[0].role" in shown
    assert "projects[0].role must be the name of a role" in shown


def test_an_expiry_in_the_past_is_refused_by_the_plan(real: Workspace, emulator: Emulator) -> None:
    """A validation does not know whether the account exists."""
    past = EXPORTER.replace("2030", "2020")
    real.write(past)
    real.run("validate")
    shown = real.run("plan", "-no-color", fails=True)
    assert "Error: Invalid expires with mixpanel_service_account.exporter, on main.tf" in shown
    assert calls(emulator) == []
