"""Calls of the plugin protocol, each alone: what the CLI shows of them, to the letter."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.terraform.servicer import attributes, call, diagnostics, value
from tests.terraform.stand_in_server import Server

from mixpanel_plugin_rpc.messages import load
from mixpanel_service_accounts.api.errors import ConfigurationError, MixpanelError
from terraform_mixpanel.provider import Provider
from terraform_mixpanel.provider_block import ATTRIBUTES
from terraform_mixpanel.wire_values import UNKNOWN_ON_THE_WIRE

TYPE = "mixpanel_service_account"


def planned(provider: Provider, prior: Any, private: bytes = b"", **given: Any) -> Any:  # noqa: ANN401
    """Plan a change."""
    config = attributes(**given)
    return call(
        provider,
        "PlanResourceChange",
        type_name=TYPE,
        prior_state=prior,
        proposed_new_state=config,
        config=config,
        prior_private=private,
    )


def applied(provider: Provider, prior: Any, plan: Any, **given: Any) -> Any:  # noqa: ANN401
    """Apply a plan."""
    return call(
        provider,
        "ApplyResourceChange",
        type_name=TYPE,
        prior_state=prior,
        planned_state=value(plan.planned_state),
        config=attributes(**given),
        planned_private=plan.planned_private,
    )


def created(provider: Provider, **given: Any) -> Any:  # noqa: ANN401
    """Plan and apply a create."""
    return applied(provider, None, planned(provider, None, **given), **given)


def test_metadata_names_what_there_is(provider: Provider) -> None:
    """Resources and data sources."""
    response = call(provider, "GetMetadata")
    assert [one.type_name for one in response.resources] == [TYPE]
    assert [one.type_name for one in response.data_sources] == [TYPE]


def test_the_schema_is_made_from_the_fields(provider: Provider) -> None:
    """With types, descriptions, and who sets each attribute; the first version is 1."""
    schema = call(provider, "GetProviderSchema").resource_schemas[TYPE]
    assert (schema.version, schema.block.description) == (1, "A service account.")
    found = {one.name: one for one in schema.block.attributes}
    assert [name for name, one in found.items() if one.required] == ["name"]
    assert {name for name, one in found.items() if one.optional and one.computed} == {
        "expires",
        "organization_id",
    }
    assert {name for name, one in found.items() if one.sensitive} == {"secret", "existing_secret"}
    assert [name for name, one in found.items() if one.write_only] == ["existing_secret"]
    assert found["username"].description == "The login."
    assert found["rotate_when_changed"].type == b'["map", "string"]'
    assert found["validity_period_hours"].type == b'"number"'
    project = {one.name: one for one in found["projects"].nested_type.attributes}
    assert found["projects"].nested_type.nesting == 3
    assert (project["project_id"].type, project["project_id"].required) == (b'"number"', True)
    assert found["home"].nested_type.nesting == 1
    assert all(one.computed for one in found["home"].nested_type.attributes)


def test_faults_are_reported_at_once_each_on_its_attribute(provider: Provider) -> None:
    """A path ends at a set, whose entries none can name; the text says which it is."""
    response = call(
        provider,
        "ValidateResourceConfig",
        type_name=TYPE,
        config=attributes(name="", projects=[{"project_id": 1, "role": ""}]),
    )
    assert diagnostics(response) == [
        ("Invalid name", "name must not be empty.", ["name"]),
        ("Invalid projects[0].role", "role is empty.", ["projects"]),
    ]


def test_a_validation_knows_no_date(provider: Provider) -> None:
    """It sees no state: an expiry that has passed may be that of an account that exists."""
    given: dict[str, Any] = {"name": "a", "expires": "2026-01-01T00:00:00Z"}
    response = call(provider, "ValidateResourceConfig", type_name=TYPE, config=attributes(**given))
    assert diagnostics(response) == []
    assert diagnostics(planned(provider, None, **given)) == [
        ("Invalid expires", "2026-01-01T00:00:00Z is in the past.", ["expires"])
    ]


def test_a_warning_is_its_own_summary(provider: Provider) -> None:
    """Terraform shows one of several warnings whose summaries are equal."""
    response = planned(provider, None, name="odd")
    assert diagnostics(response) == [("odd is an odd name.", "", [])]
    assert response.diagnostics[0].severity == 2


def test_an_error_of_a_call_leaves_the_resource_as_it_was(
    provider: Provider, server: Server
) -> None:
    """An update and a delete that failed; what a create that failed leaves is nothing."""
    first = created(provider, name="a")
    prior = value(first.new_state)
    server.failure = MixpanelError("the server is away.")
    roles = [{"project_id": 1, "role": "admin"}]
    plan = planned(provider, prior, first.private, name="a", projects=roles)
    response = applied(provider, prior, plan, name="a", projects=roles)
    assert diagnostics(response) == [(f"Cannot update {TYPE}", "the server is away.", [])]
    assert value(response.new_state) == prior
    assert response.private == first.private
    response = call(
        provider,
        "ApplyResourceChange",
        type_name=TYPE,
        prior_state=prior,
        planned_state=None,
        config=None,
        planned_private=first.private,
    )
    assert diagnostics(response) == [(f"Cannot delete {TYPE}", "the server is away.", [])]
    assert value(response.new_state) == prior
    response = created(provider, name="b")
    assert diagnostics(response) == [(f"Cannot create {TYPE}", "the server is away.", [])]
    assert value(response.new_state) is None
    response = call(
        provider, "ReadResource", type_name=TYPE, current_state=prior, private=first.private
    )
    assert diagnostics(response) == [(f"Cannot read {TYPE}", "the server is away.", [])]


@pytest.mark.parametrize("bug", [KeyError("hidden-secret"), SystemExit("hidden-secret")])
def test_a_bug_is_told_without_its_text(
    provider: Provider, server: Server, bug: BaseException
) -> None:
    """A foreign error's text may hold anything; its type and place say enough."""
    server.failure = bug
    summary, detail, _path = diagnostics(created(provider, name="a"))[0]
    assert summary == f"Cannot create {TYPE}"
    assert detail.startswith(
        f"This is a bug in pulumi-mixpanel: {type(bug).__name__} in call, line "
    )
    assert detail.endswith(". Please report it.")
    assert "hidden-secret" not in detail


