"""Where organization, host and login come from: the provider block beats the environment."""

from __future__ import annotations

from typing import Any

import pytest
from tests.terraform.servicer import call, diagnostics, value

from terraform_mixpanel.account_lookups import SOURCES
from terraform_mixpanel.connections import connect
from terraform_mixpanel.kinds import KINDS
from terraform_mixpanel.provider import Provider
from terraform_mixpanel.provider_block import ATTRIBUTES, configure
from terraform_mixpanel.wire_values import UNKNOWN_ON_THE_WIRE

ENVIRONMENT = {
    "MIXPANEL_ORGANIZATION_ID": "1001",
    "MIXPANEL_SERVICE_ACCOUNT": "bot.1a2b3c.mp-service-account",
    "MIXPANEL_SERVICE_ACCOUNT_SECRET": "of-the-environment",
    "MIXPANEL_REGION": "eu",
}


def block(**given: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a provider block, null where nothing is given."""
    return {**dict.fromkeys(ATTRIBUTES), **given}


def test_the_environment_is_enough() -> None:
    """An empty block says nothing."""
    found = configure(block(), ENVIRONMENT).configuration
    assert (found.organization_id, found.region) == (1001, "eu")
    assert found.login().username == "bot.1a2b3c.mp-service-account"


def test_the_block_beats_the_environment() -> None:
    """Each argument alone, but username and secret, which come as a pair."""
    given = block(organization_id=1002, base_url="http://localhost:1/api", username="a", secret="b")
    found = configure(given, ENVIRONMENT).configuration
    assert (found.organization_id, found.base_url) == (1002, "http://localhost:1/api")
    assert found.region is None
    assert (found.login().username, found.login().secret.reveal()) == ("a", "b")


def test_every_argument_arrives() -> None:
    """Numbers, flags and texts."""
    given = block(
        dialect="nested", accept_move=True, connect_timeout=1, read_timeout=2, total_timeout="3"
    )
    found = configure(given, {}).configuration
    assert (found.dialect, found.accept_move, found.problems) == ("nested", True, ())
    assert (found.timeouts.connect, found.timeouts.read, found.timeouts.total) == (1, 2, 3)


@pytest.mark.parametrize(
    ("given", "home"),
    [
        ({}, "https://mixpanel.com/api/app"),
        ({"region": "us"}, "https://mixpanel.com/api/app"),
        ({"region": "eu"}, "https://eu.mixpanel.com/api/app"),
        ({"region": "in"}, "https://in.mixpanel.com/api/app"),
        ({"base_url": "https://eu.mixpanel.com"}, "https://eu.mixpanel.com/api/app"),
        ({"base_url": "https://proxy.example/mixpanel"}, "https://proxy.example/mixpanel"),
        ({"base_url": "http://127.0.0.1:8080"}, "http://127.0.0.1:8080/api/app"),
        ({"base_url": "https://proxy.example", "region": "in"}, "https://proxy.example/api/app"),
    ],
    ids=str,
)
def test_region_and_base_url_say_where_a_resource_lives(given: dict[str, str], home: str) -> None:
    """The base URL beats the region; a host alone gets Mixpanel's path; what is wrong is refused."""
    provider = Provider(KINDS, SOURCES, connect, environment={})
    configured = call(provider, "ConfigureProvider", config=block(organization_id=7, **given))
    assert diagnostics(configured) == []
    kind = KINDS[0]
    prior = {
        **dict.fromkeys(kind.attributes),
        "id": "5001",
        "service_account_id": 5001,
        "name": "a",
        "home": {"base_url": home, "organization_id": 7},
    }
    config = {**dict.fromkeys(kind.attributes), "name": "a"}
    fields: dict[str, Any] = {"type_name": kind.type_name, "config": config}
    fields |= {"proposed_new_state": prior, "prior_private": b""}
    plan = call(provider, "PlanResourceChange", prior_state=prior, **fields)
    assert diagnostics(plan) == []
    assert value(plan.planned_state)["home"] == prior["home"]
    if given:
        elsewhere = {**prior, "home": {"base_url": "https://a.example", "organization_id": 7}}
        plan = call(provider, "PlanResourceChange", prior_state=elsewhere, **fields)
        ((_summary, detail, _path),) = diagnostics(plan)
        assert f"the configuration now says organization 7 at {home}" in detail


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {"region": "mars"},
            "region in the provider block must be one of us, eu, in; 'mars' was given.",
        ),
        ({"base_url": "http://proxy.example"}, "http is for loopback alone"),
        (
            {"base_url": "https://user:word@proxy.example"},
            "it has user information before the host",
        ),
        (
            {"dialect": "flat"},
            "dialect in the provider block must be one of bulk, nested; 'flat' was given.",
        ),
    ],
    ids=str,
)
def test_a_place_that_is_none_is_refused(given: dict[str, str], told: str) -> None:
    """Once, when the provider is configured."""
    provider = Provider(KINDS, SOURCES, connect, environment={})
    response = call(provider, "ConfigureProvider", config=block(organization_id=7, **given))
    ((summary, detail, _path),) = diagnostics(response)
    assert summary == "Invalid provider configuration"
    assert told in detail
    assert "word" not in detail


@pytest.mark.parametrize("name", ["username", "secret"])
def test_an_unknown_login_is_not_replaced_by_the_environments(name: str) -> None:
    """It would be another one: a plan would read with the wrong login."""
    found = configure(block(**{name: UNKNOWN_ON_THE_WIRE}), ENVIRONMENT)
    assert set(found.unknown) == {"username", "secret"}
    assert found.configuration.credentials is None
    assert found.configuration.problems == ()
    assert found.configuration.organization_id == 1001


def test_an_unknown_organization_is_nobodys() -> None:
    """Neither the environment's."""
    found = configure(block(organization_id=UNKNOWN_ON_THE_WIRE), ENVIRONMENT)
    assert (found.unknown, found.configuration.organization_id) == (("organization_id",), None)


def test_what_is_wrong_with_the_configuration_is_told_once(provider: Provider) -> None:
    """Not at each resource."""
    response = call(provider, "ConfigureProvider", config=block(region="mars", username="a"))
    assert [summary for summary, _detail, _path in diagnostics(response)] == [
        "Invalid provider configuration"
    ] * 2
