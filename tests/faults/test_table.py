"""Operation by fault by dialect: accounts and roles on the server, the state, the secret that logs in.

A cell's fault strikes the operation's own call once, in a new process. Then it is `done`, `gone`
(the server itself said so, and is believed) or `told`: an error, the state as it was, and the next
run does it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from tests.faults.conftest import World
from tests.rules import home_of, project_membership, service_account

from mixpanel_service_accounts.api import MixpanelError
from mixpanel_service_accounts.api.models import Place
from mixpanel_service_accounts.emulator.faults import KINDS
from mixpanel_service_accounts.resources.session import Session

Fault = dict[str, Any]
State = dict[str, Any]

PASSING: list[Fault] = [
    {"kind": "latency", "seconds": 0.01},
    {"kind": "rate-limit", "retry_after": "2"},
    {"kind": "rate-limit", "retry_after": None},
    {"kind": "rate-limit", "retry_after": "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"},
    {"kind": "interim"},
    {"kind": "interim", "status": 100},
    {"kind": "interim", "status": 102, "count": 10},
]
BEFORE: list[Fault] = [
    {"kind": "500-before-effect"},
    {"kind": "cut-before-effect"},
    {"kind": "html", "status": 502},
]
AFTER: list[Fault] = [
    {"kind": "500-after-effect"},
    {"kind": "cut-after-effect"},
    {"kind": "truncated"},
    {"kind": "cut-in-head"},
    {"kind": "cut-in-head", "bytes": 14},
    {"kind": "html", "after": True, "status": 504},
]
NO_ANSWER_BEFORE: list[Fault] = [{"kind": "html"}]
NO_ANSWER_AFTER: list[Fault] = [
    {"kind": "html", "after": True},
    {"kind": "empty"},
    {"kind": "empty-list"},
    {"kind": "wrong-type"},
    {"kind": "huge", "megabytes": 65},
    {"kind": "interim", "status": 101},
    {"kind": "interim", "count": 11},
    {"kind": "deep"},
    *[
        {"kind": "status-after-effect", "status": status, "location": "/api/app/elsewhere"}
        for status in (302, 303, 308)
    ],
    *[
        {"kind": "status-after-effect", "status": status, "form": form}
        for status in (408, 418)
        for form in ("empty", "html", "json")
    ],
]
NO: list[Fault] = [
    {"kind": "forbidden"},
    {"kind": "unauthorized"},
    {"kind": "not-found"},
    {"kind": "not-found", "form": "html"},
    {"kind": "not-found", "form": "empty"},
    {"kind": "not-found", "form": "error-alone"},
    {"kind": "not-found", "form": "foreign"},
    {"kind": "rate-limit", "retry_after": "3600"},
    {"kind": "redirect", "location": "/api/app/elsewhere"},
    {"kind": "redirect", "location": "https://example.com/", "status": 307},
]
FAULTS = [*PASSING, *BEFORE, *AFTER, *NO_ANSWER_BEFORE, *NO_ANSWER_AFTER, *NO]

OPERATIONS = {
    "bulk": {
        "create": ("POST", "/service-accounts$"),
        "create with projects": ("POST", "/service-accounts$"),
        "read": ("GET", r"/service-accounts/\d+$"),
        "rows": ("GET", "/projects/2001/"),
        "add": ("POST", "/add-to-project$"),
        "change": ("POST", "/add-to-project$"),
        "projects": ("POST", "/add-to-project$"),
        "remove": ("POST", "/remove-from-project$"),
        "delete": ("DELETE", r"/service-accounts/\d+$"),
    },
    "nested": {
        "create": ("POST", "/service-accounts$"),
        "read": ("GET", r"/service-accounts/\d+$"),
        "rows": ("GET", r"/\d+/projects$"),
        "add": ("POST", r"/\d+/projects$"),
        "change": ("POST", r"/\d+/projects$"),
        "remove": ("DELETE", "/projects/2001$"),
        "delete": ("DELETE", r"/service-accounts/\d+$"),
    },
}
CELLS = [
    (dialect, operation) for dialect, operations in OPERATIONS.items() for operation in operations
]
ANALYST = [{"project_id": 2001, "role": "analyst"}]
BOTH = [*ANALYST, {"project_id": 2002, "role": "admin"}]


def name_of(value: object) -> str:
    """Name a cell."""
    return "-".join(map(str, value.values())) if isinstance(value, dict) else str(value)


def test_every_kind_of_fault_is_in_the_table() -> None:
    """Switches have tests of their own."""
    assert {fault["kind"] for fault in FAULTS} == {*KINDS} - {"switch", "changed", "doubled"}


@dataclass(frozen=True)
class Stack:
    """What the engine keeps of one account and one membership: an operation that raises, nothing."""

    world: World
    account: State | None = None
    membership: State | None = None

    def inputs(self, **more: object) -> State:
        """Make what check() returns."""
        return {"home": home_of(Place(self.world.emulator.base_url, 1001)), **more}

    def of_membership(self, role: str) -> State:
        """Make the inputs of the membership."""
        assert self.account is not None
        number = self.account["service_account_id"]
        return self.inputs(service_account_id=number, project_id=2001, role=role)

    def perform(self, operation: str) -> Stack:
        """Do an operation in a new process; tell what the engine keeps then."""
        context = self.world.context()
        accounts = _ACCOUNTS.get(operation)
        if accounts:
            return replace(self, account=accounts(self, context))
        return replace(self, membership=_MEMBERSHIPS[operation](self, context))

    def without(self, operation: str) -> Stack:
        """Tell what the engine keeps where an operation's resource is gone."""
        if operation in _ACCOUNTS:
            return replace(self, account=None)
        return replace(self, membership=None)

    def create(self, context: Session, projects: list[State] | None = None) -> State:
        """Make the account."""
        more = {"projects": projects} if projects else {}
        return service_account.create(context, self.inputs(name="bot", **more)).state

    def read(self, context: Session) -> State | None:
        """Read the account."""
        assert self.account is not None
        number = str(self.account["service_account_id"])
        found = service_account.read(context, number, self.account)
        return found.state if found else None

    def projects(self, context: Session) -> State:
        """Give the account one project more."""
        assert self.account is not None
        number, news = str(self.account["service_account_id"]), {**self.account, "projects": BOTH}
        return service_account.update(context, number, self.account, news)

    def delete(self, context: Session) -> None:
        """Delete the account."""
        assert self.account is not None
        number = str(self.account["service_account_id"])
        service_account.delete(context, number, self.account)

    @property
    def membership_id(self) -> str:
        """Tell the membership's id."""
        assert self.account is not None
        return f"1001/{self.account['service_account_id']}/2001"

    def rows(self, context: Session) -> State | None:
        """Read the membership."""
        assert self.membership is not None
        found = project_membership.read(context, self.membership_id, self.membership)
        return found.state if found else None

    def change(self, context: Session) -> State:
        """Change the role of the membership."""
        assert self.membership is not None
        news = self.of_membership("admin")
        return project_membership.update(context, self.membership_id, self.membership, news)

    def remove(self, context: Session) -> None:
        """Remove the membership."""
        assert self.membership is not None
        project_membership.delete(context, self.membership_id, self.membership)


