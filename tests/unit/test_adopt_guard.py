"""Who holds an account, out of what the engine tells of the stack's own state."""

from __future__ import annotations

import asyncio
from typing import Any

import pulumi
import pytest

from pulumi_mixpanel.program import adopt_guard as holdings

OURS = "pulumi-python:dynamic/mixpanel:"


def resource(kind: str, **outputs: object) -> dict[str, Any]:
    """Make what the engine tells of one resource; its numbers are floats."""
    return {"type": kind, "outputs": outputs}


HOME = {"base_url": "https://mixpanel.com/api/app", "organization_id": 1001.0}


def test_who_holds_an_account() -> None:
    """A rotating account holds up to three, and a membership none; two places may share a number."""
    elsewhere = {"base_url": "https://eu.mixpanel.com/api/app", "organization_id": 1002.0}
    told = {
        "urn:pulumi:dev::tested::t::one": resource(
            OURS + "ServiceAccount", service_account_id=5001.0, home=HOME
        ),
        "urn:pulumi:dev::tested::t::two": resource(
            OURS + "RotatingServiceAccount",
            service_account_id=6001.0,
            previous_service_account_id=5002.0,
            retiring=[{"service_account_id": 5003.0, "username": "bot"}],
            home=HOME,
        ),
        "urn:pulumi:dev::tested::t::gone": resource(
            OURS + "RotatingServiceAccount", service_account_id=None, home=HOME
        ),
        "urn:pulumi:dev::tested::t::member": resource(
            OURS + "ProjectMembership", service_account_id=5004.0, home=HOME
        ),
        "urn:pulumi:dev::tested::t::other": resource(
            "pulumi:pulumi:StackReference", service_account_id=5005.0
        ),
        "urn:pulumi:dev::tested::t::far": resource(
            OURS + "ServiceAccount", service_account_id=5001.0, home=elsewhere
        ),
    }
    two = [{"by": "RotatingServiceAccount 'two'", "home": HOME}]
    assert holdings._holdings(told) == {
        5001: [
            {"by": "ServiceAccount 'one'", "home": HOME},
            {"by": "ServiceAccount 'far'", "home": elsewhere},
        ],
        6001: two,
        5002: two,
        5003: two,
    }


class Engine:
    """Answers an invoke, after some refusals."""

    def __init__(self, refusals: int) -> None:
        self.refusals, self.asked = refusals, 0

    async def __call__(self, token: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Answer for one stack."""
        assert (token, arguments) == ("pulumi:pulumi:readStackResourceOutputs", {"stackName": "s"})
        self.asked += 1
        if self.asked <= self.refusals:
            raise Exception("failed to load checkpoint: EOF")  # noqa: TRY002 (as the SDK does)
        return {"outputs": {}}


def test_an_engine_that_meets_its_own_half_written_file_is_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Seen on a slow machine with a file backend, in the first moments of an up."""
    engine = Engine(2)
    monkeypatch.setattr(holdings, "invoke_async", engine)
    assert asyncio.run(holdings._told("s", (0, 0, 0))) == {"outputs": {}}
    assert engine.asked == 3


def test_an_engine_that_never_tells_ends_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not known is not taken over."""
    engine = Engine(9)
    monkeypatch.setattr(holdings, "invoke_async", engine)
    with pytest.raises(pulumi.RunError) as caught:
        asyncio.run(holdings._told("s", (0, 0)))
    assert str(caught.value) == (
        "adopt= has to know what the state of the stack holds, and the engine cannot tell: failed to "
        "load checkpoint: EOF"
    )
    assert engine.asked == 3
