"""Operation by fault by dialect: what is there afterwards, and which secret logs in.

A cell's fault strikes the operation's own call once. `again` means that the operation succeeds in
spite of it; `told` that it fails with an error and changed nothing; `lost` that a create under
`nested` fails, deletes nothing and names what is there.
"""

from __future__ import annotations

from typing import Any

import pytest
from tests.faults.conftest import World

from pulumi_mixpanel.api import Grant, MixpanelError, Refused

PASSING = [
    {"kind": "latency", "seconds": 0.01},
    {"kind": "rate-limit", "retry_after": "2"},
    {"kind": "rate-limit", "retry_after": None},
]
BEFORE = [{"kind": "500-before-effect"}, {"kind": "cut-before-effect"}]
AFTER = [{"kind": "500-after-effect"}, {"kind": "cut-after-effect"}, {"kind": "truncated"}]
NO_JSON_BEFORE = [{"kind": "html"}, {"kind": "html", "status": 502}]
NO_JSON_AFTER = [
    {"kind": "html", "after": True},
    {"kind": "html", "after": True, "status": 504},
    {"kind": "empty"},
    {"kind": "wrong-type"},
    {"kind": "huge", "megabytes": 65},
]
NO = [
    {"kind": "forbidden"},
    {"kind": "unauthorized"},
    {"kind": "not-found"},
    {"kind": "not-found", "form": "html"},
    {"kind": "not-found", "form": "empty"},
    {"kind": "rate-limit", "retry_after": "3600"},
    {"kind": "redirect", "location": "/api/app/elsewhere"},
    {"kind": "redirect", "location": "https://example.com/", "status": 307},
]


def name_of(fault: dict[str, Any]) -> str:
    """Name a cell."""
    return "-".join(str(value) for value in fault.values())


def strike(world: World, fault: dict[str, Any], method: str, path: str) -> None:
    """Let a fault strike one call."""
    world.emulator.faults([{"method": method, "path": path, "times": 1, **fault}])


@pytest.mark.parametrize(
    "fault", [*PASSING, *BEFORE, *AFTER, *NO_JSON_BEFORE, *NO_JSON_AFTER], ids=name_of
)
@pytest.mark.parametrize(
    "projects", [(), (Grant(project_id=2001, role="analyst"),)], ids=["bare", "projects"]
)
def test_a_create_is_made_exactly_once(
    world: World, fault: dict[str, Any], projects: tuple[Grant, ...]
) -> None:
    """One account whose secret is known; under `nested`, where nobody tells who made what, a refusal."""
    if world.dialect == "nested":
        projects = ()
    organization = world.organization()
    strike(world, fault, "POST", "/service-accounts$")
    if world.dialect == "nested" and fault not in PASSING:
        with pytest.raises(Refused) as caught:
            organization.create_account("bot", None, None, projects)
        there = world.accounts("bot")
        had_effect = fault in [*AFTER, *NO_JSON_AFTER]
        assert len(there) == (1 if had_effect else 0)
        for row in there:
            assert f"{row['id']} ({row['username']}, made " in str(caught.value)
        return
    created = organization.create_account("bot", None, None, projects)
    (row,) = world.accounts("bot")
    assert (row["id"], row["secret"]) == (created.account.id, created.secret.reveal())
    assert world.roles(row["id"]) == {grant.project_id: grant.role for grant in projects}
    assert world.logs_in(created.account.username, created.secret.reveal())


@pytest.mark.parametrize("fault", NO, ids=name_of)
def test_a_create_that_is_refused_makes_nothing(world: World, fault: dict[str, Any]) -> None:
    """And is told as what it is."""
    organization = world.organization()
    strike(world, fault, "POST", "/service-accounts$")
    with pytest.raises(MixpanelError) as caught:
        organization.create_account("bot", None, None, ())
    assert world.accounts("bot") == []
    assert "/service-accounts " in str(caught.value)


OPERATIONS = {
    "bulk": {
        "read": ("GET", r"/service-accounts/\d+$"),
        "rows": ("GET", "/projects/2001/"),
        "add": ("POST", "/add-to-project$"),
        "change": ("POST", "/add-to-project$"),
        "remove": ("POST", "/remove-from-project$"),
        "delete": ("DELETE", r"/service-accounts/\d+$"),
    },
    "nested": {
        "read": ("GET", r"/service-accounts/\d+$"),
        "rows": ("GET", r"/\d+/projects$"),
        "add": ("POST", r"/\d+/projects$"),
        "change": ("POST", r"/\d+/projects$"),
        "remove": ("DELETE", "/projects/2001$"),
        "delete": ("DELETE", r"/service-accounts/\d+$"),
    },
}


