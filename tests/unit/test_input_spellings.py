"""Inputs as users write them: roles in another case, digits, outputs in strings, names that are none."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from tests.rules import (
    new_session,
    project_membership,
    rotating_service_account,
    service_account,
)
from tests.tiny_engine import CheckError, TinyEngine

from mixpanel_service_accounts.api import Client, Credentials, Refused, Secret
from mixpanel_service_accounts.api.clock import Clock
from mixpanel_service_accounts.api.models import Place
from mixpanel_service_accounts.api.whole_numbers import whole_number
from mixpanel_service_accounts.configuration import resolve
from mixpanel_service_accounts.emulator import Emulator
from mixpanel_service_accounts.resources.checks import Checking as Checked
from mixpanel_service_accounts.resources.contract import Failure

NOW = datetime(2026, 11, 28, 8, 30, 30, tzinfo=timezone.utc)
HOME = {"base_url": "https://mixpanel.com/api/app", "organization_id": 1001}
OUTPUT = (
    "Calling __str__ on an Output[T] is not supported.\n\nTo get the value of an Output[T] as an "
    "Output[str] consider:\n1. o.apply(lambda v: f'prefix{v}suffix')"
)
TERMS = {"validity_period_hours": 2160, "overlap_hours": 168}


def checked(
    rules: Any,  # noqa: ANN401 (a module)
    news: dict[str, Any],
    olds: dict[str, Any] | None = None,
    **configured: str,
) -> Checked:
    """Check inputs at a fixed time."""
    context = new_session(
        resolve({"organizationId": "1001", **configured}.get, {}), clock=Clock(now=lambda: NOW)
    )
    found: Checked = rules.check(context, olds or {}, news)
    return found


# ---- roles ------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", ["Analyst", "ANALYST", " analyst "])
@pytest.mark.parametrize("dialect", ["bulk", "nested"])
def test_a_built_in_role_in_another_case_is_that_role(given: str, dialect: str) -> None:
    """Without a warning, whose advice would be to replace an account for its spelling."""
    news = {"service_account_id": 5001, "project_id": 2001, "role": given}
    found = checked(project_membership, news, dialect=dialect)
    assert (found.inputs["role"], found.warnings, found.failures) == ("analyst", [], [])


@pytest.mark.parametrize("rules", [service_account, rotating_service_account])
def test_so_it_is_for_accounts_and_their_projects(rules: Any) -> None:  # noqa: ANN401
    """Wherever a role stands."""
    listed = [{"project_id": 2001, "role": "Admin"}]
    found = checked(rules, {"name": "bot", **TERMS, "role": "Consumer", "projects": listed})
    assert (found.inputs["role"], found.inputs["projects"]) == (
        "consumer",
        [{"project_id": 2001, "role": "admin"}],
    )
    assert found.warnings == []


@pytest.mark.parametrize("given", ["Analyst", "analyst", "ANALYST"])
def test_a_state_with_another_spelling_is_no_change(given: str) -> None:
    """Earlier versions recorded it, or it is a role of the organization's own."""
    listed = [{"project_id": 2001, "role": "Analyst"}]
    state = {"name": "bot", "role": "Analyst", "projects": listed, "home": HOME}
    news = {"name": "bot", "role": given, "projects": [{"project_id": 2001, "role": given}]}
    found = checked(service_account, news, state)
    assert (found.inputs, found.warnings) == (state, [])
    context = new_session(resolve({"organizationId": "1001"}.get, {}))
    assert not service_account.diff(context, "5001", state, found.inputs).changes
    member = {"service_account_id": 5001, "project_id": 2001, "role": "Analyst", "home": HOME}
    again = checked(project_membership, {**member, "role": given}, member)
    assert again.inputs == member


def test_a_spelling_that_a_list_shows_is_a_role_of_the_organization_s_own() -> None:
    """As it is written, and not another one; a recorded spelling is still no change."""
    with Emulator() as emulator:
        context = new_session(resolve({"organizationId": "1001"}.get, emulator.env))
        place = Place(base_url=emulator.base_url, organization_id=1001)
        client = context.organization(place).client
        client.create_service_account(1001, "other", role="Analyst")
        made = client.create_service_account(1001, "member")
        client.add_to_project(1001, made.account.id, 2001, "ADMIN")
        client.list_service_accounts(1001)
        client.list_project_members(1001, 2001)
        given = {
            "Analyst": "Analyst",
            " Analyst ": "Analyst",
            "ANALYST": "analyst",
            "ADMIN": "ADMIN",
        }
        for role, taken in given.items():
            listed = [{"project_id": 2001, "role": role}]
            found = service_account.check(
                context, {}, {"name": "bot", "role": role, "projects": listed}
            )
            assert (found.inputs["role"], found.inputs["projects"][0]["role"]) == (taken, taken)
            assert any("is none of Mixpanel's own roles" in line for line in found.warnings) == (
                taken != "analyst"
            )
        olds = {"name": "bot", "role": "analyst", "home": found.inputs["home"]}
        again = service_account.check(context, olds, {"name": "bot", "role": "Analyst"})
        assert again.inputs["role"] == "analyst"


