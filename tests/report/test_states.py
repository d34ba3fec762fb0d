"""Which accounts the resources of states hold and name, whichever shell wrote them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mixpanel_service_accounts.cli import main
from mixpanel_service_accounts.resources.stored import (
    Unreadable,
    held_accounts,
    mentioned_accounts,
    pending_creates,
    require_readable,
    wanted_names,
)
from pulumi_mixpanel.stored import read_export

DYNAMIC = "pulumi-python:dynamic/mixpanel:"
NATIVE = "mixpanel:index:"
ACCOUNT, ROTATING, MEMBERSHIP = "ServiceAccount", "RotatingServiceAccount", "ProjectMembership"
HOME = {"base_url": "https://x/api/app", "organization_id": 1001.0}
CAMEL_HOME = {"baseUrl": "https://x/api/app", "organizationId": 1001}
SIGNATURE, SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"
EMPTY: dict[str, Any] = {"deployment": {}}
ENCRYPTED = {SIGNATURE: SECRET, "ciphertext": "v1:abc"}


def entry(token: str, id_: str = "", **parts: object) -> dict[str, Any]:
    """Make a resource of an export."""
    kind = token.rpartition(":")[2]
    return {"type": token, "urn": f"urn:pulumi:dev::t::{token}::{kind}", "id": id_, **parts}


def export(*resources: dict[str, Any], pending: tuple[Any, ...] = ()) -> dict[str, Any]:
    """Make what `pulumi stack export` prints."""
    operations = [{"type": does, "resource": resource} for does, resource in pending]
    return {"deployment": {"resources": list(resources), "pending_operations": operations}}


@pytest.mark.parametrize(
    ("token", "id_", "outputs", "held"),
    [
        (DYNAMIC + ACCOUNT, "5003", None, {5003}),
        (DYNAMIC + ACCOUNT, "5003", {"home": {"organization_id": 1001.0}}, {5003}),
        (DYNAMIC + ACCOUNT, "5003", {"home": {"organization_id": 1002}}, set()),
        (DYNAMIC + ROTATING, "x", {"service_account_id": 5004.0, "previous_service_account_id": 5003}, {5003, 5004}),
        (DYNAMIC + ROTATING, "5009", {"service_account_id": 5004, "previous_service_account_id": None}, {5004}),
        (DYNAMIC + ROTATING, "x", {"service_account_id": 5004, "home": {"organization_id": 1002}}, set()),
        (DYNAMIC + ROTATING, "x", {"name": "bot", "service_account_id": None}, set()),
        (DYNAMIC + MEMBERSHIP, "1001/5003/2001", {"service_account_id": 5003}, set()),
        (NATIVE + ACCOUNT, "5003", {"serviceAccountId": 5003, "home": CAMEL_HOME, "secret": ENCRYPTED}, {5003}),
        (NATIVE + ACCOUNT, "5003", {"home": {**CAMEL_HOME, "organizationId": 1002}}, set()),
        (NATIVE + ROTATING, "x", {"serviceAccountId": 5004, "previousServiceAccountId": 5003, "retiring": [{"serviceAccountId": 5002}]}, {5002, 5003, 5004}),
        # moved by an alias, and not yet written by the plugin
        (NATIVE + ROTATING, "x", {"service_account_id": 5004.0, "retiring": [{"service_account_id": 5002.0}], "__provider": "gA"}, {5002, 5004}),
        (NATIVE + MEMBERSHIP, "1001/5003/2001", {"serviceAccountId": 5003}, set()),
        ("aws:iam/user:User", "5003", {"service_account_id": 5003}, set()),
        ("pulumi:providers:mixpanel", "5003", {"organizationId": "1001"}, set()),
    ],
)  # fmt: skip
def test_accounts_are_held_by_their_number(
    token: str, id_: str, outputs: dict[str, Any] | None, held: set[int]
) -> None:
    """One resource holds one, or all of a rotation; another organization's do not count."""
    assert held_accounts([read_export(export(entry(token, id_, outputs=outputs)))], 1001) == held


def test_every_state_counts() -> None:
    """One without resources is a state, too; one stack may hold both providers' resources."""
    half = export(entry(DYNAMIC + ACCOUNT, "1"), entry(NATIVE + ACCOUNT, "3", delete=True))
    states = [read_export(one) for one in (half, EMPTY, export(entry(DYNAMIC + ACCOUNT, "2")))]
    assert held_accounts(states, 1001) == {1, 2, 3}


