"""The life of a resource on the real CLI, attached to a provider in the test's own process."""

from __future__ import annotations

from msgspec.structs import replace
from tests.terraform.cli import Workspace
from tests.terraform.conftest import Today
from tests.terraform.stand_in import ProjectRole
from tests.terraform.stand_in_server import Server

EXPORTER = """
resource "mixpanel_service_account" "exporter" {
  name     = "exporter"
  expires  = "2030-01-01T02:00:00+02:00"
  projects = [{ project_id = 2001, role = "analyst" }]
}
output "username" { value = mixpanel_service_account.exporter.username }
"""
ADDRESS = "mixpanel_service_account.exporter"
TWO_PROJECTS = '{ project_id = 2001, role = "analyst" }, { project_id = 2002, role = "admin" }'
IN_TWO = EXPORTER.replace('{ project_id = 2001, role = "analyst" }', TWO_PROJECTS)


def test_a_resource_is_created_left_alone_and_deleted(workspace: Workspace, server: Server) -> None:
    """The state keeps the user's own text, beside what the server made of it."""
    assert "1 added, 0 changed, 0 destroyed" in workspace.apply(EXPORTER)
    assert workspace.is_settled()
    assert workspace.state()[ADDRESS] == {
        "existing_secret": None,
        "expires": "2030-01-01T02:00:00+02:00",
        "granted_roles": {"2001": "ANALYST"},
        "home": {"base_url": "http://localhost", "organization_id": 1001},
        "id": "5001",
        "issued_at": None,
        "name": "exporter",
        "organization_id": 1001,
        "projects": [{"project_id": 2001, "role": "analyst"}],
        "role": None,
        "rotate_when_changed": None,
        "secret": "secret-of-5001",
        "service_account_id": 5001,
        "username": "exporter.5001",
        "validity_period_hours": None,
    }
    assert server.accounts[5001].expires == "2030-01-01T00:00:00Z"
    workspace.run("destroy", "-auto-approve", "-no-color")
    assert server.calls == ["create exporter", "read 5001", "read 5001", "delete 5001"]


def test_an_update_in_place_alters_only_what_it_unsettles(
    workspace: Workspace, server: Server
) -> None:
    """A preview shows the outputs that change as unknown, and keeps all others."""
    workspace.apply(EXPORTER)
    planned = workspace.plan(IN_TWO)
    assert '~ granted_roles = { - "2001" = "ANALYST" } -> (known after apply)' in planned
    assert "~ secret" not in planned
    assert "~ username" not in planned
    assert "0 added, 1 changed, 0 destroyed" in workspace.apply()
    assert workspace.is_settled()
    assert server.accounts[5001].granted_roles == {"2001": "ANALYST", "2002": "ADMIN"}


def test_another_text_of_the_same_instant_makes_no_call(
    workspace: Workspace, server: Server
) -> None:
    """Terraform stores the new text; the rules see no difference."""
    workspace.apply(EXPORTER)
    server.calls.clear()
    other = EXPORTER.replace("2030-01-01T02:00:00+02:00", "2030-01-01T00:00:00Z")
    assert "0 added, 1 changed, 0 destroyed" in workspace.apply(other)
    assert server.calls == ["read 5001"]
    assert workspace.is_settled()


def test_a_replacement_names_what_forces_it(workspace: Workspace, server: Server) -> None:
    """By default Terraform deletes first."""
    workspace.apply(EXPORTER)
    server.calls.clear()
    renamed = EXPORTER.replace('"exporter"\n', '"importer"\n', 1)
    assert '~ name = "exporter" -> "importer" # forces replacement' in workspace.plan(renamed)
    server.calls.clear()
    assert "1 added, 0 changed, 1 destroyed" in workspace.apply()
    assert server.calls == ["read 5001", "delete 5001", "create importer"]
    assert workspace.is_settled()


def test_an_input_that_is_taken_out_is_planned_as_such(
    workspace: Workspace, server: Server
) -> None:
    """Also one that the provider may fill in: `expires` never becomes what it was."""
    workspace.apply(EXPORTER)
    never = EXPORTER.replace('  expires  = "2030-01-01T02:00:00+02:00"\n', "")
    gone = '~ expires = "2030-01-01T02:00:00+02:00" -> (known after apply) # forces replacement'
    assert gone in workspace.plan(never)
    workspace.apply()
    assert server.accounts[5002].expires is None
    assert workspace.is_settled()
    nowhere = never.replace('  projects = [{ project_id = 2001, role = "analyst" }]\n', "")
    workspace.apply(nowhere)
    assert server.accounts[5002].projects is None
    assert workspace.is_settled()


