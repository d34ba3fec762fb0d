"""Data sources on the real CLI, against the emulator."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.terraform.cli import Workspace
from tests.terraform.test_accounts import EXPORTER, accounts

from mixpanel_service_accounts.emulator import Emulator

BY = {
    "id": "mixpanel_service_account.exporter.service_account_id",
    "username": "mixpanel_service_account.exporter.username",
    "name": "mixpanel_service_account.exporter.name",
}

TOLD = '{ for key, value in data.mixpanel_service_account.found : key => value if key != "role" && key != "not_told" }'
"""All but the role in the organization, which a list tells and a single read does not."""


def outputs(real: Workspace) -> dict[str, Any]:
    """Return the outputs."""
    state = json.loads((real.folder / "terraform.tfstate").read_text())
    return {name: one["value"] for name, one in state["outputs"].items()}


@pytest.mark.parametrize("key", list(BY))
def test_an_account_is_found(real: Workspace, emulator: Emulator, key: str) -> None:
    """By its number, its username and its name; all else of it is read."""
    lookup = f'data "mixpanel_service_account" "found" {{ {key} = {BY[key]} }}\n'
    real.apply(EXPORTER + lookup + f'output "found" {{ value = {TOLD} }}\n')
    made = accounts(emulator)["exporter"]
    found = outputs(real)["found"]
    assert (found["id"], found["username"]) == (made["id"], made["username"])
    assert found["name"] == "exporter"
    assert found["organization_id"] == 1001
    assert found["expires"] == "2030-01-01T00:00:00Z"
    assert real.is_settled()


def test_accounts_are_listed(real: Workspace, emulator: Emulator) -> None:
    """Those of an organization whose name fits, and those of a project, each in the order of numbers."""
    real.apply(
        EXPORTER
        + """
data "mixpanel_service_accounts" "all" {
  name_pattern = "e*"
  depends_on   = [mixpanel_service_account.exporter]
}
data "mixpanel_project_service_accounts" "web" {
  project_id = mixpanel_project_membership.web.project_id
  depends_on = [mixpanel_project_membership.web]
}
output "all" { value = data.mixpanel_service_accounts.all.service_accounts[*].name }
output "web" { value = data.mixpanel_project_service_accounts.web.service_accounts }
output "organization" { value = data.mixpanel_service_accounts.all.organization_id }
"""
    )
    found = outputs(real)
    assert found["all"] == ["emulator-login", "exporter"]
    assert [(one["account"]["name"], one["role"]) for one in found["web"]] == [
        ("emulator-login", "admin"),
        ("exporter", "analyst"),
    ]
    assert found["organization"] == 1001


def test_an_account_that_is_not_there_is_told(real: Workspace) -> None:
    """With what was looked for, and where."""
    real.write('data "mixpanel_service_account" "found" { name = "nobody" }\n')
    shown = real.run("plan", "-no-color", fails=True)
    assert "Error: Cannot look up mixpanel_service_account" in shown
    assert "no service account of organization 1001 at" in shown
    assert "has the name 'nobody'; it has 1 in all." in shown