_ACCOUNTS: dict[str, Any] = {
    "create": Stack.create,
    "create with projects": lambda stack, context: stack.create(context, ANALYST),
    "read": Stack.read,
    "projects": Stack.projects,
    "delete": Stack.delete,
}
_MEMBERSHIPS: dict[str, Any] = {
    "add": lambda stack, context: (
        project_membership.create(context, stack.of_membership("analyst")).state
    ),
    "rows": Stack.rows,
    "change": Stack.change,
    "remove": Stack.remove,
}
_PREPARED = {
    "create": [],
    "create with projects": [],
    "read": ["create"],
    "delete": ["create"],
    "add": ["create"],
    "rows": ["create", "add"],
    "change": ["create", "add"],
    "remove": ["create", "add"],
    "projects": ["create with projects"],
}
_LEFT: dict[str, tuple[list[str], dict[int, str]]] = {
    "create": (["bot"], {}),
    "create with projects": (["bot"], {2001: "analyst"}),
    "read": (["bot"], {}),
    "rows": (["bot"], {2001: "analyst"}),
    "add": (["bot"], {2001: "analyst"}),
    "change": (["bot"], {2001: "admin"}),
    "projects": (["bot"], {2001: "analyst", 2002: "admin"}),
    "remove": (["bot"], {}),
    "delete": ([], {}),
}
"""What is on the server once an operation is done: accounts by their names, and roles."""