def test_pending_operations_of_both_providers_ask_for_names() -> None:
    """A create and a rotation may have created an account; no other operation has."""
    resources = {
        "creating": entry(DYNAMIC + ACCOUNT, inputs={"name": "one", "home": HOME}),
        "updating": entry(NATIVE + ROTATING, inputs={"name": "two", "home": CAMEL_HOME}),
    }
    others = [
        ("creating", entry(NATIVE + ACCOUNT, inputs={"name": "three", "adopt": 7, "home": CAMEL_HOME})),
        ("updating", entry(NATIVE + ACCOUNT, "4", inputs={"name": "four"})),
        ("importing", entry(NATIVE + ACCOUNT, "5", inputs={"name": "five"})),
        ("creating", entry(NATIVE + MEMBERSHIP, inputs={"serviceAccountId": 6})),
    ]  # fmt: skip
    state = read_export(export(pending=(*resources.items(), *others)))
    require_readable(state)
    assert [(one.name, one.rotates, one.organization_id) for one in pending_creates([state])] == [
        ("one", False, 1001),
        ("two", True, 1001),
        ("three", False, 1001),
    ]
    assert {one.name for one in wanted_names([state])} == {"one", "two", "three", "four", "five"}
    assert mentioned_accounts([state]) == {4, 5, 6, 7}


def test_the_keys_of_maps_are_data() -> None:
    """What a user calls `organizationId` in a map stays, and names no organization."""
    inputs = {"name": "bot", "rotateWhenChanged": {"organizationId": "a", "adoptMe": "b"}}
    (resource,) = read_export(export(entry(NATIVE + ROTATING, "x", inputs=inputs))).resources
    assert resource.inputs == {
        "name": "bot",
        "rotate_when_changed": {"organizationId": "a", "adoptMe": "b"},
    }


def test_a_secret_in_clear_is_read_and_an_encrypted_one_is_not_needed() -> None:
    """`--show-secrets` or not: only a number or a name that is encrypted is missed."""
    clear = {SIGNATURE: SECRET, "plaintext": '"bot"'}
    shown = export(entry(NATIVE + ACCOUNT, "5003", inputs={"name": clear, "secret": ENCRYPTED}))
    assert [one.name for one in wanted_names([read_export(shown)])] == ["bot"]
    hidden = read_export(export(entry(NATIVE + ACCOUNT, "5003", inputs={"name": ENCRYPTED})))
    require_readable(hidden)
    assert held_accounts([hidden], 1001) == {5003}
    with pytest.raises(Unreadable) as caught:
        wanted_names([hidden])
    assert str(caught.value).endswith(
        "cannot be read: its name is encrypted. The accounts that it holds would seem to be held by "
        "nothing."
    )


BROKEN = "Expected `int`, got `str`"


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        (entry(NATIVE + "Team", "1"), "this version knows no kind 'Team'"),
        (entry(DYNAMIC + "Team", "1"), "this version knows no kind 'Team'"),
        (entry(DYNAMIC + ACCOUNT, "none", outputs={}), "neither its id nor its outputs name an account"),
        (entry(NATIVE + ROTATING, "x"), "neither its id nor its outputs name an account"),
        (entry(NATIVE + ROTATING, "x", outputs={"serviceAccountId": "bot"}), f"its outputs are broken ({BROKEN})"),
        (entry(DYNAMIC + ROTATING, "x", outputs={"previous_service_account_id": ENCRYPTED}), "its previous_service_account_id is encrypted"),
        (entry(NATIVE + MEMBERSHIP, "x", inputs={"serviceAccountId": "bot"}), f"its inputs are broken ({BROKEN})"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", [["--stack"], ["--orphans"]])
def test_what_is_ours_and_unreadable_is_never_nothing(
    command: list[str], resource: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    """Its address and the reason are told, before any call."""
    file = tmp_path / "export.json"
    file.write_text(json.dumps(export(resource)))
    failed = CliRunner().invoke(main, ["report", *command, str(file)])
    assert (failed.exit_code, failed.stdout) == (1, "")
    assert failed.stderr == (
        f"Error: {resource['urn']} cannot be read: {reason}. The accounts that it holds would seem to "
        "be held by nothing.\n"
    )
