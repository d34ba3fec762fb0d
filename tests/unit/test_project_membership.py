"""A membership's id, check and diff: pure rules, as tables of cases with exact messages."""

from __future__ import annotations

from typing import Any

import pytest
from tests.rules import Diff, ledger_of, new_session, project_membership

from mixpanel_service_accounts.api.errors import ConfigurationError, Refused
from mixpanel_service_accounts.configuration import resolve
from mixpanel_service_accounts.resources.contract import Failure
from mixpanel_service_accounts.resources.fields import UNKNOWN
from mixpanel_service_accounts.resources.project_membership import MembershipId
from mixpanel_service_accounts.resources.reporter import Reporter
from mixpanel_service_accounts.resources.session import Session

HOME = {"base_url": "https://mixpanel.com/api/app", "organization_id": 1001}
INPUTS = {"service_account_id": 5001, "project_id": 2001, "role": "analyst"}


def context(**configured: str) -> Session:
    """Make the context of a process with some stack configuration."""
    return new_session(resolve({"organizationId": "1001", **configured}.get, {}))


def test_an_id_is_read_as_it_is_written() -> None:
    """One parser for the composite id."""
    number = MembershipId.parse("1001/5001/2001")
    assert number == MembershipId(1001, 5001, 2001)
    assert str(number) == "1001/5001/2001"


@pytest.mark.parametrize(
    "text", ["", "1/2", "1/2/3/4", "a/2/3", "0/2/3", "1/2/3 ", "-1/2/3", "1//3"]
)
def test_another_form_of_id_is_refused(text: str) -> None:
    """The error quotes the form."""
    with pytest.raises(Refused) as caught:
        MembershipId.parse(text)
    assert str(caught.value) == (
        "The id of a project membership is organization/service account/project, three numbers such as "
        f"1001/5001/2001; {text!r} was given."
    )  # fmt: skip


def test_inputs_are_normalised() -> None:
    """Numbers arrive as floats; the place is recorded."""
    checked = project_membership.check(
        context(), {}, {"service_account_id": 5001.0, "project_id": "2001", "role": "analyst"}
    )
    assert checked.failures == []
    assert checked.inputs == {**INPUTS, "home": HOME}


def test_unknowns_pass() -> None:
    """The id of an account that is not yet made, and a role from another resource."""
    checked = project_membership.check(
        context(), {}, {"service_account_id": UNKNOWN, "project_id": UNKNOWN, "role": UNKNOWN}
    )
    assert checked.failures == []
    assert checked.inputs["service_account_id"] is UNKNOWN


def test_all_failures_are_told_at_once() -> None:
    """Each on its property, in the words of its kind."""
    checked = project_membership.check(context(dialect="nested"), {}, {"role": "owner"})
    assert checked.failures == [
        Failure(
            "service_account_id",
            "service_account_id must be a service account's number, a whole number above 0 such as "
            "2195193; None was given.",
        ),
        Failure(
            "project_id",
            "project_id must be a project's number, a whole number above 0 such as 2195193; None was "
            "given.",
        ),
        Failure(
            "role",
            "role must be one of admin, analyst, consumer under the dialect `nested`; 'owner' was "
            "given.",
        ),
    ]  # fmt: skip


def test_what_projects_manages_is_refused_here() -> None:
    """The same account and project in two places would be fought over."""
    one = context()
    ledger_of(one).claims.listed.add((1001, 5001, 2001))
    assert project_membership.check(one, {}, dict(INPUTS)).failures == [
        Failure(
            "project_id",
            "project 2001 is in the list `projects` of service account 5001 already; manage it in one "
            "place, there or here.",
        )
    ]  # fmt: skip
    assert project_membership.check(one, {}, {**INPUTS, "project_id": 2002}).failures == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, Diff(changes=False)),
        ({"role": "admin"}, Diff(changes=True)),
        ({"service_account_id": 5002}, Diff(changes=True, replaces=("service_account_id",))),
        ({"service_account_id": UNKNOWN}, Diff(changes=True, replaces=("service_account_id",))),
        ({"project_id": 2002}, Diff(changes=True, replaces=("project_id",))),
        (
            {"organization_id": 1002, "home": {**HOME, "organization_id": 1002}},
            Diff(changes=True, replaces=("organization_id",), delete_before_replace=True),
        ),
    ],
)
def test_a_change_of_inputs_has_its_consequence(change: dict[str, Any], expected: Diff) -> None:
    """The same account cannot be in the same project twice: then the old one goes first."""
    state = {**INPUTS, "home": HOME, "granted_role": "analyst"}
    news = {**INPUTS, "home": HOME, **change}
    assert project_membership.diff(context(), "1001/5001/2001", state, news) == expected


def test_what_the_program_still_wants_is_not_taken_away() -> None:
    """Told without a call: there are no credentials here. A membership that is replaced is no want."""
    lines: list[str] = []
    one = context()
    one.reporter = Reporter(announce=lines.append)
    state = {**INPUTS, "home": HOME}
    project_membership.diff(one, "1001/5001/2001", state, {**state, "project_id": 2002})
    with pytest.raises(ConfigurationError, match="credentials are missing"):
        project_membership.delete(one, "1001/5001/2001", state)
    project_membership.diff(one, "1001/5001/2001", state, {**state, "role": "admin"})
    project_membership.delete(one, "1001/5001/2001", state)
    ledger_of(one).claims.listed.add((1001, 5001, 2002))
    project_membership.delete(one, "1001/5001/2002", {**state, "project_id": 2002})
    assert lines == [
        f"membership 1001/5001/{project} stays: another resource of this program has it now"
        for project in (2001, 2002)
    ]
