"""Which explicit provider a resource inside components gets, under mocks of the engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from tests.mocked import GuideMocks, run_program

from pulumi_mixpanel import ProjectMembership, Provider, RotatingServiceAccount, ServiceAccount

Options = pulumi.ResourceOptions


class Foreign(pulumi.ProviderResource):
    """A provider of another package that has one of our names."""

    def __init__(self, name: str) -> None:
        super().__init__("mixpanel", name, {})


def team(name: str, **opts: Any) -> pulumi.ComponentResource:  # noqa: ANN401 (options of any type)
    """Make a component."""
    return pulumi.ComponentResource("test:index:Team", name, None, Options(**opts))


def inside(parent: pulumi.Resource, **opts: Any) -> None:  # noqa: ANN401
    """Make one resource of each kind in a component."""
    given = Options(parent=parent, **opts)
    ServiceAccount("account", opts=given)
    RotatingServiceAccount("rotating", validity_period_hours=9, overlap_hours=1, opts=given)
    ProjectMembership("member", service_account_id=1, project_id=2, role="analyst", opts=given)


A, B = "a", "b"
CASES: dict[str, tuple[Callable[[Provider, Provider], None], str]] = {
    "mixpanel": (lambda a, _b: inside(team("t", providers={"mixpanel": a})), A),
    "pulumi_mixpanel": (lambda a, _b: inside(team("t", providers={"pulumi_mixpanel": a})), A),
    "pulumi-python": (lambda a, _b: inside(team("t", providers={"pulumi-python": a})), A),
    "a list": (lambda a, _b: inside(team("t", providers=[a])), A),
    "one": (lambda a, _b: inside(team("t", provider=a)), A),
    "its own first": (lambda a, b: inside(team("t", providers={"mixpanel": a}), provider=b), B),
    "its own map": (
        lambda a, b: inside(team("t", providers={"mixpanel": a}), providers={"mixpanel": b}),
        B,
    ),
    "inherited": (lambda a, _b: inside(team("u", parent=team("t", providers={"mixpanel": a}))), A),
    "the nearest, by our name": (
        lambda a, b: inside(team("u", parent=team("t", providers=[a]), providers={"mixpanel": b})),
        B,
    ),
    "the nearest, by the package's": (
        lambda a, b: inside(team("u", parent=team("t", providers={"mixpanel": a}), providers=[b])),
        B,
    ),
    "the nearest of our names": (
        lambda a, b: inside(
            team(
                "u",
                parent=team("t", providers={"mixpanel": a}),
                providers={"pulumi_mixpanel": b},
            )
        ),
        B,
    ),
    "both in one": (
        lambda a, b: inside(team("t", providers={"pulumi-python": a, "mixpanel": b})),
        A,
    ),
    "both in one, inherited": (
        lambda a, b: inside(
            team("u", parent=team("t", providers={"pulumi-python": a, "mixpanel": b}))
        ),
        A,
    ),
    "none": (lambda _a, _b: inside(team("t")), ""),
    "another package's": (
        lambda _a, _b: inside(team("t", providers={"mixpanel": Foreign("foreign")})),
        "",
    ),
}


@pytest.mark.parametrize(("program", "expected"), CASES.values(), ids=CASES)
def test_the_nearest_that_names_a_provider_counts(
    program: Callable[[Provider, Provider], None], expected: str
) -> None:
    """For every kind of resource, and without a warning of Pulumi's."""
    mocks = GuideMocks()
    run_program(lambda: program(Provider(A), Provider(B)), mocks)
    told = {name: mocks.provider(name) for name in ("account", "rotating", "member")}
    assert told == dict.fromkeys(told, expected)
