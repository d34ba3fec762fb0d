"""Keys of the state: outputs are public, and every later version reads what an earlier one wrote."""

from __future__ import annotations

from typing import Any

import pytest
from tests.recorded.recording import FOLDER, Recording

RECORDINGS = (
    "account account-adopted account-adopted-without-secret account-configured-by-stack "
    "account-organization-by-login account-place-by-arguments account-renewed account-with-projects "
    "explicit-provider membership-by-number membership-of-account nested roles-read-back rotating "
    "rotating-adopted rotating-in-overlap rotating-retiring"
)
"""The stacks of 0.1 that are recorded; tests/engine has each of them live on."""

INPUTS = {
    "ServiceAccount": (
        "name role expires projects organization_id region home rotate_when_changed adopt secret "
        "validity_period_hours early_renewal_hours issued_at"
    ),
    "RotatingServiceAccount": (
        "name role projects validity_period_hours early_renewal_hours overlap_hours "
        "rotate_when_changed adopt secret home rotated_at expires retires_at"
    ),
    "ProjectMembership": "service_account_id project_id role organization_id home",
}

OUTPUTS = {
    "ServiceAccount": (
        "name role expires projects organization_id region home rotate_when_changed adopt "
        "validity_period_hours early_renewal_hours issued_at service_account_id username secret "
        "created creator creator_email creator_name actual_name actual_role actual_expires "
        "granted_roles adopted"
    ),
    "RotatingServiceAccount": (
        "name role projects validity_period_hours early_renewal_hours overlap_hours "
        "rotate_when_changed adopt home rotated_at expires retires_at service_account_id username "
        "secret created adopted granted_roles next_rotation_at previous_service_account_id "
        "previous_username previous_secret previous_projects previous_granted_roles retiring"
    ),
    "ProjectMembership": ("service_account_id project_id role organization_id home granted_role"),
}

NESTED = {
    "home": {"base_url", "organization_id"},
    "projects": {"project_id", "role"},
    "previous_projects": {"project_id", "role"},
    "retiring": {"service_account_id", "username"},
}
"""Keys of the maps that stand in a state."""


def recorded(part: str) -> dict[str, set[str]]:
    """Collect the keys of the recordings of 0.1, by kind."""
    keys: dict[str, set[str]] = {}
    for entry in entries():
        keys.setdefault(entry["type"].rpartition(":")[2], set()).update(entry[part])
    return {kind: found - {"__provider"} for kind, found in keys.items()}


def entries() -> list[dict[str, Any]]:
    """Collect the recorded resources of this package."""
    folders = (FOLDER / "0.1").iterdir()
    exports = [Recording.load(folder).export["deployment"]["resources"] for folder in folders]
    return [one for export in exports for one in export if "dynamic/mixpanel:" in one["type"]]


def test_every_kind_of_stack_is_recorded() -> None:
    """None goes; later versions add theirs in a folder of their own."""
    assert {folder.name for folder in (FOLDER / "0.1").iterdir()} == set(RECORDINGS.split())


@pytest.mark.parametrize(("part", "table"), [("inputs", INPUTS), ("outputs", OUTPUTS)])
def test_the_recorded_states_have_every_key(part: str, table: dict[str, str]) -> None:
    """A recording that is lost, or a key of which there is none, would be missed here."""
    assert recorded(part) == {kind: set(keys.split()) for kind, keys in table.items()}


def test_maps_in_a_state_have_these_keys() -> None:
    """Lists of maps and maps alike."""
    seen: dict[str, set[str]] = {}
    for entry in entries():
        for key in NESTED.keys() & entry["outputs"].keys():
            value = entry["outputs"][key]
            for one in value if isinstance(value, list) else [value]:
                seen.setdefault(key, set()).update(one)
    assert seen == NESTED


def test_secrets_are_secret_in_every_recorded_state() -> None:
    """The engine marks what it encrypts."""
    marked = {
        (entry["type"].rpartition(":")[2], key)
        for entry in entries()
        for key, value in entry["outputs"].items()
        if isinstance(value, dict) and "plaintext" in value
    }
    assert marked == {
        ("ServiceAccount", "secret"),
        ("RotatingServiceAccount", "secret"),
        ("RotatingServiceAccount", "previous_secret"),
    }


def test_memberships_that_go_with_their_account_are_recorded() -> None:
    """`service_account=` leaves the deletion to the account."""
    going = [entry for entry in entries() if "deletedWith" in entry]
    assert {entry["type"] for entry in going} == {
        "pulumi-python:dynamic/mixpanel:ProjectMembership"
    }