def prepared(world: World, operation: str, stack: Stack | None = None) -> Stack:
    """Make what earlier processes left, with a shell's own stack."""
    stack = stack or Stack(world)
    for step in _PREPARED[operation]:
        stack = stack.perform(step)
    return stack


def outcome(operation: str, fault: Fault, dialect: str) -> str:
    """Tell what becomes of a cell: `done`, `gone` or `told`."""
    if fault in PASSING:
        return "done"
    if operation.startswith("create"):
        refused = fault in NO and fault["kind"] != "redirect"  # a redirect may follow the effect
        return "told" if refused or dialect == "nested" else "done"
    if fault in [*BEFORE, *AFTER]:
        return "done"
    if tells_nothing(fault, operation):
        return "done"
    if fault == {"kind": "empty-list"} and operation == "rows":
        return "gone"
    return "told"  # also a 404: the list, which shows what it denies, contradicts it


def tells_nothing(fault: Fault, operation: str) -> bool:
    """Return whether a fault's answer is a yes to a write, or a no that is read back."""
    if fault in ({"kind": "empty"}, {"kind": "empty-list"}):
        return operation not in {"read", "rows"}
    says_no = fault["kind"] == "status-after-effect" and fault.get("form") == "json"
    return says_no and operation in {"add", "change", "projects", "remove"}


def check_done(world: World, operation: str, stack: Stack, more: int = 0) -> None:
    """Look at all three: the server, the state, and the secret."""
    names, expected = _LEFT[operation]
    rows = world.accounts()
    assert [row["name"] for row in rows] == ["bot"] * (len(names) + more)
    assert (stack.account is None) == (names == [])
    if stack.account is not None:
        number, username = stack.account["service_account_id"], stack.account["username"]
        assert (number, stack.account["secret"]) == (rows[-1]["id"], rows[-1]["secret"])
        assert world.roles(number) == expected
        assert world.logs_in(username, stack.account["secret"])
    listed = {one["project_id"]: one["role"] for one in (stack.account or {}).get("projects", ())}
    held = {2001: stack.membership["role"]} if stack.membership else {}
    assert {**listed, **held} == expected


def check_kept(world: World, stack: Stack) -> None:
    """Whatever was told: the account of the state is there, and its secret still logs in."""
    if stack.account is not None:
        known = {row["id"]: row["secret"] for row in world.accounts()}
        assert known.get(stack.account["service_account_id"]) == stack.account["secret"]
        assert world.logs_in(stack.account["username"], stack.account["secret"])


@pytest.mark.parametrize("fault", FAULTS, ids=name_of)
@pytest.mark.parametrize(("dialect", "operation"), CELLS)
def test_a_cell(worlds: dict[str, World], dialect: str, operation: str, fault: Fault) -> None:
    """Nothing lost, nothing made twice, nothing believed that was not said."""
    world = worlds[dialect]
    stack = prepared(world, operation)
    before = world.left()
    method, path = OPERATIONS[dialect][operation]
    world.emulator.faults([{"method": method, "path": path, "times": 1, **fault}])
    expected = outcome(operation, fault, dialect)
    if expected == "told":
        check_told(world, operation, stack, fault, before)
        return
    after = stack.perform(operation)
    struck = world.emulator._call("GET", "faults")
    assert struck[0]["times"] == 0
    if expected == "done":
        check_done(world, operation, after)
    else:
        assert world.left() == before
        assert after == stack.without(operation)
        check_kept(world, stack)


