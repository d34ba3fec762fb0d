"""Both dialects, unknown provider arguments, and what is not believed, on the real CLI."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.terraform.cli import ADDRESSES, Workspace
from tests.terraform.test_accounts import EXPORTER, accounts

from mixpanel_service_accounts.api.wording import PLAIN, user_agent
from mixpanel_service_accounts.emulator import Emulator
from terraform_mixpanel.account_lookups import SOURCES
from terraform_mixpanel.connections import connect
from terraform_mixpanel.kinds import KINDS
from terraform_mixpanel.provider import Provider
from terraform_mixpanel.serving import attached
from terraform_mixpanel.wording import TERRAFORM

NESTED = """
provider "mixpanel" { dialect = "nested" }
resource "mixpanel_service_account" "exporter" { name = "exporter" }
resource "mixpanel_project_membership" "web" {
  service_account_id = mixpanel_service_account.exporter.service_account_id
  project_id         = 2002
  role               = "analyst"
}
"""


@pytest.fixture
def nested(tmp_path: Path) -> Iterator[Workspace]:
    """Return a workspace whose provider finds an emulator that speaks `nested`."""
    with Emulator("nested") as emulator:
        provider = Provider(KINDS, SOURCES, connect, environment=emulator.env)
        with attached(provider, *ADDRESSES) as env:
            yield Workspace(tmp_path / "configuration", env)


def test_what_nested_cannot_do_is_refused_by_the_plan(nested: Workspace) -> None:
    """On the attribute, with its dialect."""
    nested.write(
        NESTED.replace('{ name = "exporter" }', '{\n  name = "exporter"\n  role = "admin"\n}')
    )
    shown = nested.run("plan", "-no-color", fails=True)
    assert "Error: Invalid role with mixpanel_service_account.exporter, on main.tf line" in shown
    assert "role cannot be set under the dialect `nested`" in shown


def test_an_answer_of_another_place_proves_nothing(real: Workspace, emulator: Emulator) -> None:
    """A list without our login, or an error page, keeps the state."""
    real.apply(EXPORTER)
    emulator.faults([{"method": "GET", "path": "service-accounts", "kind": "empty-list"}])
    shown = real.run("plan", "-no-color", fails=True)
    assert "Error: Cannot read mixpanel_" in shown
    emulator.faults([{"method": "GET", "path": "service-accounts", "kind": "html"}])
    assert "Error: Cannot read mixpanel_" in real.run("plan", "-no-color", fails=True)
    emulator.faults([])
    assert real.is_settled()


def test_another_organization_of_the_configuration_is_refused(
    real: Workspace, emulator: Emulator
) -> None:
    """A sourced environment must not re-home a state; the message has both."""
    real.apply(EXPORTER)
    shown = real.run_with('provider "mixpanel" { organization_id = 1002 }\n' + EXPORTER)
    assert "lives in organization 1001 at" in shown
    assert "and the configuration now says organization 1002 at" in shown
    assert (
        "if the resource really lives there now, set accept_move in the provider block to true."
        in shown
    )
    assert len(accounts(emulator)) == 1


def test_a_moving_expiry_is_told_in_words_of_terraform(real: Workspace) -> None:
    """And a drift that no route changes: what to do is a command of the CLI."""
    moving = EXPORTER.replace("2030-01-01T02:00:00+02:00", "2026-12-07T23:59:50Z")
    shown = real.plan(moving)
    assert (
        "Use validity_period_hours = 240, which counts from when the account is created." in shown
    )
    assert "then every apply creates a new account" in shown


def test_no_message_has_a_word_of_another_shell() -> None:
    """Each default that a message may show is given."""
    assert user_agent(TERRAFORM).endswith(" (terraform)")
    own = {
        name for name in PLAIN.__struct_fields__ if getattr(TERRAFORM, name) != getattr(PLAIN, name)
    }
    assert set(PLAIN.__struct_fields__) - own == {"login_renewed", "output_text", "output_advice"}