def test_drift_is_shown_and_repaired(workspace: Workspace, server: Server) -> None:
    """An input that differs on the server takes the server's value in the state."""
    workspace.apply(EXPORTER)
    server.accounts[5001] = replace(server.accounts[5001], projects=[ProjectRole(2009, "admin")])
    assert "project_id = 2009" in workspace.plan()
    assert "0 added, 1 changed, 0 destroyed" in workspace.apply()
    assert server.accounts[5001].projects == [ProjectRole(2001, "analyst")]


def test_what_is_gone_is_created_again(workspace: Workspace, server: Server) -> None:
    """A read that proves it drops the resource from the state."""
    workspace.apply(EXPORTER)
    server.accounts.clear()
    assert "1 added, 0 changed, 0 destroyed" in workspace.apply()
    assert list(server.accounts) == [5002]


def test_an_unknown_input_is_checked_when_it_is_known(workspace: Workspace, server: Server) -> None:
    """A value of another resource passes the plan, and reaches the create."""
    workspace.apply(
        EXPORTER
        + """
resource "mixpanel_service_account" "reader" {
  name                = mixpanel_service_account.exporter.username
  rotate_when_changed = { of = mixpanel_service_account.exporter.secret }
  projects            = [{ project_id = mixpanel_service_account.exporter.service_account_id, role = "admin" }]
}
"""
    )
    reader = server.accounts[5002]
    assert reader.name == "exporter.5001"
    assert reader.rotate_when_changed == {"of": "secret-of-5001"}
    assert reader.projects == [ProjectRole(5001, "admin")]
    assert workspace.is_settled()
    shown = workspace.plan(EXPORTER.replace('"exporter"\n', '"importer"\n', 1))
    assert "1 to add" in shown


def test_a_dated_input_moves_when_it_is_due(
    workspace: Workspace, server: Server, today: Today
) -> None:
    """What check() fills in is kept until the clock says that it is due."""
    dated = 'resource "mixpanel_service_account" "exporter" {\n name = "dated"\n'
    workspace.apply(dated + "validity_period_hours = 23.9995\n}")
    assert workspace.state()[ADDRESS]["expires"] == "2026-11-28T23:59:58Z"
    assert workspace.is_settled()
    today.passes(hours=25)
    planned = workspace.plan()
    assert '~ expires = "2026-11-28T23:59:58Z" -> ' in planned
    assert "# forces replacement" in planned
    workspace.apply()
    assert workspace.state()[ADDRESS]["issued_at"] == "2026-11-29T01:00:00Z"
    assert workspace.is_settled()


def test_a_plan_applied_later_takes_the_same_steps(
    workspace: Workspace, server: Server, today: Today
) -> None:
    """What is due is decided by the instant of the plan's refresh, also when it is applied."""
    dated = 'resource "mixpanel_service_account" "exporter" {\n name = "dated"\n'
    dated += "validity_period_hours = 24\n%s}"
    workspace.write(dated % "")
    workspace.run("plan", "-out=later", "-no-color")
    today.passes(hours=1)
    workspace.run("apply", "-no-color", "later")
    assert workspace.state()[ADDRESS]["issued_at"] == "2026-11-28T01:00:00Z"
    today.passes(hours=23)
    workspace.write(
        dated % "projects = [{ project_id = 2001, role = 'admin' }]\n".replace("'", '"')
    )
    workspace.run("plan", "-out=later", "-no-color")
    today.passes(hours=2)
    server.calls.clear()
    workspace.run("apply", "-no-color", "later")
    assert server.calls == ["update 5001"]
    assert "forces replacement" in workspace.plan()
    workspace.run("plan", "-out=later", "-no-color")
    today.passes(hours=2)
    workspace.run("apply", "-no-color", "later")
    assert server.calls[-2:] == ["delete 5001", "create dated"]
    assert workspace.is_settled()


def test_a_create_that_failed_afterwards_is_tainted(workspace: Workspace, server: Server) -> None:
    """The account and its secret stay in the state, and the next apply replaces it."""
    workspace.write(EXPORTER)
    server.problem = "The projects were not granted."
    shown = workspace.run("apply", "-auto-approve", "-no-color", fails=True)
    assert "Error: mixpanel_service_account 5001 was created incompletely" in shown
    assert "The projects were not granted." in shown
    assert workspace.state()[ADDRESS]["secret"] == "secret-of-5001"
    assert "is tainted, so must be replaced" in workspace.plan()
    server.calls.clear()
    workspace.apply()
    assert server.calls == ["read 5001", "delete 5001", "create exporter"]
    assert workspace.is_settled()


def test_an_untainted_one_is_kept(workspace: Workspace, server: Server) -> None:
    """`taint` and `untaint` are the user's."""
    workspace.apply(EXPORTER)
    workspace.run("taint", ADDRESS)
    assert "1 to add, 0 to change, 1 to destroy" in workspace.plan()
    workspace.run("untaint", ADDRESS)
    assert workspace.is_settled()


