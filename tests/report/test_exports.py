"""Which accounts the resources of stacks hold."""

from __future__ import annotations

from typing import Any

import pytest

from mixpanel_service_accounts.resources.stack_exports import held_accounts

ACCOUNT = "pulumi-python:dynamic/mixpanel:ServiceAccount"
ROTATING = "pulumi-python:dynamic/mixpanel:RotatingServiceAccount"


def export(kind: str, id_: str, outputs: dict[str, Any] | None) -> dict[str, Any]:
    """Make what `pulumi stack export` prints of one resource."""
    return {"deployment": {"resources": [{"type": kind, "id": id_, "outputs": outputs}]}}


@pytest.mark.parametrize(
    ("kind", "id_", "outputs", "held"),
    [
        (ACCOUNT, "5003", None, {5003}),
        (ACCOUNT, "5003", {"home": {"organization_id": 1001.0}}, {5003}),
        (ACCOUNT, "5003", {"home": {"organization_id": 1002}}, set()),
        (ACCOUNT, "none", {}, set()),
        (ROTATING, "x", {"service_account_id": 5004.0, "previous_service_account_id": 5003}, {5003, 5004}),
        (ROTATING, "5009", {"service_account_id": 5004, "previous_service_account_id": None}, {5004}),
        (ROTATING, "x", {"service_account_id": 5004, "home": {"organization_id": 1002}}, set()),
        ("pulumi-python:dynamic/mixpanel:ProjectMembership", "5003", {"service_account_id": 5003}, set()),
    ],
)  # fmt: skip
def test_accounts_are_held_by_their_number(
    kind: str, id_: str, outputs: dict[str, Any] | None, held: set[int]
) -> None:
    """One resource holds one, or both of a rotation; another organization's do not count."""
    assert held_accounts([export(kind, id_, outputs)], 1001) == held


def test_every_stack_counts() -> None:
    """And one without resources is a stack, too."""
    exports = [export(ACCOUNT, "1", {}), {"deployment": {}}, export(ACCOUNT, "2", {})]
    assert held_accounts(exports, 1001) == {1, 2}