def test_another_role_is_a_change_whatever_the_state_spells() -> None:
    """The recorded spelling stays for its own role alone."""
    state = {"name": "bot", "role": "Analyst", "home": HOME}
    found = checked(service_account, {"name": "bot", "role": "ADMIN"}, state)
    assert found.inputs["role"] == "admin"


# ---- names ------------------------------------------------------------------------------------

COLON = (
    "name must not contain a colon, because HTTP Basic ends a username at its first colon: the "
    "account could never log in; 'a:b' was given."
)
NEVER = (
    "the account 'a:b' can never log in, because HTTP Basic ends a username at its first colon. "
    "Change its name, which makes a new account."
)


@pytest.mark.parametrize("rules", [service_account, rotating_service_account])
def test_a_new_account_s_name_has_no_colon(rules: Any) -> None:  # noqa: ANN401
    """Neither has one that the name becomes."""
    for olds in ({}, {"name": "other", "home": HOME}):
        found = checked(rules, {"name": "a:b", **TERMS}, olds)
        assert Failure("name", COLON) in found.failures


@pytest.mark.parametrize("rules", [service_account, rotating_service_account])
@pytest.mark.parametrize("adopts", [False, True])
def test_an_account_that_has_a_colon_already_is_told_of(rules: Any, adopts: bool) -> None:  # noqa: ANN401, FBT001
    """In the state, or adopted: nothing is refused for it."""
    olds = {} if adopts else {"name": "a:b", "home": HOME}
    more = {"adopt": 5001, "held_by": []} if adopts else {}
    news = {"name": "a:b", **more, **(TERMS if rules is rotating_service_account else {})}
    found = checked(rules, news, olds)
    assert (found.failures, found.warnings) == ([], [NEVER])


def test_a_rotation_makes_no_account_that_cannot_log_in() -> None:
    """Refused in the preview where the inputs say that it is due, else before the call."""
    with Emulator() as emulator:
        login = Credentials(username=emulator.username, secret=Secret(emulator.secret))
        number = Client(emulator.base_url, login).create_service_account(1001, "a:b").account.id
        stack = TinyEngine(emulator, rotating_service_account)
        news = {**TERMS, "name": "a:b", "adopt": number}
        stack.up(**news)
        stack.wait(3000)
        with pytest.raises(CheckError) as caught:
            stack.up(**news)
        assert str(caught.value) == (
            "name: a rotation is due, and its new account could never log in, because HTTP Basic ends "
            "a username at its first colon: change the name 'a:b'."
        )
        assert stack.there() == [number]
        assert stack.up(**{**news, "name": "a-b"}) == ["update"]
        assert len(stack.there()) == 2


def test_a_pasted_username_is_told_of() -> None:
    """The server would add its suffix to the suffix."""
    found = checked(service_account, {"name": "bot.1a2b3c.mp-service-account"})
    assert found.failures == []
    assert found.warnings == [
        "name 'bot.1a2b3c.mp-service-account' looks like a whole username: the server adds a suffix to "
        "the name, so the account would be "
        "'bot.1a2b3c.mp-service-account.….mp-service-account'. Give name='bot', or adopt= to take over "
        "the account of that username."
    ]
    there = {"name": "bot.1a2b3c.mp-service-account", "home": HOME}
    assert checked(service_account, dict(there), there).warnings == []


# ---- strings that were made of outputs --------------------------------------------------------


@pytest.mark.parametrize(
    ("property_", "news"),
    [
        ("name", {"name": f"bot-{OUTPUT}"}),
        ("role", {"role": OUTPUT}),
        ("expires", {"expires": OUTPUT}),
        ("rotate_when_changed", {"rotate_when_changed": {"n": f"v{OUTPUT}"}}),
        ("projects[0].role", {"projects": [{"project_id": 1, "role": OUTPUT}]}),
    ],
)
def test_a_string_of_an_output_is_refused(property_: str, news: dict[str, Any]) -> None:
    """It would be the same text for ever, and no value of the output ever in it."""
    assert checked(service_account, {"name": "bot", **news}).failures == [
        Failure(
            property_,
            f"{property_} was made from an output by str() or an f-string, which cannot see the "
            "output's value. Use pulumi.Output.concat(…), pulumi.Output.format(…) or "
            "output.apply(lambda value: …).",
        )
    ]


