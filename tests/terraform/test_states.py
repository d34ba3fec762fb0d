"""Which accounts a state file holds: `report --stack` and `report --orphans` read it."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.terraform.cli import Workspace
from tests.terraform.conftest import Today
from tests.terraform.test_accounts import EXPORTER, accounts
from tests.terraform.test_rotating_accounts import ROTATING

from mixpanel_service_accounts.cli import main
from mixpanel_service_accounts.emulator import Emulator
from mixpanel_service_accounts.resources.stored import held_accounts
from terraform_mixpanel.stored import read_state

TAINTED = """
resource "mixpanel_service_account" "tainted" {
  for_each = toset(["a", "b"])
  name     = each.key
}
"""


def report(emulator: Emulator, *arguments: str | Path) -> Result:
    """Run the report."""
    return CliRunner().invoke(main, ["report", *map(str, arguments)], env=dict(emulator.env))


def unmanaged(emulator: Emulator, state: Path) -> list[str]:
    """Return the names of the accounts that the state does not hold, by the report."""
    shown = json.loads(report(emulator, "--stack", state, "--json").stdout)
    return [one["name"] for one in shown["accounts"] if "unmanaged" in one["findings"]]


def test_every_object_of_a_state_holds_its_accounts(real: Workspace, emulator: Emulator) -> None:
    """Those of a rotation, of a tainted resource, and of one that could not be deleted yet."""
    lasting = EXPORTER.replace("{\n", "{\n  lifecycle { create_before_destroy = true }\n", 1)
    rotating = ROTATING.replace('"exporter"\n', '"rotating"\n')
    real.apply(lasting + rotating + TAINTED)
    real.run("taint", 'mixpanel_service_account.tainted["a"]')
    kept = rotating.replace("overlap_hours ", 'rotate_when_changed = { of = "1" }\n overlap_hours ')
    emulator.faults([{"method": "DELETE", "path": "", "kind": "forbidden", "times": 99}])
    real.write(lasting.replace('"exporter"\n  role', '"importer"\n  role') + kept + TAINTED)
    real.run(
        "apply",
        "-auto-approve",
        "-no-color",
        "-target=mixpanel_service_account.exporter",
        "-target=mixpanel_rotating_service_account.exporter",
        fails=True,
    )
    emulator.faults([])
    document = json.loads((real.folder / "terraform.tfstate").read_text())
    assert [one for one in document["resources"] for two in one["instances"] if "deposed" in two]
    there = {one["id"] for one in emulator.state()["accounts"] if not one["login"]}
    assert len(there) == 6
    assert held_accounts([read_state(document)], 1001) == there
    assert held_accounts([read_state(document)], 1002) == set()
    assert unmanaged(emulator, real.folder / "terraform.tfstate") == ["emulator-login"]
    assert "rotating" in unmanaged(emulator, empty_state(real.folder / "empty.tfstate"))


def empty_state(file: Path) -> Path:
    """Write a state without resources."""
    file.write_text(json.dumps(document_of()))
    return file


def document_of(*resources: dict[str, Any]) -> dict[str, Any]:
    """Return the document of a state."""
    facts = {"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "x"}
    return {**facts, "outputs": {}, "resources": list(resources)}


def test_a_killed_create_is_found_once_its_resource_exists(
    real: Workspace, emulator: Emulator, today: Today
) -> None:
    """A state has no time, so only what is older than its newest date can be judged."""
    real.apply(EXPORTER)
    state = real.folder / "terraform.tfstate"
    state.unlink()  # as a run that was killed leaves it
    left = accounts(emulator)["exporter"]["id"]
    today.passes(hours=1)
    shown = real.apply()
    assert "perhaps left behind by a killed run" in shown
    assert "`pulumi-mixpanel report --orphans`" in shown
    found = report(emulator, "--orphans", state)
    assert found.exit_code == 3, found.output
    line = found.stdout.strip().split("\t")
    assert (line[0], line[1]) == (str(left), "possible")
    assert line[4] == "mixpanel_service_account.exporter asks for its name"
    assert line[5] == (
        "could be held by a state that was not given (another configuration or workspace), another "
        "tool, or an account kept on purpose (terraform state rm)"
    )
    assert report(emulator, "--orphans", state, "--delete", str(left)).exit_code == 0
    assert accounts(emulator)["exporter"]["id"] != left
    assert real.is_settled()


def test_what_is_younger_than_the_newest_date_of_a_state_is_not_judged(
    real: Workspace, emulator: Emulator, today: Today
) -> None:
    """A later apply may hold it, and no file says when it was written."""
    real.apply(EXPORTER)
    state = real.folder / "terraform.tfstate"
    first = state.read_text()
    today.passes(hours=1)
    real.apply(None, "-replace=mixpanel_service_account.exporter")
    old = real.folder / "old.tfstate"
    old.write_text(first)
    found = report(emulator, "--orphans", old)
    assert found.exit_code == 4
    line = found.stdout.strip().split("\t")
    assert line[1] == "too young to tell"
    assert line[5] == (
        "could be held by an apply after the newest date in this state, which says no other time: "
        "look for its number in the newest state of every configuration, and delete it by hand if "
        "none has it"
    )


def resource(**parts: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a resource of a state; what is not given is that of an account."""
    instance = {
        "schema_version": parts.pop("version", 1),
        "index_key": parts.pop("key", "a"),
        "attributes": parts.pop("attributes", {"id": "5003", "service_account_id": 5003}),
        "private": base64.b64encode(parts.pop("private", b"{}")).decode(),
    }
    entry = {"mode": "managed", "module": "module.m", "type": "mixpanel_service_account"}
    return {**entry, "name": "x", "provider": "p", "instances": [instance], **parts}


