"""The real provider as a process that the CLI starts: interrupts, logs, several configurations."""

from __future__ import annotations

from pathlib import Path

from tests.terraform.cli import Workspace, wait_for
from tests.terraform.test_accounts import ACCOUNT, EXPORTER, accounts

from mixpanel_service_accounts.api import Client, Credentials, Secret
from mixpanel_service_accounts.emulator import Emulator

CREATES = {"method": "POST", "path": "service-accounts$"}
"""The calls that create accounts."""


def test_no_secret_is_in_a_log(started: Workspace, emulator: Emulator, tmp_path: Path) -> None:
    """Of the CLI and of the provider, at the most talkative level; nor on the screen."""
    log = tmp_path / "log"
    started.env.update(TF_LOG="trace", TF_LOG_PATH=str(log))
    shown = started.apply(EXPORTER) + started.plan() + started.run("show", "-no-color")
    secret = accounts(emulator)["exporter"]["secret"]
    assert started.state()["mixpanel_service_account.exporter"]["secret"] == secret
    for told in (shown, log.read_text()):
        assert secret not in told
        assert emulator.secret not in told


def requested(emulator: Emulator) -> bool:
    """Return whether a create was sent."""
    return any(one["method"] == "POST" for one in emulator.calls())


def test_an_interrupt_saves_the_create_under_way(started: Workspace, emulator: Emulator) -> None:
    """Its account and secret reach the state, and the next apply goes on."""
    emulator.faults([{**CREATES, "kind": "latency", "seconds": 2}])
    started.write(EXPORTER)
    shown = started.interrupted_apply(lambda: requested(emulator))
    assert "Creation complete" in shown
    made = accounts(emulator)["exporter"]
    assert list(started.state()) == [ACCOUNT]
    assert started.state()[ACCOUNT]["secret"] == made["secret"]
    emulator.faults([])
    assert "1 added, 0 changed, 0 destroyed" in started.apply()


def test_an_interrupt_cuts_a_wait(started: Workspace, emulator: Emulator) -> None:
    """A server that asks to wait for most of a minute holds no interrupt up."""
    emulator.faults([{**CREATES, "kind": "rate-limit", "retry_after": 50, "times": 9}])
    started.write(EXPORTER)
    shown = started.interrupted_apply(lambda: requested(emulator))
    assert "Error: Cannot create mixpanel_service_account" in shown
    assert "The wait before the next try was interrupted." in shown
    assert accounts(emulator) == {}


def test_an_interrupt_cuts_more_waits_than_there_are_threads(
    started: Workspace, emulator: Emulator
) -> None:
    """A hundred creates at once: the stop does not stand in the queue behind them."""
    emulator.faults([{**CREATES, "kind": "rate-limit", "retry_after": 50, "times": 999}])
    started.env["TF_CLI_ARGS_apply"] = "-parallelism=100"
    started.write(
        'resource "mixpanel_service_account" "bot" {\n  count = 100\n  name = "bot-${count.index}"\n}'
    )
    shown = started.interrupted_apply(lambda: requested(emulator))
    assert "The wait before the next try was interrupted." in shown
    assert "asks to wait" not in shown
    assert accounts(emulator) == {}


TWO = """
provider "mixpanel" {}
resource "mixpanel_service_account" "login" {
  name = "login"
  role = "admin"
}
provider "mixpanel" {
  alias           = "as_it"
  organization_id = mixpanel_service_account.login.organization_id
  username        = mixpanel_service_account.login.username
  secret          = mixpanel_service_account.login.secret
}
resource "mixpanel_service_account" "exporter" {
  provider = mixpanel.as_it
  name     = "exporter"
}
"""


def test_a_provider_block_may_depend_on_a_resource(started: Workspace, emulator: Emulator) -> None:
    """What it does not know yet it does not take from the environment."""
    assert "2 added, 0 changed, 0 destroyed" in started.apply(TWO)
    found = accounts(emulator)
    made_by = [one["login"] for one in emulator.calls() if one["method"] == "POST"]
    assert made_by == [emulator.username, found["login"]["username"]]
    assert started.is_settled()


