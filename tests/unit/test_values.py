"""Normalisation of single inputs: numbers, names, roles and instants, with exact messages."""

from __future__ import annotations

import pytest

from mixpanel_service_accounts.resources.checks import (
    Checking as Checked,
)
from mixpanel_service_accounts.resources.checks import (
    check_instant,
    check_name,
    check_number,
    check_role,
)
from mixpanel_service_accounts.resources.contract import Failure

NESTED_ROLES = ("admin", "analyst", "consumer")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2027-06-30T00:00:00Z", "2027-06-30T00:00:00Z"),
        ("2027-06-30T02:00:00+02:00", "2027-06-30T00:00:00Z"),
        ("2027-06-30T02:00:00+0200", "2027-06-30T00:00:00Z"),
        ("2027-06-29T19:30:00-04:30", "2027-06-30T00:00:00Z"),
        ("2027-06-30 00:00:00Z", "2027-06-30T00:00:00Z"),
        ("2027-06-30T00:00:00.999999Z", "2027-06-30T00:00:00Z"),
        ("2027-06-30T00:00Z", "2027-06-30T00:00:00Z"),
        ("2027-06-30t00:00:00z", "2027-06-30T00:00:00Z"),
        ("  2027-06-30T00:00:00Z ", "2027-06-30T00:00:00Z"),
        ("2028-02-29T00:00:00Z", "2028-02-29T00:00:00Z"),
    ],
)
def test_an_instant_is_kept_as_utc_in_whole_seconds(given: str, kept: str) -> None:
    """Every spelling of an instant becomes the one that the server takes."""
    checked = Checked()
    assert check_instant(checked, "expires", given) == kept
    assert checked.failures == []


NO_DATE = "expires must be a date and time such as '2027-06-30T00:00:00Z'; {} was given."
NO_ZONE = (
    "expires must say its time zone, as in '2027-06-30T00:00:00Z' or '2027-06-30T02:00:00+02:00'; "
    "{} was given."
)
NO_SUCH_DAY = "expires must be a date that exists, such as '2027-06-30T00:00:00Z'; {} was given."


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("2027-06-30", NO_DATE),
        ("next week", NO_DATE),
        ("", NO_DATE),
        (1814313600, NO_DATE),
        ("2027-06-30T00:00:00", NO_ZONE),
        ("2027-13-01T00:00:00Z", NO_SUCH_DAY),
        ("2027-02-29T00:00:00Z", NO_SUCH_DAY),
        ("2027-06-30T25:00:00Z", NO_SUCH_DAY),
        ("0001-01-01T00:00:00+23:00", NO_SUCH_DAY),
    ],
)
def test_what_is_no_instant_is_refused(given: object, message: str) -> None:
    """Each refusal says what is wrong, what was given and what would do."""
    checked = Checked()
    assert check_instant(checked, "expires", given) is None
    assert checked.failures == [Failure("expires", message.format(repr(given)))]


@pytest.mark.parametrize(("given", "kept"), [(7, 7), (7.0, 7), ("2195193", 2195193)])
def test_a_number_is_kept_as_a_whole_number(given: object, kept: int) -> None:
    """Numbers arrive as floats from the engine, and as text from configuration."""
    checked = Checked()
    assert check_number(checked, "project_id", given, what="a project's number") == kept
    assert checked.failures == []


@pytest.mark.parametrize(
    "given", [0, -1, 1.5, True, "web", "", "-3", "٣", None, [], float("nan"), float("inf"), 2**60]
)
def test_what_is_no_number_is_refused(given: object) -> None:
    """The message names the input and quotes what was given."""
    checked = Checked()
    assert check_number(checked, "project_id", given, what="a project's number") is None
    assert checked.failures == [
        Failure(
            "project_id",
            "project_id must be a project's number, a whole number above 0 such as 2195193; "
            f"{given!r} was given.",
        )
    ]


@pytest.mark.parametrize("given", ["", " ", "a ", "a\nb", None, 7, "a\x7f"])
def test_what_is_no_name_is_refused(given: object) -> None:
    """Empty, padded and control-ridden names are refused; all else is the server's business."""
    checked = Checked()
    assert check_name(checked, given) is None
    assert checked.failures == [
        Failure(
            "name",
            "name must be a text without space around it and without control characters, such as "
            f"'data-export'; {given!r} was given.",
        )
    ]


def test_a_name_may_hold_any_letters() -> None:
    """Nobody knows what the server refuses, so nothing else is refused here."""
    assert check_name(Checked(), "Données d'été (2026) №1") == "Données d'été (2026) №1"


def test_an_unknown_role_is_sent_with_a_warning_where_roles_are_open() -> None:
    """Under `bulk` organizations have roles of their own (wire.md, fact 7)."""
    checked = Checked()
    assert check_role(checked, "role", "Data Team", None, "bulk") == "Data Team"
    assert checked.failures == []
    assert checked.warnings == [
        "role 'Data Team' is none of Mixpanel's own roles (owner, admin, analyst, consumer): it is "
        "sent as it is, for organizations with custom roles."
    ]


def test_an_unknown_role_is_refused_where_roles_are_a_closed_list() -> None:
    """Under `nested` there are three roles, and no owner."""
    checked = Checked()
    assert check_role(checked, "role", "owner", NESTED_ROLES, "nested") is None
    assert checked.failures == [
        Failure(
            "role",
            "role must be one of admin, analyst, consumer under the dialect `nested`; 'owner' was "
            "given.",
        )
    ]


@pytest.mark.parametrize("given", ["", "  ", None, 3])
def test_an_empty_role_is_refused_everywhere(given: object) -> None:
    """A role is a text under either dialect."""
    checked = Checked()
    assert check_role(checked, "role", given, None, "bulk") is None
    assert checked.failures == [
        Failure("role", f"role must be the name of a role, such as 'analyst'; {given!r} was given.")
    ]