# ---- dates that move --------------------------------------------------------------------------


def moving(ahead: timedelta) -> str:
    """Write a date that a program counted from its own start, some seconds ago."""
    return (NOW - timedelta(seconds=20) + ahead).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(
    "olds", [{}, {"name": "bot", "expires": "2027-02-20T11:12:13Z"}], ids=["new", "changed"]
)
def test_an_expiry_that_moves_with_every_run_is_told_of(olds: dict[str, Any]) -> None:
    """Each up would make a new account with a new secret."""
    found = checked(service_account, {"name": "bot", "expires": moving(timedelta(days=90))}, olds)
    assert found.warnings == [
        "expires 2027-02-26T08:30:10Z is 2160 hours from now, as if the program counted it from the "
        "time at which it runs: then every up creates a new account, with a new secret, and deletes the "
        "last one. Use validity_period_hours=2160, which counts from when the account is created."
    ]


@pytest.mark.parametrize(
    ("expires", "more"),
    [
        ("2027-02-26T08:00:00Z", {}),
        ("2027-02-26T08:45:00Z", {}),
        (moving(timedelta(days=90, minutes=7)), {}),
        (moving(timedelta(days=90)), {"adopt": 5001, "held_by": []}),
    ],
    ids=["whole hour", "other minute", "no whole hours", "adopted"],
)
def test_a_fixed_date_is_not_told_of(expires: str, more: dict[str, Any]) -> None:
    """Nor one that an existing account has."""
    assert checked(service_account, {"name": "bot", "expires": expires, **more}).warnings == []


def test_a_date_that_stays_is_not_told_of() -> None:
    """Whatever time it is by now."""
    expires = moving(timedelta(days=90))
    olds = {"name": "bot", "expires": expires, "home": HOME}
    assert checked(service_account, {"name": "bot", "expires": expires}, olds).warnings == []


# ---- numbers ----------------------------------------------------------------------------------


def test_periods_may_be_digits() -> None:
    """As configuration has them, whole or not."""
    news = {"validity_period_hours": "2160", "overlap_hours": "0.5", "early_renewal_hours": "24"}
    found = checked(rotating_service_account, {"name": "bot", **news})
    assert found.failures == []
    assert [found.inputs[key] for key in news] == [2160, 0.5, 24]
    renewed = checked(service_account, {"name": "bot", "validity_period_hours": "720"})
    assert renewed.inputs["validity_period_hours"] == 720


@pytest.mark.parametrize("given", ["", " 720", "7e2", "-1", "1,5", "1" * 10, "0", "inf", "nan"])
def test_other_strings_are_no_period(given: str) -> None:
    """The message quotes what was given."""
    found = checked(service_account, {"name": "bot", "validity_period_hours": given})
    assert [failure.property for failure in found.failures] == ["validity_period_hours"]
    assert found.failures[0].reason.startswith("validity_period_hours must be a number of hours ")


def test_keeper_values_may_be_numbers() -> None:
    """Kept as strings: the digits of a number are no change of it."""
    keepers = {"rotate_when_changed": {"a": 7, "b": 1.5, "c": "x"}}
    found = checked(service_account, {"name": "bot", **keepers})
    assert found.inputs["rotate_when_changed"] == {"a": "7", "b": "1.5", "c": "x"}
    again = checked(service_account, {"name": "bot", "rotate_when_changed": {"a": "7"}})
    assert again.inputs["rotate_when_changed"] == {"a": "7"}


def test_a_number_of_thousands_of_digits_is_none() -> None:
    """Python itself refuses to convert it, with an error of its own."""
    digits = "9" * 5000
    assert whole_number(digits) is None
    assert resolve({"organizationId": digits}.get, {}).problems
    assert resolve({"goneProjects": f"2001,{digits}"}.get, {}).problems
    news = {"service_account_id": digits, "project_id": 2001, "role": "admin"}
    assert [one.property for one in checked(project_membership, news).failures] == [
        "service_account_id"
    ]
    with pytest.raises(Refused, match="The id of a service account is its number"):
        service_account.read(new_session(resolve(lambda _key: None, {})), digits, {})
