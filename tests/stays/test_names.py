"""Names that programs, states and policies hold: written down by hand, never changed, only added to."""

from __future__ import annotations

import inspect
import re

import pulumi
import pytest
from tests.recorded.recording import Recording, recordings

import pulumi_mixpanel
from pulumi_mixpanel.dynamic import _load
from pulumi_mixpanel.dynamic.providers import PROVIDERS

KINDS = ("ServiceAccount", "RotatingServiceAccount", "ProjectMembership")

TYPE_TOKENS = {
    "ServiceAccount": "pulumi-python:dynamic/mixpanel:ServiceAccount",
    "RotatingServiceAccount": "pulumi-python:dynamic/mixpanel:RotatingServiceAccount",
    "ProjectMembership": "pulumi-python:dynamic/mixpanel:ProjectMembership",
}

IDS = {
    "ServiceAccount": r"5\d{3}",
    "RotatingServiceAccount": r"1001/rotating/5\d{3}",
    "ProjectMembership": r"1001/5\d{3}/2\d{3}",
}

PUBLIC = {
    "ServiceAccount": (
        "resource_name name role expires projects validity_period_hours early_renewal_hours "
        "rotate_when_changed adopt secret organization_id region opts"
    ),
    "RotatingServiceAccount": (
        "resource_name validity_period_hours overlap_hours early_renewal_hours name role projects "
        "rotate_when_changed adopt secret organization_id region opts"
    ),
    "ProjectMembership": (
        "resource_name project_id role service_account_id service_account organization_id region opts"
    ),
    "Provider": (
        "resource_name organization_id region base_url dialect username secret concurrency opts"
    ),
    "get_service_account": "id username name organization_id region provider",
    "get_service_account_output": "id username name organization_id region provider",
    "get_service_accounts": "name_pattern organization_id region provider",
    "get_service_accounts_output": "name_pattern organization_id region provider",
    "get_project_service_accounts": "project_id organization_id region provider",
    "get_project_service_accounts_output": "project_id organization_id region provider",
}
"""What can be called, and its arguments: a program may give any of them."""

VALUES = {
    "LookupFailed": "",
    "ProjectRole": "project_id role",
    "ProjectServiceAccount": "account role target_type has_sensitive_access",
    "ServiceAccountDetails": (
        "id username name organization_id created user creator creator_email creator_name expires "
        "last_used role not_told"
    ),
}
"""What a program reads or writes down, and its fields."""


def test_the_public_names_are_these() -> None:
    """Every name that a program can import."""
    assert sorted(pulumi_mixpanel.__all__) == sorted([*PUBLIC, *VALUES])


@pytest.mark.parametrize("name", PUBLIC)
def test_what_can_be_called_takes_these_arguments(name: str) -> None:
    """None goes, and none that is new is needed."""
    signature = inspect.signature(getattr(pulumi_mixpanel, name))
    assert set(signature.parameters) == set(PUBLIC[name].split())


@pytest.mark.parametrize("name", VALUES)
def test_what_can_be_read_has_these_fields(name: str) -> None:
    """Lookups answer with them."""
    fields = [
        key
        for key in getattr(getattr(pulumi_mixpanel, name), "__annotations__", {})
        if not key.startswith("_")
    ]
    assert sorted(fields) == sorted(VALUES[name].split())


def test_kinds_are_loaded_by_these_names() -> None:
    """`_load` and its argument are in the pickle of every resource of every stack."""
    assert sorted(PROVIDERS) == sorted(KINDS)
    assert (_load.__module__, _load.__qualname__) == ("pulumi_mixpanel.dynamic", "_load")
    for kind in KINDS:
        assert type(_load(kind)) is PROVIDERS[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_a_resource_class_has_this_type_token(kind: str) -> None:
    """The engine finds a resource in the state by it."""
    resource = getattr(pulumi_mixpanel, kind)
    assert f"pulumi-python:{resource._resource_type_name}" == TYPE_TOKENS[kind]
    assert issubclass(resource, pulumi.dynamic.Resource)


def test_recorded_states_have_these_types_and_ids() -> None:
    """Each id in the form that its kind has."""
    seen = set()
    for folder in recordings():
        for entry in Recording.load(folder).export["deployment"]["resources"]:
            for kind, token in TYPE_TOKENS.items():
                if entry["type"] == token:
                    seen.add(kind)
                    assert re.fullmatch(IDS[kind], entry["id"]), entry["urn"]
    assert seen == set(KINDS)
