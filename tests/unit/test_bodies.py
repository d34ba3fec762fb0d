"""Every body that the client sends has exactly the documented keys: the emulator accepts more."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timezone

import pytest

from mixpanel_service_accounts.api.dialects.bulk import Bulk
from mixpanel_service_accounts.api.dialects.nested import Nested
from mixpanel_service_accounts.api.errors import NoAnswer
from mixpanel_service_accounts.api.models import Grant
from mixpanel_service_accounts.api.wire import Answer, Request

GRANTS = [Grant(project_id=2001, role="admin")]
NEW_YEAR = datetime(2027, 1, 1, tzinfo=timezone.utc)
ENTRY = {"id": 2001, "role": "admin"}


def sent_by(dialect: type[Bulk | Nested], call: Callable[[Bulk | Nested], object]) -> Request:
    """Return the one request of a call."""
    sent: list[Request] = []

    def send(request: Request) -> Answer:
        sent.append(request)
        raise NoAnswer(request.method, request.path, "was not sent", sent=False)

    with suppress(NoAnswer):
        call(dialect(send))
    (request,) = sent
    return request


@pytest.mark.parametrize(
    ("dialect", "call", "body"),
    [
        (Bulk, lambda one: one.create_account(1001, "bot", None, None, ()), {"username": "bot"}),
        (
            Bulk,
            lambda one: one.create_account(1001, "bot", "admin", NEW_YEAR, GRANTS),
            {
                "username": "bot",
                "role": "admin",
                "expires": "2027-01-01T00:00:00Z",
                "projects": [ENTRY],
            },
        ),
        (
            Bulk,
            lambda one: one.add_to_projects(1001, [5001], GRANTS),
            {"projects": [ENTRY], "service_account_ids": [5001]},
        ),
        (
            Bulk,
            lambda one: one.remove_from_projects(1001, {2001: [5001]}),
            {"projects": [{"id": 2001, "service_account_ids": [5001]}]},
        ),
        (Nested, lambda one: one.create_account(1001, "bot", None, None, ()), {"name": "bot"}),
        (
            Nested,
            lambda one: one.add_to_projects(1001, [5001], GRANTS),
            {"projectId": 2001, "role": "admin"},
        ),
        (Nested, lambda one: one.remove_from_projects(1001, {2001: [5001]}), None),
    ],
)
def test_a_body_has_the_documented_keys_and_no_other(
    dialect: type[Bulk | Nested], call: Callable[[Bulk | Nested], object], body: object
) -> None:
    """No null and no empty value where nothing was asked for."""
    assert sent_by(dialect, call).body == body


@pytest.mark.parametrize("dialect", [Bulk, Nested])
def test_who_is_in_the_projects_is_declined(dialect: type[Bulk | Nested]) -> None:
    """That makes `/me` slow, and nothing here needs it; messages name the path alone."""
    request = sent_by(dialect, lambda one: one.me())
    assert request.target == "/me?include_workspace_users=false"
    assert request.path == "/me"
