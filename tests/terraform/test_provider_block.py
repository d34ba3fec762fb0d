"""Where organization, host and login come from: the provider block beats the environment."""

from __future__ import annotations

from typing import Any

import pytest
from tests.terraform.servicer import call, diagnostics

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