OURS = 'module.m.mixpanel_service_account.x["a"] cannot be read: '


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (resource(version=0), OURS + "another provider wrote it (its schema version is 0)."),
        (resource(version=2), OURS + "a later version of this provider wrote it (its schema version is 2)."),
        (resource(private=b"no"), OURS + "its private data are broken."),
        (resource(attributes={"id": "bot"}), OURS + "neither its id nor its outputs name an account."),
        (resource(attributes={"service_account_id": "x"}), OURS + "its outputs are broken (Expected `int`, got `str`)."),
        (resource(type="mixpanel_team", key=7), "module.m.mixpanel_team.x[7] cannot be read: this version knows no kind 'mixpanel_team'."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", [["--stack"], ["--orphans"]])
def test_what_is_ours_and_unreadable_is_never_nothing(
    tmp_path: Path, command: list[str], one: dict[str, Any], told: str
) -> None:
    """Its address and the reason are told, before any call."""
    file = tmp_path / "terraform.tfstate"
    file.write_text(json.dumps(document_of(one)))
    failed = CliRunner().invoke(main, ["report", *command, str(file)])
    assert failed.exit_code == 1
    assert failed.stderr == (
        f"Error: {told} The accounts that it holds would seem to be held by nothing.\n"
    )


@pytest.mark.parametrize(
    "one",
    [
        resource(mode="data", attributes={"id": 5003}),
        resource(type="aws_iam_user", attributes={"id": "5003"}),
        resource(type="mixpanel_board", version=0),
    ],
)
def test_what_is_not_ours_holds_nothing(one: dict[str, Any]) -> None:
    """A data source, another provider's resource, and one whose type names begin as ours do."""
    assert held_accounts([read_state(document_of(one))], 1001) == set()


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (
            {"serial": 1, "lineage": "x", "meta": {}, "encrypted_data": "…", "encryption_version": "v0"},
            "The state is encrypted, and only OpenTofu with its key can read it: give what `tofu state pull` prints.",
        ),
        (
            {**document_of(), "version": 3},
            "The state has the format 3, and this command reads format 4: give what `terraform state pull` prints.",
        ),
    ],
)  # fmt: skip
def test_a_state_that_cannot_be_read_is_refused(
    tmp_path: Path, document: dict[str, Any], told: str
) -> None:
    """In one sentence that says what can be given instead."""
    file = tmp_path / "terraform.tfstate"
    file.write_text(json.dumps(document))
    failed = CliRunner().invoke(main, ["report", "--stack", str(file)])
    assert (failed.exit_code, failed.stderr) == (1, f"Error: {file}: {told}\n")


def test_states_and_configurations_need_nothing_that_a_provider_needs() -> None:
    """The command line works without the packages of the extra `terraform`."""
    told = "import sys, terraform_mixpanel.stored, terraform_mixpanel.written; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split())
    assert "terraform_mixpanel.written" in loaded
    assert {"grpc", "google.protobuf", "msgpack", "cryptography"} & loaded == set()
