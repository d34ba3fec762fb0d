"""The schema: made from the fields of the core, committed, and sound."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import Any

import pytest
from msgspec import Struct

from mixpanel_service_accounts.resources.fields import fields_of
from pulumi_mixpanel.camel_case import camel_case
from pulumi_mixpanel.plugin.engine_log import EngineLog
from pulumi_mixpanel.plugin.kinds import KINDS
from pulumi_mixpanel.plugin.provider import Provider
from pulumi_mixpanel.plugin.schema import committed, make_schema, schema_text


def test_the_committed_schema_is_current() -> None:
    """Write it again with tools/schema/schema.py."""
    assert committed() == schema_text()


def test_the_answer_has_the_plugin_s_version() -> None:
    """Without one `pulumi package add` makes no SDK."""
    provider = Provider(EngineLog(), environment={})
    answered = json.loads(provider.methods["GetSchema"](None).schema)
    assert answered.pop("version") == version("pulumi-mixpanel")
    assert answered == make_schema()


def test_every_reference_has_its_type() -> None:
    """And no type is left over."""
    schema = json.loads(committed())
    named = {part.split('"')[0] for part in committed().split('"#/types/')[1:]}
    assert named == set(schema["types"])


@pytest.mark.parametrize("token", KINDS)
def test_a_resource_has_every_field_of_the_core(token: str) -> None:
    """All outputs but adopt; of the inputs those that a program gives."""
    resource: dict[str, Any] = make_schema()["resources"][token]
    rules = KINDS[token].rules
    state: type[Struct] = rules.State
    inputs: type[Struct] = rules.Inputs
    outputs = {camel_case(name) for name in fields_of(state)}
    assert set(resource["properties"]) == outputs - {"adopt"}
    given = {camel_case(one.name) for one in fields_of(inputs).values() if not one.recorded}
    assert set(resource["inputProperties"]) == given - {"adopt"}
    assert resource["aliases"] == [{"type": f"pulumi-python:dynamic/mixpanel:{rules.KIND}"}]


def test_secrets_are_secret_and_what_has_to_be_given_is_required() -> None:
    """A name has a default."""
    resources = make_schema()["resources"]
    rotating = resources["mixpanel:index:RotatingServiceAccount"]
    secret = {name for name, one in rotating["properties"].items() if one.get("secret")}
    assert secret == {"secret", "previousSecret"}
    assert {token: one["requiredInputs"] for token, one in resources.items()} == {
        "mixpanel:index:ServiceAccount": [],
        "mixpanel:index:RotatingServiceAccount": ["validityPeriodHours", "overlapHours"],
        "mixpanel:index:ProjectMembership": ["serviceAccountId", "projectId", "role"],
    }
    assert make_schema()["config"]["variables"]["secret"]["secret"] is True


def test_what_a_function_always_answers_is_required() -> None:
    """So that a typed SDK has a value there, and no program asks whether there is one."""
    functions = make_schema()["functions"]
    assert {token: sorted(one["outputs"]["required"]) for token, one in functions.items()} == {
        "mixpanel:index:getServiceAccount": ["id", "name", "organizationId", "username"],
        "mixpanel:index:getServiceAccounts": ["organizationId", "serviceAccounts"],
        "mixpanel:index:getProjectServiceAccounts": [
            "organizationId",
            "projectId",
            "serviceAccounts",
        ],
    }