def test_a_resource_without_private_data_can_be_deleted(provider: Provider, server: Server) -> None:
    """Terraform deletes a tainted or replaced resource so; its attributes say enough."""
    prior = value(created(provider, name="a", expires="2030-01-01T02:00:00+02:00").new_state)
    response = call(
        provider,
        "ApplyResourceChange",
        type_name=TYPE,
        prior_state=prior,
        planned_state=None,
        config=None,
    )
    assert diagnostics(response) == []
    assert server.accounts == {}


def test_no_secret_is_in_private_data(provider: Provider) -> None:
    """Neither the one that Mixpanel gave nor the one that the user had."""
    response = created(provider, name="a", existing_secret="kept-by-hand")
    assert b"secret" not in response.private
    assert json.loads(response.private)["inputs"]["name"] == "a"


def test_a_write_only_argument_stays_where_the_cli_knows_none(provider: Provider) -> None:
    """An older CLI keeps it in its state, and refuses a plan that says otherwise."""
    plan = planned(provider, None, name="a", existing_secret="kept-by-hand")
    assert value(plan.planned_state)["existing_secret"] == "kept-by-hand"
    response = applied(provider, None, plan, name="a", existing_secret="kept-by-hand")
    assert value(response.new_state)["existing_secret"] == "kept-by-hand"


def test_an_unknown_input_makes_what_depends_on_it_unknown(provider: Provider) -> None:
    """Of what exists, what an unknown argument may replace is replaced."""
    first = created(provider, name="a")
    plan = planned(provider, value(first.new_state), first.private, name=UNKNOWN_ON_THE_WIRE)
    found = value(plan.planned_state)
    assert found["name"] == found["secret"] == found["username"] == UNKNOWN_ON_THE_WIRE
    assert [one.steps[0].attribute_name for one in plan.requires_replace] == ["name"]


@pytest.mark.parametrize(
    ("version", "told"),
    [
        (
            0,
            "Another provider wrote this state (its schema version is 0, this provider's first one "
            "is 1), and it lacks what this one records. Remove the resource from the state with "
            "`state rm`, which deletes nothing at Mixpanel, and import it.",
        ),
        (
            2,
            "A later version of this provider wrote this state (its schema version is 2, this "
            "provider's is 1). Use that version.",
        ),
    ],
)
def test_a_state_of_another_version_is_refused(provider: Provider, version: int, told: str) -> None:
    """In one sentence that says what to do."""
    response = call(provider, "UpgradeResourceState", type_name=TYPE, version=version)
    assert diagnostics(response) == [(f"Cannot read the state of {TYPE}", told, [])]


def test_a_stored_state_is_brought_into_the_form_of_the_schema(provider: Provider) -> None:
    """Keys of a later or an earlier schema are no error, and no digit of a number is lost."""
    request = _stored(
        name="a", gone=1, validity_period_hours=23.9995, home={"base_url": "http://localhost"}
    )
    response = provider.methods["UpgradeResourceState"](request)
    home = {"base_url": "http://localhost", "organization_id": None}
    assert value(response.upgraded_state) == attributes(
        name="a", validity_period_hours="23.9995", home=home
    )


def _stored(**values: Any) -> Any:  # noqa: ANN401 (a message)
    request = load("tfplugin6").message("tfplugin6.UpgradeResourceState.Request")()
    request.type_name, request.version = TYPE, 1
    request.raw_state.json = json.dumps(values).encode()
    return request


def test_an_import_needs_the_whole_provider_block(provider: Provider, server: Server) -> None:
    """What it does not know yet cannot be read; the error says what to do."""
    block = {**dict.fromkeys(ATTRIBUTES), "username": UNKNOWN_ON_THE_WIRE}
    call(provider, "ConfigureProvider", config=block)
    server.failure = ConfigurationError("Mixpanel credentials are missing.")
    (imported,) = call(
        provider, "ImportResourceState", type_name=TYPE, id="5009"
    ).imported_resources
    response = call(
        provider,
        "ReadResource",
        type_name=TYPE,
        current_state=value(imported.state),
        private=imported.private,
    )
    told = (
        "The provider block's username, secret cannot be known before other resources are applied: "
        "apply those first, with -target. Mixpanel credentials are missing."
    )
    assert diagnostics(response) == [(f"Cannot read {TYPE}", told, [])]