def prepared(world: World, operation: str) -> int:
    """Make an account as an earlier process left it."""
    organization = world.organization()
    account = organization.create_account("bot", None, None, ()).account.id
    if operation in {"rows", "change", "remove", "delete"}:
        organization.writes.set_role(account, 2001, "analyst")
    world.emulator.forget_calls()
    return account


def perform(world: World, operation: str, account: int) -> object:
    """Do an operation in a new process."""
    one = world.organization()
    if operation == "read":
        return one.reads.account(account)
    if operation == "rows":
        return [row.role for row in one.reads.rows(account, 2001)]
    if operation == "add":
        return one.writes.set_role(account, 2001, "analyst")
    if operation == "change":
        return one.writes.set_role(account, 2001, "admin")
    if operation == "remove":
        one.writes.remove(account, 2001)
    if operation == "delete":
        one.delete_account(account)
    return None


def check_done(world: World, operation: str, account: int) -> None:
    """Tell that an operation had its effect, and no other."""
    rows = world.accounts("bot")
    if operation == "delete":
        assert rows == []
        return
    assert [row["id"] for row in rows] == [account]
    expected = {"rows": {2001: "analyst"}, "add": {2001: "analyst"}, "change": {2001: "admin"}}
    assert world.roles(account) == expected.get(operation, {})


@pytest.mark.parametrize("fault", [*PASSING, *BEFORE, *AFTER], ids=name_of)
@pytest.mark.parametrize("operation", list(OPERATIONS["bulk"]))
def test_what_passes_is_got_over(world: World, operation: str, fault: dict[str, Any]) -> None:
    """Reads, deletes and membership calls are asked again, and done once."""
    account = prepared(world, operation)
    strike(world, fault, *OPERATIONS[world.dialect][operation])
    perform(world, operation, account)
    check_done(world, operation, account)


@pytest.mark.parametrize("fault", [*NO_JSON_BEFORE[:1], *NO_JSON_AFTER, *NO], ids=name_of)
@pytest.mark.parametrize("operation", list(OPERATIONS["bulk"]))
def test_nothing_else_is_taken_for_done(
    world: World, operation: str, fault: dict[str, Any]
) -> None:
    """An error and no wrong belief; where it says `gone`, it is only believed with proof."""
    account = prepared(world, operation)
    strike(world, fault, *OPERATIONS[world.dialect][operation])
    retried = fault == {"kind": "html", "after": True, "status": 504}
    silent = fault["kind"] == "empty" and operation in {"add", "change", "remove", "delete"}
    said_gone = fault == {"kind": "not-found"} and operation in {"read", "rows", "remove", "delete"}
    if retried or silent:
        perform(world, operation, account)
        check_done(world, operation, account)
    elif said_gone and not (operation == "rows" and world.dialect == "bulk"):
        perform(world, operation, account)  # the API itself said 404, to a login that belongs there
        assert world.accounts("bot") != []
    else:
        with pytest.raises(MixpanelError):
            perform(world, operation, account)


@pytest.mark.parametrize(
    "faults",
    [
        [{"kind": "unauthorized"}],
        [{"kind": "forbidden"}],
        [{"kind": "not-found"}],
        [{"kind": "not-found", "form": "html"}],
        [{"kind": "not-found", "form": "empty"}],
        [{"kind": "html"}],
        [{"kind": "empty-list"}],
        [
            {"kind": "empty-list", "path": "accounts$"},
            {"kind": "not-found", "path": r"/\d+$"},
            {"kind": "switch", "name": "me", "value": "none"},
        ],
        [
            {"kind": "empty-list", "path": "accounts$"},
            {"kind": "not-found", "path": r"/\d+$"},
            {"kind": "switch", "name": "me", "value": "404"},
        ],
    ],
    ids=str,
)
@pytest.mark.parametrize("operation", ["read", "rows"])
def test_gone_needs_proof(world: World, operation: str, faults: list[dict[str, Any]]) -> None:
    """Lost rights, wrong hosts and wrong organizations are errors, every time."""
    account = prepared(world, operation)
    world.emulator.faults(faults)
    nested_rows = world.dialect == "nested" and operation == "rows"
    if nested_rows and all(fault.get("path") != "projects$" for fault in faults):
        world.emulator.faults([*faults, {"kind": "not-found", "path": "projects$"}])
    with pytest.raises(MixpanelError):
        perform(world, operation, account)


def test_gone_is_believed_with_proof(world: World) -> None:
    """Our login is in the list, or `/me` names the organization."""
    account = prepared(world, "rows")
    world.client().delete_service_account(1001, account)
    for value in ("yes", "no"):
        world.emulator.faults([{"kind": "switch", "name": "caller-listed", "value": value}])
        assert perform(world, "read", account) is None
        assert perform(world, "rows", account) == []
        perform(world, "remove", account)
        perform(world, "delete", account)
