"""Arguments whose values only the apply knows, on the real CLI against the emulator."""

from __future__ import annotations

import pytest
from tests.terraform.cli import Workspace
from tests.terraform.conftest import Today
from tests.terraform.test_accounts import accounts

from mixpanel_service_accounts.emulator import Emulator

BOTH = """
resource "mixpanel_service_account" "plain" {{
  name     = "plain"
  projects = {projects}
}}
resource "mixpanel_rotating_service_account" "rotating" {{
  name                  = "rotating"
  validity_period_hours = 720
  overlap_hours         = 48
  projects              = {projects}
}}
"""
VARIABLE = 'variable "projects" { default = [{ project_id = 2001, role = "admin" }] }\n'


@pytest.mark.parametrize(
    "projects",
    [
        "var.projects",
        'concat(var.projects, [{ project_id = 2002, role = "analyst" }])',
        "[for one in var.projects : { project_id = one.project_id, role = one.role }]",
    ],
)
def test_projects_may_come_from_a_variable(
    real: Workspace, emulator: Emulator, projects: str
) -> None:
    """A validation knows no variable's value: the whole list is unknown to it."""
    configuration = VARIABLE + BOTH.format(projects=projects)
    real.write(configuration)
    assert "The configuration is valid." in real.run("validate", "-no-color")
    assert "2 added, 0 changed, 0 destroyed" in real.apply(configuration)
    held = {row["project"] for row in emulator.state()["memberships"]}
    assert 2001 in held
    assert real.is_settled()


def test_projects_may_come_from_another_resource(real: Workspace, emulator: Emulator) -> None:
    """Also where that one changes in the same apply."""

    def configuration(numbers: str) -> str:
        made = '[for one in terraform_data.it.output : { project_id = one, role = "admin" }]'
        return f'resource "terraform_data" "it" {{ input = {numbers} }}\n' + BOTH.format(
            projects=made
        )

    for numbers, expected in (("[2001]", {2001}), ("[2001, 2002]", {2001, 2002}), ("[]", set())):
        real.apply(configuration(numbers))
        ours = {one["id"] for one in accounts(emulator).values()}
        rows = emulator.state()["memberships"]
        assert {row["project"] for row in rows if row["account"] in ours} == expected
        assert real.is_settled()


ROTATING = """
resource "terraform_data" "it" {{ input = {input} }}
resource "mixpanel_rotating_service_account" "exporter" {{
  name                  = {name}
  validity_period_hours = {validity}
  overlap_hours         = {overlap}
  rotate_when_changed   = {{ of = {keeper} }}
}}
"""
USUAL = {"name": '"exporter"', "validity": "720", "overlap": "48", "keeper": '"1"'}
OUTPUT = "terraform_data.it.output"


def there(emulator: Emulator) -> int:
    """Return how many accounts there are beside the logins."""
    return len([row for row in emulator.state()["accounts"] if not row["login"]])


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("keeper", ('"1"', '"2"')),
        ("name", ('"exporter"', '"renamed"')),
        ("validity", ("720", "100")),
    ],
)
def test_a_rotation_that_only_the_apply_can_know_of(
    real: Workspace, emulator: Emulator, today: Today, key: str, values: tuple[str, str]
) -> None:
    """The plan shows all that it would alter as unknown; the apply takes the step at once."""
    first, second = (ROTATING.format(input=value, **{**USUAL, key: OUTPUT}) for value in values)
    real.apply(first)
    before = real.state()["mixpanel_rotating_service_account.exporter"]
    today.passes(hours=200)
    shown = real.plan(second)
    assert "~ secret = (sensitive value)" in shown
    assert f'~ username = "{before["username"]}" -> (known after apply)' in shown
    assert "0 added, 2 changed, 0 destroyed" in real.apply()
    after = real.state()["mixpanel_rotating_service_account.exporter"]
    assert after["secret"] != before["secret"]
    assert after["previous_secret"] == before["secret"]
    assert there(emulator) == 2
    assert real.is_settled()


def test_a_value_that_stays_what_it_was_rotates_nothing(
    real: Workspace, emulator: Emulator
) -> None:
    """Though the plan could not know."""
    keeper = '"${terraform_data.it.output == "" ? "" : "same"}"'
    for given in ('"a"', '"b"'):
        real.apply(ROTATING.format(input=given, **{**USUAL, "keeper": keeper}))
        assert there(emulator) == 1
    assert real.is_settled()
