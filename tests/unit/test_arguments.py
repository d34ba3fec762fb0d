"""Arguments that Pulumi cannot store, and other errors of a program: each is one sentence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Any

import pulumi
import pytest
from tests.mocked import GuideMocks, run_program

from mixpanel_service_accounts.api.errors import ConfigurationError
from pulumi_mixpanel import ProjectMembership, Provider, RotatingServiceAccount, ServiceAccount
from pulumi_mixpanel.program.arguments import checked_arguments
from pulumi_mixpanel.program.class_arguments import refuse_plain_secret


class Plain(Enum):
    """A member that is no string."""

    ANALYST = "sekret"


class Text(str, Enum):
    """A member that is a string."""

    ANALYST = "analyst"


class Number(IntEnum):
    """A member that is a number."""

    WEB = 2001


REFUSED = [
    (timedelta(90), "cannot be a timedelta. Give a number of hours: value.total_seconds() / 3600."),
    (
        Plain.ANALYST,
        "cannot be a Plain. Give its value (.value), or derive the class from str too.",
    ),
    ((one for one in ["sekret"]), "cannot be a generator. Give a list: list(value)."),
    ({"sekret"}, "cannot be a set. Give a list: list(value)."),
    (b"sekret", "cannot be a bytes. Give a string: value.decode()."),
    (date(2027, 6, 30), "cannot be a date. Give a string such as '2027-06-30T00:00:00Z'."),
    (Decimal(1), "cannot be a Decimal. Give a string, a number, a list or a dictionary."),
    (object, "cannot be a type. Give a string, a number, a list or a dictionary."),
    ({2001: "sekret"}, "has a key that is an int. Give every key as a string."),
    (10**400, "is a number that is too large. Give a smaller one."),
    (
        "sekret\ud800",
        "holds half of a character (a lone surrogate), which UTF-8 cannot write. Give it without.",
    ),
]


@pytest.mark.parametrize(("value", "message"), REFUSED)
def test_what_pulumi_cannot_store_is_refused_in_one_sentence(value: object, message: str) -> None:
    """Before Pulumi sees it, at any depth; the value is not shown."""
    for given, where in ((value, "here"), ([value], "here[0]"), ({"a": (0, value)}, "here.a[1]")):
        with pytest.raises(pulumi.RunError) as caught:
            checked_arguments("ServiceAccount 'bot'", {"here": given})
        assert isinstance(caught.value, ValueError)
        assert str(caught.value) == f"ServiceAccount 'bot': {where} {message}"
        assert caught.value.__cause__ is None
        assert "sekret" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "message"), [case for case in REFUSED if not isinstance(case[0], dict)]
)
def test_an_output_of_it_is_refused_too(value: object, message: str) -> None:
    """As soon as its value is known: the program ends with that sentence.

    No output can hold a map with other keys than strings.
    """

    def program() -> None:
        unfit: pulumi.Output[Any] = pulumi.Output.from_input(1).apply(lambda _: value)
        ServiceAccount("bot", role=unfit)

    with pytest.raises(pulumi.RunError) as caught:
        run_program(program)
    assert str(caught.value) == f"ServiceAccount 'bot': role {message}"


def test_what_pulumi_can_store_comes_through_as_it_is() -> None:
    """Enums of strings and numbers, tuples, maps, outputs, and what is not given."""
    mocks = GuideMocks()

    async def later(text: str) -> str:
        return text

    def program() -> None:
        ServiceAccount(
            "bot",
            role=Text.ANALYST,
            name=pulumi.Output.from_input("named"),
            projects=[{"project_id": Number.WEB, "role": later("admin")}],
            rotate_when_changed={"one": later("later"), "two": pulumi.Output.from_input("text")},
        )

    run_program(program, mocks)
    assert mocks.inputs("bot") == {
        "role": "analyst",
        "name": "named",
        "projects": [{"project_id": 2001, "role": "admin"}],
        "rotate_when_changed": {"one": "later", "two": "text"},
    }


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: ServiceAccount("bot", validity_period_hours=timedelta(90)),  # type: ignore[arg-type]
            "ServiceAccount 'bot': validity_period_hours cannot be a timedelta. Give a number of hours: "
            "value.total_seconds() / 3600.",
        ),
        (
            lambda: RotatingServiceAccount("bot", validity_period_hours=1, overlap_hours=timedelta(1)),  # type: ignore[arg-type]
            "RotatingServiceAccount 'bot': overlap_hours cannot be a timedelta. Give a number of hours: "
            "value.total_seconds() / 3600.",
        ),
        (
            lambda: ServiceAccount("bot", expires=date(2027, 6, 30)),  # type: ignore[arg-type]
            "ServiceAccount 'bot': expires cannot be a date. Give a string such as "
            "'2027-06-30T00:00:00Z'.",
        ),
        (
            lambda: ProjectMembership("web", service_account_id=1, project_id=2, role=Plain.ANALYST),  # type: ignore[arg-type]
            "ProjectMembership 'web': role cannot be a Plain. Give its value (.value), or derive the "
            "class from str too.",
        ),
        (
            lambda: ProjectMembership(
                "web", service_account_id=ServiceAccount("bot"), project_id=2, role="x"  # type: ignore[arg-type]
            ),
            "ProjectMembership 'web': service_account_id cannot be a ServiceAccount. Give one of its "
            "outputs.",
        ),
        (
            lambda: Provider("emea", organization_id=timedelta(1)),  # type: ignore[arg-type]
            "Provider 'emea': organization_id cannot be a timedelta. Give a number of hours: "
            "value.total_seconds() / 3600.",
        ),
        (
            lambda: ServiceAccount("bot", opts={"protect": True}),  # type: ignore[arg-type]
            "ServiceAccount 'bot': opts cannot be a dict. Give a pulumi.ResourceOptions.",
        ),
        (
            lambda: ServiceAccount(7),  # type: ignore[arg-type]
            "ServiceAccount: its first argument is the resource's name in the stack, and cannot be an "
            "int. Give a string such as 'data-export'.",
        ),
        (
            lambda: ProjectMembership("", service_account_id=1, project_id=2, role="analyst"),
            "ProjectMembership: its first argument is the resource's name in the stack, and cannot be "
            "empty. Give a string such as 'data-export'.",
        ),
        (
            lambda: ProjectMembership(
                "web",
                service_account=ServiceAccount("bot"),
                service_account_id=1,
                project_id=2,
                role="analyst",
            ),
            "ProjectMembership 'web' takes either service_account or service_account_id.",
        ),
    ],
)  # fmt: skip
def test_every_resource_refuses_in_the_program(make: Callable[[], object], message: str) -> None:
    """With kind, name and argument."""
    with pytest.raises(pulumi.RunError) as caught:
        run_program(make)
    assert isinstance(caught.value, ValueError)
    assert str(caught.value) == message


def test_an_organization_out_of_an_output_reaches_the_provider_as_text() -> None:
    """Numbers arrive as floats; what is no number is refused by the provider, and no traceback."""
    mocks = GuideMocks()

    def program() -> None:
        for name, value in (("a", 1001.0), ("b", "1001"), ("c", "emea")):
            given: pulumi.Output[Any] = pulumi.Output.from_input(value)
            Provider(name, organization_id=given)

    run_program(program, mocks)
    told = [mocks.inputs(name)["mixpanel:organizationId"] for name in "abc"]
    assert told == ["1001", "1001", "emea"]


def test_a_secret_in_clear_ends_the_program_in_one_sentence() -> None:
    """It is a configuration error, and one that the program shows without a traceback."""

    def program() -> None:
        pulumi.runtime.set_all_config({"mixpanel:secret": "made-up"})
        refuse_plain_secret()

    with pytest.raises(ConfigurationError) as caught:
        run_program(program)
    assert isinstance(caught.value, pulumi.RunError)
    assert "made-up" not in str(caught.value)
