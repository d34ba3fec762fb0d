"""What counts as proof that something is gone: each clause by itself decides a case here."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.conftest import FakeTime, Reply, Seen, TinyServer

from mixpanel_service_accounts.api import Client, Credentials, Refused, Secret
from mixpanel_service_accounts.api.organization import Organization

Serve = Callable[[Callable[[Seen], Reply]], TinyServer]

OURS = {"id": 5001, "username": "us.1a2b3c.mp-service-account", "user": 9, "created": "2026-01-01"}
STRANGER = {**OURS, "id": 5002, "username": "them.1a2b3c.mp-service-account"}
PROJECT = {"2001": {"name": "web", "organization_id": 1001}}


def respond(status: int, document: object) -> Reply:
    """Answer in JSON."""
    return status, {"Content-Type": "application/json"}, json.dumps(document).encode()


def organization(
    serve: Serve,
    time: FakeTime,
    accounts: list[dict[str, Any]],
    members: list[dict[str, Any]],
    me: dict[str, Any],
) -> Organization:
    """Connect to a server where account 7 is not: its routes say 404, the lists are without it."""

    def handler(seen: Seen) -> Reply:
        if "/me?" in seen.path:
            return respond(200, {"status": "ok", "results": me})
        if seen.path.endswith("/projects/2001/service-accounts"):
            rows = [{**row, "role": "admin", "target_type": "individual"} for row in members]
            return respond(200, {"status": "ok", "results": rows})
        if seen.path.endswith("/organizations/1001/service-accounts"):
            return respond(200, {"status": "ok", "results": accounts})
        return respond(404, {"status": "error", "error": "Not found."})

    login = Credentials(username=str(OURS["username"]), secret=Secret("made-up"))
    return Organization(Client(serve(handler).url, login, clock=time.clock), 1001)


OPERATIONS: dict[str, Callable[[Organization], object]] = {
    "read": lambda one: one.reads.account(7),
    "rows": lambda one: one.reads.rows(7, 2001),
    "delete": lambda one: one.delete_account(7),
    "remove": lambda one: one.writes.remove(7, 2001),
}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    ("accounts", "me", "proven"),
    [
        ([OURS], {"organizations": {}}, True),
        ([STRANGER], {"organizations": {"1001": {}}}, True),
        ([STRANGER], {"organizations": {}}, False),
        ([STRANGER], {"organizations": {"1002": {}}}, False),
        ([], {"organizations": {"1002": {}}}, False),
    ],
    ids=["our row", "me names it", "strangers' rows", "me names another", "nothing"],
)
def test_our_login_has_to_belong_to_the_organization(
    serve: Serve,
    time: FakeTime,
    operation: str,
    accounts: list[dict[str, Any]],
    me: dict[str, Any],
    proven: bool,  # noqa: FBT001 (a column of the table)
) -> None:
    """A list that is not empty, or a `/me` that names something, is not yet about us here."""
    one = organization(serve, time, accounts, [OURS], me)
    if proven:
        assert not OPERATIONS[operation](one)
        return
    what = "service account 7" + (" in project 2001" if operation in {"rows", "remove"} else "")
    with pytest.raises(Refused) as caught:
        OPERATIONS[operation](one)
    assert str(caught.value) == (
        f"{what} was not found in organization 1001 at {one.client.base_url}, but nothing proves that "
        f"it is gone: the login {OURS['username']!r} is not known there. Nothing was changed. Check "
        "the organization, the region and the base URL."
    )


@pytest.mark.parametrize(
    ("members", "projects", "proven"),
    [
        ([OURS], {}, True),
        ([STRANGER], PROJECT, True),
        ([STRANGER], {}, False),
        ([], {"2002": PROJECT["2001"]}, False),
    ],
    ids=["our row", "me names it", "strangers' rows", "me names another"],
)
def test_a_project_s_list_is_believed_by_its_members_alone(
    serve: Serve,
    time: FakeTime,
    members: list[dict[str, Any]],
    projects: dict[str, Any],
    proven: bool,  # noqa: FBT001
) -> None:
    """Who lost the project may see a list without the others."""
    one = organization(serve, time, [OURS], members, {"organizations": {}, "projects": projects})
    if proven:
        assert one.reads.rows(7, 2001) == []
        return
    with pytest.raises(Refused) as caught:
        one.reads.rows(7, 2001)
    assert str(caught.value) == (
        "service account 7 in project 2001 was not found, but nothing proves that it is gone: the "
        f"login {OURS['username']!r} is not known to be a member of that project. Nothing was changed."
    )
