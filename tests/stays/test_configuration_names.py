"""Configuration keys and environment variables: in stacks, pipelines and states, so they stay."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from tests.recorded.recording import Recording, recordings

from mixpanel_service_accounts.api import Secret
from mixpanel_service_accounts.configuration import Configuration, resolve

Table = Mapping[str, tuple[str, Callable[[Configuration], bool]]]

KEYS: Table = {
    "organizationId": ("1001", lambda found: found.organization_id == 1001),
    "region": ("eu", lambda found: found.region == "eu"),
    "baseUrl": ("http://127.0.0.1:1/api/app", lambda found: "127.0.0.1:1" in str(found.base_url)),
    "dialect": ("nested", lambda found: found.dialect == "nested"),
    "acceptMove": ("true", lambda found: found.accept_move is True),
    "concurrency": ("7", lambda found: found.concurrency == 7),
    "connectTimeout": ("7", lambda found: found.timeouts.connect == 7),
    "readTimeout": ("170", lambda found: found.timeouts.read == 170),
    "totalTimeout": ("7", lambda found: found.timeouts.total == 7),
}
"""Each key of `mixpanel:`, a value, and what it has an effect on; username and secret are a pair."""

VARIABLES: Table = {
    "MIXPANEL_ORGANIZATION_ID": ("1001", lambda found: found.organization_id == 1001),
    "MIXPANEL_REGION": ("in", lambda found: found.region == "in"),
    "MIXPANEL_BASE_URL": (
        "http://127.0.0.1:1/api/app",
        lambda found: "127.0.0.1:1" in str(found.base_url),
    ),
}

USERNAMES = ("MIXPANEL_SERVICE_ACCOUNT_USERNAME", "MIXPANEL_SERVICE_ACCOUNT")


ELSEWHERE = "http://localhost:2/api/app"


def resolved(
    keys: dict[str, str],
    environment: dict[str, str] | None = None,
    stack: dict[str, str] | None = None,
) -> Configuration:
    """Resolve configuration keys and environment variables."""
    return resolve(keys.get, environment or {}, (stack or {}).get)


def login_of(found: Configuration) -> tuple[str, str]:
    """Return the login, in clear."""
    login = found.login()
    return login.username, login.secret.reveal()


@pytest.mark.parametrize("explicit", [False, True], ids=["stack", "explicit provider"])
@pytest.mark.parametrize("key", KEYS)
def test_a_key_has_an_effect(key: str, explicit: bool) -> None:  # noqa: FBT001
    """In the stack's configuration, and in that of an explicit provider."""
    value, has_effect = KEYS[key]
    marker = {"explicitProvider": "true"} if explicit else {}
    found = resolved({**marker, key: value})
    assert found.problems == ()
    assert has_effect(found)
    assert not has_effect(resolved({**marker, "baseUrl": ELSEWHERE}))


def test_username_and_secret_are_keys() -> None:
    """As a pair."""
    assert login_of(resolved({"username": "a", "secret": "b"})) == ("a", "b")


@pytest.mark.parametrize("name", VARIABLES)
def test_a_variable_has_an_effect(name: str) -> None:
    """Of those that Mixpanel's users have already."""
    value, has_effect = VARIABLES[name]
    assert has_effect(resolved({}, {name: value}))
    assert not has_effect(resolved({}, {"MIXPANEL_BASE_URL": ELSEWHERE}))


@pytest.mark.parametrize("name", USERNAMES)
def test_the_login_s_variables(name: str) -> None:
    """The community's word for the username, and the vendor's."""
    environment = {name: "a", "MIXPANEL_SERVICE_ACCOUNT_SECRET": "b"}
    assert login_of(resolved({}, environment)) == ("a", "b")


def test_an_explicit_provider_brings_the_stack_s_configuration_by_these_names() -> None:
    """They are in the state of every stack with an explicit provider."""
    stack = {"organizationId": "9", "username": "a", "secret": "b"}
    found = resolved({"explicitProvider": "true"}, {}, stack)
    assert (found.organization_id, login_of(found)) == (9, ("a", "b"))
    assert isinstance(found.login().secret, Secret)


def test_recorded_providers_have_these_keys() -> None:
    """The default provider's are the stack's keys, an explicit one's have the marker beside them."""
    keys: set[str] = set()
    for folder in recordings():
        for entry in Recording.load(folder).export["deployment"]["resources"]:
            if entry["type"] == "pulumi:providers:pulumi-python":
                keys.update(key for key in entry.get("inputs", {}) if ":" in key)
    assert keys == {
        "mixpanel:baseUrl",
        "mixpanel:concurrency",
        "mixpanel:dialect",
        "mixpanel:explicitProvider",
        "mixpanel:organizationId",
        "mixpanel:secret",
        "mixpanel:username",
        "mixpanelStack:totalTimeout",
    }
