"""Who holds an account, out of what the engine tells of the stack's own state."""

from __future__ import annotations

from typing import Any

from pulumi_mixpanel.holdings import _holdings

OURS = "pulumi-python:dynamic/mixpanel:"


def resource(kind: str, **outputs: object) -> dict[str, Any]:
    """Make what the engine tells of one resource; its numbers are floats."""
    return {"type": kind, "outputs": outputs}


def test_who_holds_an_account() -> None:
    """A rotating account holds up to three, and a membership none."""
    told = {
        "urn:pulumi:dev::tested::t::one": resource(
            OURS + "ServiceAccount", service_account_id=5001.0
        ),
        "urn:pulumi:dev::tested::t::two": resource(
            OURS + "RotatingServiceAccount",
            service_account_id=6001.0,
            previous_service_account_id=5002.0,
            retiring=[{"service_account_id": 5003.0, "username": "bot"}],
        ),
        "urn:pulumi:dev::tested::t::gone": resource(
            OURS + "RotatingServiceAccount", service_account_id=None
        ),
        "urn:pulumi:dev::tested::t::member": resource(
            OURS + "ProjectMembership", service_account_id=5004.0
        ),
        "urn:pulumi:dev::tested::t::other": resource(
            "pulumi:pulumi:StackReference", service_account_id=5005.0
        ),
    }
    assert _holdings(told) == {
        5001: "ServiceAccount 'one'",
        6001: "RotatingServiceAccount 'two'",
        5002: "RotatingServiceAccount 'two'",
        5003: "RotatingServiceAccount 'two'",
    }