def test_what_an_unknown_login_would_read_is_not_refreshed(
    started: Workspace, emulator: Emulator
) -> None:
    """The environment's login does not stand in; the apply has the new one."""
    started.apply(TWO)
    exporter = accounts(emulator)["exporter"]
    lasting = TWO.replace('"admin"\n', '"admin"\n  lifecycle { create_before_destroy = true }\n')
    started.write(lasting.replace('"login"\n  role', '"other"\n  role'))
    emulator.forget_calls()
    shown = started.apply()
    assert "1 added, 0 changed, 1 destroyed" in shown
    assert (
        f"Warning: mixpanel_service_account {exporter['id']} was not refreshed: username, secret, "
        "organization_id of the provider block cannot be known before other resources are applied."
    ) in shown
    assert {one["login"] for one in emulator.calls()} == {emulator.username}
    assert started.is_settled()
    assert accounts(emulator)["exporter"] == exporter


def test_a_state_of_another_provider_is_refused(started: Workspace, emulator: Emulator) -> None:
    """Its resource has the same type name, and the schema version 0."""
    started.apply(EXPORTER)
    file = started.folder / "terraform.tfstate"
    file.write_text(file.read_text().replace('"schema_version": 1', '"schema_version": 0'))
    shown = started.run("plan", "-no-color", fails=True)
    assert "Error: Cannot read the state of mixpanel_service_account" in shown
    assert "Another provider wrote this state" in shown
    assert "Remove the resource from the state with `state rm`" in shown


def test_two_organizations_are_two_configurations(started: Workspace, emulator: Emulator) -> None:
    """By alias."""
    other = next(one for one in emulator.state()["accounts"] if one["organization"] == 1002)
    shown = started.apply(
        'provider "mixpanel" {}\nprovider "mixpanel" {\n  alias = "other"\n'
        f'  organization_id = 1002\n  username = "{other["username"]}"\n'
        f'  secret = "{other["secret"]}"\n}}\n'
        'resource "mixpanel_service_account" "one" { name = "one" }\n'
        'resource "mixpanel_service_account" "two" {\n  name = "two"\n  provider = mixpanel.other\n}\n'
    )
    assert "2 added, 0 changed, 0 destroyed" in shown
    assert {one["name"]: one["organization"] for one in accounts(emulator).values()} == {
        "one": 1001,
        "two": 1002,
    }
    assert started.is_settled()


def test_missing_credentials_are_told_once_a_call_needs_them(started: Workspace) -> None:
    """A plan of a create makes no call."""
    for name in list(started.env):
        if name.startswith("MIXPANEL_SERVICE_ACCOUNT"):
            del started.env[name]
    assert "2 to add" in started.plan(EXPORTER)
    shown = started.run("apply", "-auto-approve", "-no-color", fails=True)
    assert "Error: Cannot create mixpanel_service_account" in shown
    assert "Mixpanel credentials are missing." in shown


def test_a_killed_create_leaves_an_account_that_the_next_one_names(
    started: Workspace, emulator: Emulator
) -> None:
    """Nothing of it is in the state, and nothing is concluded: another state may hold it."""
    hidden = {"kind": "switch", "name": "list-delay", "value": 20}
    emulator.faults([{**CREATES, "kind": "cut-after-effect", "times": 1}, hidden])
    started.write(EXPORTER)
    started.killed_apply(lambda: list(accounts(emulator)) == ["exporter"])
    emulator.faults([])
    login = Credentials(username=emulator.username, secret=Secret(emulator.secret))
    client = Client(emulator.base_url, login)
    wait_for(lambda: "exporter" in {one.name for one in client.list_service_accounts(1001)})
    number = accounts(emulator)["exporter"]["id"]
    shown = started.apply()
    assert "2 added, 0 changed, 0 destroyed" in shown
    assert shown.count("perhaps left behind by a killed run") == 1
    assert f"perhaps left behind by a killed run: {number} (exporter." in shown
    assert "(a new name, -target, -replace): `pulumi-mixpanel report --orphans`" in shown
    assert f"Nothing was done about them. with {ACCOUNT}, on main.tf line 8" in shown
