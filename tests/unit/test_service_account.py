"""A service account's check and diff: pure rules, as tables of cases with exact messages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest
from tests.rules import Diff, new_session, service_account

from mixpanel_service_accounts.api.clock import Clock
from mixpanel_service_accounts.api.errors import Refused
from mixpanel_service_accounts.configuration import resolve
from mixpanel_service_accounts.resources.contract import Failure
from mixpanel_service_accounts.resources.fields import UNKNOWN
from mixpanel_service_accounts.resources.session import Session

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc)
HOME = {"base_url": "https://mixpanel.com/api/app", "organization_id": 1001}


def context(**configured: str) -> Session:
    """Make the context of a process with some stack configuration, at a fixed time."""
    values = {"organizationId": "1001", **configured}
    return new_session(resolve(values.get, {}), clock=Clock(now=lambda: NOW))


def check(news: dict[str, Any], olds: dict[str, Any] | None = None, **configured: str) -> Any:  # noqa: ANN401
    """Check inputs."""
    return service_account.check(context(**configured), olds or {}, news)


def test_inputs_are_normalised() -> None:
    """Dates become UTC, projects are sorted, and the place is recorded."""
    checked = check(
        {
            "name": "export",
            "role": "consumer",
            "expires": "2027-06-30T02:00:00+02:00",
            "projects": [{"project_id": 9.0, "role": "admin"}, {"project_id": "3", "role": "analyst"}],
        }
    )  # fmt: skip
    assert checked.failures == []
    assert checked.inputs == {
        "name": "export",
        "role": "consumer",
        "expires": "2027-06-30T00:00:00Z",
        "projects": [{"project_id": 3, "role": "analyst"}, {"project_id": 9, "role": "admin"}],
        "home": HOME,
    }


def test_what_the_user_did_not_set_is_never_filled_in() -> None:
    """A name alone stays a name alone, and the place."""
    assert check({"name": "export"}).inputs == {"name": "export", "home": HOME}


def test_unknowns_pass() -> None:
    """A value that only the deployment will tell is neither refused nor lost."""
    news = {
        "name": UNKNOWN,
        "role": UNKNOWN,
        "expires": UNKNOWN,
        "projects": [{"project_id": UNKNOWN, "role": "analyst"}, UNKNOWN],
    }
    checked = check(news)
    assert checked.failures == []
    assert [checked.inputs[key] for key in ("name", "role", "expires")] == [UNKNOWN] * 3
    assert checked.inputs["projects"] == [
        {"project_id": UNKNOWN, "role": "analyst"},
        {"project_id": UNKNOWN, "role": UNKNOWN},
    ]


@pytest.mark.parametrize(
    ("news", "failure"),
    [
        (
            {"expires": "2026-11-24T12:00:00Z"},
            Failure(
                "expires",
                "expires must lie ahead when an account is made: 2026-11-24T12:00:00Z has passed, it "
                "is 2026-11-24T12:00:00Z.",
            ),
        ),
        (
            {"expires": "2025-01-01T00:00:00Z"},
            Failure(
                "expires",
                "expires must lie ahead when an account is made: 2025-01-01T00:00:00Z has passed, it "
                "is 2026-11-24T12:00:00Z.",
            ),
        ),
        (
            {"projects": "2001"},
            Failure(
                "projects",
                "projects must be a list such as [{'project_id': 2195193, 'role': 'analyst'}]; '2001' "
                "was given.",
            ),
        ),
        (
            {"projects": [{"project_id": 2001}]},
            Failure(
                "projects[0]",
                "projects[0] must have exactly a project_id and a role; {'project_id': 2001} was "
                "given.",
            ),
        ),
        (
            {"projects": [{"project_id": 1, "role": "admin"}, {"project_id": "web", "role": "admin"}]},
            Failure(
                "projects[1].project_id",
                "projects[1].project_id must be a project's number, a whole number above 0 such as "
                "2195193; 'web' was given.",
            ),
        ),
        (
            {"projects": [{"project_id": 1, "role": ""}]},
            Failure(
                "projects[0].role",
                "projects[0].role must be the name of a role, such as 'analyst'; '' was given.",
            ),
        ),
        (
            {"projects": [{"project_id": 5, "role": "admin"}, {"project_id": 5, "role": "analyst"}]},
            Failure("projects", "projects lists the project 5 more than once."),
        ),
        (
            {"organization_id": "acme"},
            Failure(
                "organization_id",
                "organization_id must be an organization's number, a whole number above 0 such as "
                "2195193; 'acme' was given.",
            ),
        ),
        (
            {"region": "asia"},
            Failure("region", "region must be one of us, eu, in; 'asia' was given."),
        ),
    ],
)  # fmt: skip
def test_each_wrong_input_has_its_message(news: dict[str, Any], failure: Failure) -> None:
    """The failure stands on its property."""
    assert check({"name": "export", **news}).failures == [failure]


def test_all_failures_are_told_at_once() -> None:
    """Nobody has to run a preview for each mistake."""
    checked = check({"expires": "soon", "role": "", "region": "asia", "projects": 3})
    assert [failure.property for failure in checked.failures] == [
        "name",
        "role",
        "expires",
        "projects",
        "region",
    ]


@pytest.mark.parametrize("key", ["role", "expires", "projects"])
def test_nested_makes_accounts_with_a_name_alone(key: str) -> None:
    """The failure names the dialect and the way out."""
    values = {
        "role": "consumer",
        "expires": "2027-06-30T00:00:00Z",
        "projects": [{"project_id": 1, "role": "admin"}],
    }
    assert check({"name": "export", key: values[key]}, dialect="nested").failures == [
        Failure(
            key,
            f"{key} cannot be set under the dialect `nested`: document 1.0 of the API makes an account "
            "with a name alone. Leave it out, or use the dialect `bulk`.",
        )
    ]  # fmt: skip


def test_an_expiry_that_did_not_change_may_have_passed() -> None:
    """An expired account in the program is no failure of every later preview."""
    old = {"name": "export", "expires": "2025-01-01T00:00:00Z", "home": HOME}
    checked = check({"name": "export", "expires": "2025-01-01T01:00:00+01:00"}, old)
    assert checked.failures == []


MOVED = (
    "This resource lives in organization 1001 at https://mixpanel.com/api/app, and the configuration "
    "now says {}. Nothing was changed. Undo the change of the configuration or of the environment, or, "
    "if the resource really lives there now, set mixpanel:acceptMove to true."
)  # fmt: skip


@pytest.mark.parametrize(
    ("configured", "there"),
    [
        ({"organizationId": "1002"}, "organization 1002 at https://mixpanel.com/api/app"),
        ({"region": "eu"}, "organization 1001 at https://eu.mixpanel.com/api/app"),
        (
            {"baseUrl": "http://127.0.0.1:8080/api/app"},
            "organization 1001 at http://127.0.0.1:8080/api/app",
        ),
    ],
)
def test_a_stack_is_not_moved_by_its_environment(configured: dict[str, str], there: str) -> None:
    """A sourced environment file must not re-home a stack."""
    news, olds = {"name": "export"}, {"name": "export", "home": HOME}
    assert check(news, olds, **configured).failures == [Failure("", MOVED.format(there))]
    assert check(news, olds, **configured, acceptMove="true").failures == []


def test_nothing_is_read_or_deleted_in_another_place() -> None:
    """The refusal comes before any call: there are no credentials here that one could be made with."""
    elsewhere = context(organizationId="1002")
    state = {"name": "export", "home": HOME}
    for operation in (service_account.read, service_account.delete):
        with pytest.raises(Refused) as caught:
            operation(elsewhere, "5001", state)
        assert str(caught.value) == MOVED.format(
            "organization 1002 at https://mixpanel.com/api/app"
        )


def test_a_changed_argument_is_no_move() -> None:
    """Who changes the argument asks for a replacement."""
    olds = {"name": "export", "home": HOME}
    assert check({"name": "export", "organization_id": 1002}, olds).failures == []
    assert check({"name": "export", "region": "eu"}, olds).failures == []


STATE = {
    "name": "export",
    "role": "consumer",
    "expires": "2027-06-30T00:00:00Z",
    "home": HOME,
    "username": "export.1a2b3c.mp-service-account",
    "actual_role": "admin",
}
INPUTS = {key: STATE[key] for key in ("name", "role", "expires", "home")}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, Diff(changes=False)),
        ({"name": "other"}, Diff(changes=True, replaces=("name",))),
        ({"role": None}, Diff(changes=True, replaces=("role",))),
        ({"role": "admin"}, Diff(changes=True, replaces=("role",))),
        ({"expires": "2028-01-01T00:00:00Z"}, Diff(changes=True, replaces=("expires",))),
        ({"expires": None}, Diff(changes=True, replaces=("expires",))),
        ({"name": UNKNOWN}, Diff(changes=True, replaces=("name",))),
        ({"projects": [{"project_id": 1, "role": "admin"}]}, Diff(changes=True)),
        ({"organization_id": 1001}, Diff(changes=False)),
        (
            {"organization_id": 1002, "home": {**HOME, "organization_id": 1002}},
            Diff(changes=True, replaces=("organization_id",)),
        ),
        (
            {"region": "eu", "home": {**HOME, "base_url": "https://eu.mixpanel.com/api/app"}},
            Diff(changes=True, replaces=("region",)),
        ),
        ({"region": "us"}, Diff(changes=True)),
        ({"home": {"base_url": HOME["base_url"]}}, Diff(changes=False)),
    ],
)
def test_a_change_of_inputs_has_its_consequence(change: dict[str, Any], expected: Diff) -> None:
    """What replaces, what is changed in place, what is no change at all.

    A replacement of an account creates first, so that the old secret works until then.
    """
    news = {key: value for key, value in {**INPUTS, **change}.items() if value is not None}
    assert service_account.diff(context(), "7", dict(STATE), news) == expected


@pytest.mark.parametrize("spelled", [str, str.upper])
def test_the_provider_s_own_login_is_never_replaced_or_deleted(
    spelled: Callable[[str], str],
) -> None:
    """The refusal comes before any call, and says what to do; a server may not care for case."""
    own = context(username=spelled(str(STATE["username"])), secret="made-up")
    message = (
        "'export.1a2b3c.mp-service-account' is the account that this provider logs in with, and would "
        "be {}. Log in with another account first."
    )  # fmt: skip
    with pytest.raises(Refused) as replaced:
        service_account.diff(own, "7", dict(STATE), {**INPUTS, "name": "other"})
    assert str(replaced.value) == message.format("replaced, for a change of name")
    with pytest.raises(Refused) as deleted:
        service_account.delete(own, "7", dict(STATE))
    assert str(deleted.value) == message.format("deleted")


def test_an_organization_that_me_told_is_not_left_by_configuration() -> None:
    """Inputs recorded no organization, the state did: diff() holds on to it."""
    with pytest.raises(Refused) as caught:
        service_account.diff(
            context(organizationId="1002"),
            "7",
            dict(STATE),
            {**INPUTS, "home": {**HOME, "organization_id": 1002}},
        )
    assert str(caught.value) == MOVED.format("organization 1002 at https://mixpanel.com/api/app")
