"""Two memberships of one account and project: which is refused, and what is no second one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pulumi
import pytest
from tests.mocked import run_program
from tests.rules import new_session, project_membership

from mixpanel_service_accounts.api.errors import Refused
from mixpanel_service_accounts.configuration import resolve
from mixpanel_service_accounts.emulator import Emulator
from mixpanel_service_accounts.resources.fields import UNKNOWN
from mixpanel_service_accounts.resources.session import Session
from pulumi_mixpanel import ProjectMembership, Provider, ServiceAccount

REFUSED = (
    "another ProjectMembership of this program has the same service account {} and project 2001, and an "
    "account has one role in a project. Keep one of the two; the account stays in the project."
)


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Run an emulator."""
    with Emulator() as running:
        yield running


def process(emulator: Emulator) -> Session:
    """Make the context of a provider's process."""
    return new_session(resolve(lambda _key: None, emulator.env))


def inputs(emulator: Emulator, role: str = "analyst") -> dict[str, Any]:
    """Make the checked inputs of a membership of the login itself, which is always there."""
    home = {"base_url": emulator.base_url, "organization_id": 1001}
    return {"service_account_id": 5001, "project_id": 2001, "role": role, "home": home}


def test_a_second_creation_of_a_pair_is_refused(emulator: Emulator) -> None:
    """And so is one of a pair that a resource in the state has and keeps; without a call."""
    one = process(emulator)
    project_membership.create(one, inputs(emulator))
    other = process(emulator)
    state = inputs(emulator)
    project_membership.diff(other, "1001/5001/2001", state, state)
    emulator.forget_calls()
    for context in (one, other):
        with pytest.raises(Refused) as caught:
            project_membership.create(context, inputs(emulator, "admin"))
        assert str(caught.value) == REFUSED.format(5001)
    assert emulator.calls() == []


def test_a_membership_in_the_state_is_refused_if_another_was_just_created(
    emulator: Emulator,
) -> None:
    """Whichever of the two the engine meets first."""
    context = process(emulator)
    project_membership.create(context, inputs(emulator))
    with pytest.raises(Refused) as caught:
        project_membership.diff(
            context, "1001/5001/2001", inputs(emulator), inputs(emulator, "admin")
        )
    assert str(caught.value) == REFUSED.format(5001)


def test_a_creation_that_failed_stands_in_nobody_s_way(emulator: Emulator) -> None:
    """The other one may still be made."""
    context = process(emulator)
    emulator.faults([{"kind": "forbidden", "times": 1, "path": "add-to-project"}])
    with pytest.raises(Exception, match="answered 403"):
        project_membership.create(context, inputs(emulator))
    assert project_membership.create(context, inputs(emulator)).id == "1001/5001/2001"


def test_two_in_the_state_are_warned_of_and_one_is_not(emulator: Emulator) -> None:
    """A replacement is checked twice, the second time as new; what is unknown is no pair."""
    context, known = process(emulator), inputs(emulator)
    first = project_membership.check(context, known, known)
    again = project_membership.check(context, {}, known)
    unknown = project_membership.check(context, known, {**known, "service_account_id": UNKNOWN})
    assert (first.warnings, again.warnings, unknown.warnings) == ([], [], [])
    second = project_membership.check(context, known, inputs(emulator, "admin"))
    assert second.warnings == [
        "two ProjectMembership resources of this stack have the same service account 5001 and project "
        "2001, so each may change the role that the other gave. Remove one of them from the program: "
        "the account stays in the project."
    ]
    assert second.failures == []


def member(name: str, **arguments: Any) -> ProjectMembership:  # noqa: ANN401
    """Make a membership in project 2001, unless it is said otherwise."""
    return ProjectMembership(name, **{"project_id": 2001, "role": "analyst", **arguments})


def test_the_program_refuses_what_it_can_know() -> None:
    """Plain numbers, also as digits, and the account itself."""

    def by_number() -> None:
        member("web", service_account_id=5001)
        member("app", service_account_id="5001", project_id="2001")

    def by_account() -> None:
        bot = ServiceAccount("bot")
        member("web", service_account=bot)
        member("app", service_account=bot, role="admin")

    for program in (by_number, by_account):
        with pytest.raises(pulumi.RunError) as caught:
            run_program(program)
        assert str(caught.value) == (
            "ProjectMembership 'app': ProjectMembership 'web' has the same service account and project "
            "2001 already, and an account has one role in a project; keep one of the two."
        )


def test_what_is_not_the_same_pair_is_not_refused() -> None:
    """Another place, another account or project, the same resource again, and another run."""

    def program() -> int:
        elsewhere = pulumi.ResourceOptions(provider=Provider("there", organization_id=1002))
        made = [
            member("one", service_account_id=5001),
            member("two", service_account_id=5001, project_id=2002),
            member("three", service_account_id=5002),
            member("four", service_account_id=5001, opts=elsewhere),
            member("five", service_account_id=5001, region="eu"),
            member("six", service_account=ServiceAccount("bot")),
            member("seven", service_account=ServiceAccount("other")),
            member("one", service_account_id=5001),
        ]
        return len(made)

    assert run_program(program) == 8
    assert run_program(lambda: member("eight", service_account_id=5001) and 1) == 1
