"""What counts as an orphan: a pending create's name, time, login and no use; each is needed."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from pulumi_mixpanel.api import Account
from pulumi_mixpanel.resources.orphans import find_orphans

TYPE = "pulumi-python:dynamic/mixpanel:ServiceAccount"
URN = f"urn:pulumi:dev::tested::{TYPE}::export"
ACCOUNT = Account(
    id=5003,
    username="bot.1a2b3c.mp-service-account",
    name="bot",
    created=datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc),
    creator=905001,
    last_used=None,
)


def export(held: str = "5001", operation: str = "creating", name: str = "bot") -> dict[str, Any]:
    """Make what `pulumi stack export` prints after a kill."""
    inputs = {"name": name, "home": {"organization_id": 1001, "base_url": "https://x"}}
    return {
        "deployment": {
            "manifest": {"time": "2026-11-24T12:00:30.123456789+00:00"},
            "resources": [{"type": TYPE, "urn": URN, "id": held}],
            "pending_operations": [
                {"type": operation, "resource": {"type": TYPE, "urn": URN, "inputs": inputs}}
            ],
        }
    }


def found(
    account: Account,
    exports: list[dict[str, Any]],
    organization: int = 1001,
    user: int | None = 905001,
) -> list[int]:
    """Tell which accounts match."""
    matched = find_orphans(exports, [account], organization_id=organization, our_user=user)
    return [one.id for one, _ in matched]


def test_a_pending_create_s_account_is_an_orphan_once() -> None:
    """However many exports tell of it."""
    assert found(ACCOUNT, [export(), export()]) == [5003]


@pytest.mark.parametrize(
    "account",
    [
        replace(ACCOUNT, name="other"),
        replace(ACCOUNT, creator=905002),
        replace(ACCOUNT, creator=None),
        replace(ACCOUNT, creator=UNSET),
        replace(ACCOUNT, last_used=datetime(2026, 11, 24, 12, 1, tzinfo=timezone.utc)),
        replace(ACCOUNT, last_used=UNSET),
        replace(ACCOUNT, created=datetime(2026, 11, 24, 10, 59, tzinfo=timezone.utc)),
        replace(ACCOUNT, created=datetime(2026, 11, 24, 13, 1, tzinfo=timezone.utc)),
        replace(ACCOUNT, created=None),
    ],
)
def test_every_sign_is_needed(account: Account) -> None:
    """An account that merely is in no export is nobody's business."""
    assert found(account, [export()]) == []


@pytest.mark.parametrize(
    "exports",
    [
        [],
        [{}],
        [{"deployment": {}}],
        [export(operation="updating")],
        [export(name="other")],
        [export(held="5003")],
        [export(), {"deployment": {"resources": [{"type": TYPE, "urn": URN, "id": "5003"}]}}],
    ],
)
def test_without_a_pending_create_nothing_matches(exports: list[dict[str, Any]]) -> None:
    """And what any stack holds is no orphan."""
    assert found(ACCOUNT, exports) == []


def test_another_organization_and_an_unknown_login_match_nothing() -> None:
    """Who we are has to be known."""
    assert found(ACCOUNT, [export()], organization=1002) == []
    assert found(ACCOUNT, [export()], user=None) == []