def test_what_lifecycle_ignores_is_not_changed(workspace: Workspace, server: Server) -> None:
    """The plan keeps the old value, and so does the apply that changes something else."""
    workspace.apply(EXPORTER)
    ignoring = IN_TWO.replace(
        "name     =", "lifecycle { ignore_changes = [name, expires] }\n  name ="
    )
    other = ignoring.replace('= "exporter"\n', '= "importer"\n', 1)
    other = other.replace("2030-01-01T02:00:00+02:00", "2031-01-01T00:00:00Z")
    server.calls.clear()
    assert "0 added, 1 changed, 0 destroyed" in workspace.apply(other)
    assert server.calls == ["read 5001", "update 5001"]
    assert server.accounts[5001].name == "exporter"
    assert server.accounts[5001].expires == "2030-01-01T00:00:00Z"
    assert workspace.is_settled()


def test_an_account_is_imported_by_command(workspace: Workspace, server: Server) -> None:
    """Its state has what the server told; a plan finds nothing to do."""
    workspace.apply(EXPORTER)
    (workspace.folder / "terraform.tfstate").unlink()
    workspace.run("import", ADDRESS, "1001/5001")
    assert workspace.state()[ADDRESS]["id"] == "5001"
    assert workspace.state()[ADDRESS]["secret"] is None
    server.calls.clear()
    shown = workspace.plan()
    assert "0 to add, 1 to change, 0 to destroy" in shown
    assert '~ expires = "2030-01-01T00:00:00Z" -> "2030-01-01T02:00:00+02:00"' in shown
    assert workspace.is_settled() is False
    workspace.apply(EXPORTER.replace("2030-01-01T02:00:00+02:00", "2030-01-01T00:00:00Z"))
    assert "update 5001" not in server.calls
    assert workspace.is_settled()


def test_an_account_is_imported_by_block_with_its_secret(
    workspace: Workspace, server: Server
) -> None:
    """`existing_secret` becomes `secret` in one update in place, and stays out of the state."""
    workspace.apply(EXPORTER)
    (workspace.folder / "terraform.tfstate").unlink()
    own = EXPORTER.replace("name     =", 'existing_secret = "kept-by-hand"\n  name =')
    block = f'import {{\n  to = {ADDRESS}\n  id = "5001"\n}}\n'
    shown = workspace.apply(own + block)
    assert "1 imported, 0 added, 1 changed, 0 destroyed" in shown
    assert "kept-by-hand" not in shown
    assert workspace.state()[ADDRESS]["secret"] == "kept-by-hand"
    assert workspace.state()[ADDRESS]["existing_secret"] is None
    assert workspace.is_settled()


def test_an_import_of_nothing_is_refused(workspace: Workspace, server: Server) -> None:
    """Terraform's own words for it."""
    workspace.write(EXPORTER)
    shown = workspace.run("import", "-no-color", ADDRESS, "1001/5009", fails=True)
    assert "Error: Cannot import non-existent remote object" in shown


def test_a_generated_configuration_plans_no_change(workspace: Workspace, server: Server) -> None:
    """What Terraform writes of an imported account is what there is."""
    workspace.apply(EXPORTER)
    (workspace.folder / "terraform.tfstate").unlink()
    workspace.write(f'import {{\n  to = {ADDRESS}\n  id = "1001/5001"\n}}\n')
    shown = workspace.run("plan", "-no-color", "-generate-config-out=generated.tf")
    assert "1 to import, 0 to add, 0 to change, 0 to destroy" in shown


def test_a_lookup_finds_an_account(workspace: Workspace, server: Server) -> None:
    """A data source that depends on a resource waits for it."""
    lookup = (
        'data "mixpanel_service_account" "found" { username = '
        "mixpanel_service_account.exporter.username }\n"
        'output "found" { value = data.mixpanel_service_account.found.service_account_id }\n'
        'output "role" { value = data.mixpanel_service_account.found.granted_roles["2001"] }\n'
    )
    shown = workspace.apply(EXPORTER + lookup)
    assert 'found = 5001 role = "ANALYST"' in shown


def test_a_moved_provider_is_shown_and_recorded(workspace: Workspace, server: Server) -> None:
    """Where a resource lives is an attribute, so that a plan can show that it changes."""
    block = 'provider "mixpanel" { base_url = "http://localhost:%d/api" }\n'
    workspace.apply(block % 1 + EXPORTER)
    shown = workspace.plan(block % 2 + EXPORTER)
    assert '~ base_url = "http://localhost:1/api" -> "http://localhost:2/api"' in shown
    workspace.apply()
    assert workspace.is_settled()
