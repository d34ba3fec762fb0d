"""Every example configuration, on the real CLI against the emulator."""

from __future__ import annotations

import json
import shutil
from datetime import datetime, timezone
from pathlib import Path

import pytest
from tests.terraform.cli import Workspace
from tests.terraform.test_accounts import accounts, calls, grants

from mixpanel_service_accounts.api import Client, Credentials, Secret
from mixpanel_service_accounts.emulator import Emulator

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "terraform"


def test_the_quickstart_runs(started: Workspace, emulator: Emulator) -> None:
    """As it stands: create, no change, another expiry with the old login until the end, destroy."""
    shutil.copytree(EXAMPLES / "quickstart", started.folder, dirs_exist_ok=True)
    started.env["TF_VAR_project_id"] = "2001"
    assert "2 added, 0 changed, 0 destroyed" in started.apply()
    first = accounts(emulator)["data-export"]
    assert grants(emulator, first["id"]) == {2001: "analyst"}
    assert started.run("output", "-raw", "secret") == first["secret"]
    assert started.is_settled()
    main = started.folder / "main.tf"
    main.write_text(main.read_text().replace("2030-06-30", "2031-06-30"))
    assert "2 added, 0 changed, 2 destroyed" in started.apply()
    assert list(accounts(emulator)) == ["data-export"]
    assert accounts(emulator)["data-export"]["id"] != first["id"]
    assert "2 destroyed" in started.run("destroy", "-auto-approve", "-no-color")


def test_the_rotating_one_runs(started: Workspace, emulator: Emulator) -> None:
    """It rotates on demand, and both logins work."""
    shutil.copytree(EXAMPLES / "rotating", started.folder, dirs_exist_ok=True)
    started.env["TF_VAR_project_id"] = "2001"
    assert "1 added, 0 changed, 0 destroyed" in started.apply()
    first = json.loads(started.run("output", "-json", "login"))
    assert started.is_settled()
    started.env["TF_VAR_rotate"] = "2"
    assert "0 added, 1 changed, 0 destroyed" in started.apply()
    second = json.loads(started.run("output", "-json", "login"))
    assert first["username"] != second["username"]
    for login in (first, second):
        client = Client(
            emulator.base_url,
            Credentials(username=login["username"], secret=Secret(login["secret"])),
        )
        assert client.me().organizations
    assert started.is_settled()


def test_two_organizations_run(started: Workspace, emulator: Emulator) -> None:
    """An account in each, and a membership for each project."""
    shutil.copytree(EXAMPLES / "two-organizations", started.folder, dirs_exist_ok=True)
    login = next(one for one in emulator.state()["accounts"] if one["organization"] == 1002)
    emea = {"organization_id": 1002, "username": login["username"], "secret": login["secret"]}
    started.env["TF_VAR_emea"] = json.dumps(emea)
    started.env["TF_VAR_projects"] = json.dumps({"web": 2001, "app": 2002})
    assert "4 added, 0 changed, 0 destroyed" in started.apply()
    found = [one for one in emulator.state()["accounts"] if one["name"] == "dashboards"]
    assert sorted(one["organization"] for one in found) == [1001, 1002]
    first = next(one for one in found if one["organization"] == 1001)
    assert grants(emulator, first["id"]) == {2001: "consumer", 2002: "consumer"}
    assert started.is_settled()


@pytest.mark.parametrize("secret", [None, "of the account"])
def test_the_imported_one_runs(started: Workspace, emulator: Emulator, secret: str | None) -> None:
    """As its comment says; without the secret nothing is to be changed at all."""
    client = Client(
        emulator.base_url,
        Credentials(username=emulator.username, secret=Secret(emulator.secret)),
    )
    expires = datetime(2030, 1, 1, tzinfo=timezone.utc)
    made = client.create_service_account(1001, "data-export", role="consumer", expires=expires)
    client.add_to_project(1001, made.account.id, 2001, "analyst")
    emulator.forget_calls()
    shutil.copytree(EXAMPLES / "imported", started.folder, dirs_exist_ok=True)
    given = {"organization_id": 1001, "account_id": made.account.id, "project_id": 2001}
    started.env.update({f"TF_VAR_{name}": str(one) for name, one in given.items()})
    if secret:
        started.env["TF_VAR_secret"] = secret
    change = 1 if secret else 0
    assert f"2 to import, 0 to add, {change} to change, 0 to destroy" in started.plan()
    assert f"2 imported, 0 added, {change} changed, 0 destroyed" in started.apply()
    assert {one.partition(" ")[0] for one in calls(emulator)} == {"GET"}
    state = started.state()["mixpanel_service_account.exporter"]
    assert (state["secret"], state["role"]) == (secret, "consumer")
    assert started.is_settled()


def test_every_example_is_run() -> None:
    """A new one needs a test of its own."""
    there = {path.parent.name for path in EXAMPLES.glob("*/main.tf")}
    assert there == {"quickstart", "rotating", "two-organizations", "imported"}