def check_told(world: World, operation: str, stack: Stack, fault: Fault, before: object) -> None:
    """An error; what the server was told not to do is not done; the next run does it."""
    with pytest.raises(MixpanelError) as caught:
        stack.perform(operation)
    may_have_acted = fault in [*AFTER, *NO_ANSWER_AFTER]
    lost = []
    if operation == "create" and may_have_acted:  # under `nested`
        lost = world.accounts("bot")
        assert len(lost) == 1
        assert f"{lost[0]['id']} ({lost[0]['username']}, made " in str(caught.value)
    elif operation != "delete" or not may_have_acted:
        check_kept(world, stack)
    assert may_have_acted or world.left() == before
    world.emulator.faults([])
    check_done(world, operation, stack.perform(operation), more=len(lost))


@pytest.mark.parametrize(
    "faults",
    [
        [{"kind": "unauthorized"}],
        [{"kind": "forbidden"}],
        [{"kind": "not-found"}],
        [{"kind": "not-found", "form": "html"}],
        [{"kind": "not-found", "form": "empty"}],
        [{"kind": "not-found", "form": "error-alone"}],
        [{"kind": "not-found", "form": "foreign"}],
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
    stack = prepared(world, operation)
    before = world.left()
    world.emulator.faults(faults)
    nested_rows = world.dialect == "nested" and operation == "rows"
    if nested_rows and all(fault.get("path") != "projects$" for fault in faults):
        world.emulator.faults([*faults, {"kind": "not-found", "path": "projects$"}])
    with pytest.raises(MixpanelError):
        stack.perform(operation)
    assert world.left() == before
    check_kept(world, stack)


@pytest.mark.parametrize("value", ["yes", "no"])
@pytest.mark.parametrize("operation", ["read", "rows", "remove", "delete"])
def test_gone_is_believed_with_proof(world: World, operation: str, value: str) -> None:
    """Our login is in the list, or `/me` names the organization."""
    stack = prepared(world, "rows")
    assert stack.account is not None
    world.client().delete_service_account(1001, stack.account["service_account_id"])
    world.emulator.faults([{"kind": "switch", "name": "caller-listed", "value": value}])
    assert stack.perform(operation) == stack.without(operation)


@pytest.mark.parametrize("operation", ["read", "delete"])
@pytest.mark.parametrize("form", ["json", "error-alone", "foreign", "html", "empty"])
def test_only_the_vendors_shape_says_that_an_account_is_gone(
    world: World, operation: str, form: str
) -> None:
    """`error` alone is that shape; a body with keys that this API does not have never is."""
    stack = prepared(world, "read")
    assert stack.account is not None
    world.client().delete_service_account(1001, stack.account["service_account_id"])
    world.emulator.faults([{"kind": "not-found", "path": r"/\d+$", "form": form}])
    if form in ("json", "error-alone"):
        assert stack.perform(operation) == stack.without(operation)
    else:
        with pytest.raises(MixpanelError, match="answered 404: "):
            stack.perform(operation)


@pytest.mark.parametrize("operation", ["read", "rows", "remove", "delete", "change", "add"])
@pytest.mark.parametrize("form", ["json", "error-alone", "foreign", "html", "empty"])
def test_a_gateway_that_answers_404_on_every_route_takes_nothing(
    world: World, operation: str, form: str
) -> None:
    """There is no proof that the answers are the API's: an error, and everything stays."""
    stack = prepared(world, operation)
    before = world.left()
    world.emulator.faults([{"kind": "not-found", "form": form}])
    with pytest.raises(MixpanelError, match=r"answered 404|not known there"):
        stack.perform(operation)
    assert world.left() == before
    check_kept(world, stack)
