"""Two resources of a configuration that grant one account one project."""

from __future__ import annotations

from tests.terraform.cli import Workspace
from tests.terraform.test_accounts import accounts

from mixpanel_service_accounts.emulator import Emulator

ACCOUNT = """
resource "mixpanel_service_account" "exporter" {{
  name     = "exporter"
  projects = [{projects}]
}}
"""
LISTED = '{ project_id = 2001, role = "admin" }'
MEMBERSHIP = """
resource "mixpanel_project_membership" "web" {
  service_account_id = mixpanel_service_account.exporter.service_account_id
  project_id         = 2001
  role               = "analyst"
}
"""
REFUSED = "is in the list `projects` of service account {number} already; manage it in one place, there or here."


def held(emulator: Emulator) -> list[tuple[int, str]]:
    """Return the projects and roles of the account."""
    (number,) = [one["id"] for one in accounts(emulator).values()]
    rows = [row for row in emulator.state()["memberships"] if row["account"] == number]
    return [(row["project"], row["role"]) for row in rows]


def test_a_listed_project_s_membership_is_refused(real: Workspace, emulator: Emulator) -> None:
    """By the apply that creates the account, and by each plan afterwards."""
    real.write(ACCOUNT.format(projects=LISTED) + MEMBERSHIP)
    shown = real.run("apply", "-auto-approve", "-no-color", fails=True)
    (number,) = [one["id"] for one in accounts(emulator).values()]
    assert REFUSED.format(number=number) in shown
    assert held(emulator) == [(2001, "admin")]
    assert REFUSED.format(number=number) in real.run("plan", "-no-color", fails=True)
    real.apply(ACCOUNT.format(projects=LISTED))
    assert real.is_settled()


def test_a_grant_moves_from_one_resource_to_the_other(real: Workspace, emulator: Emulator) -> None:
    """Both ways, each in one apply, and the access is there afterwards."""
    real.apply(ACCOUNT.format(projects=LISTED))
    real.apply(ACCOUNT.format(projects="") + MEMBERSHIP)
    assert held(emulator) == [(2001, "analyst")]
    assert real.is_settled()
    real.apply(ACCOUNT.format(projects=LISTED))
    real.apply()
    assert held(emulator) == [(2001, "admin")]
    assert real.is_settled()


def test_a_membership_that_is_replaced_create_first_keeps_its_access(
    real: Workspace, emulator: Emulator
) -> None:
    """Terraform gives `create_before_destroy` to whatever a resource that has it depends on."""
    dependent = """
resource "terraform_data" "after" {
  input = mixpanel_project_membership.web.id
  lifecycle { create_before_destroy = true }
}
"""
    real.apply(ACCOUNT.format(projects="") + MEMBERSHIP + dependent)
    real.apply(None, "-replace=mixpanel_project_membership.web")
    assert held(emulator) == [(2001, "analyst")]
    assert real.is_settled()
    real.run("taint", "mixpanel_project_membership.web")
    real.apply()
    assert held(emulator) == [(2001, "analyst")]
    assert real.is_settled()
    real.run("destroy", "-auto-approve", "-no-color")
    assert accounts(emulator) == {}
