"""A life of resources as data: what is wanted, what runs, and what must be so afterwards.

It names no shell: the drivers turn it into a program, or into a configuration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import Any, Literal

START = datetime(2027, 1, 1, tzinfo=timezone.utc)
"""When every life begins, for the shell and for the server."""

Run = Literal["plan", "apply", "refresh", "destroy", "import"]


def at(hours: float) -> str:
    """Return an instant, in hours after the start, as states and servers write it."""
    return f"{START + timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}"


@dataclass(frozen=True)
class Of:
    """An output of another resource, as an argument."""

    resource: str
    key: str


@dataclass(frozen=True)
class Wanted:
    """A resource as a program or a configuration asks for it.

    Attributes:
        kind: Such as `ServiceAccount`.
        name: The resource's name, not the account's.
        arguments: By the names of the rules.
    """

    kind: str
    name: str
    arguments: Mapping[str, Any]


def account(**arguments: Any) -> Wanted:  # noqa: ANN401
    """Return a service account; its name is `exporter` if no other one is given."""
    return Wanted("ServiceAccount", "exporter", {"name": "exporter", **arguments})


def rotating(**arguments: Any) -> Wanted:  # noqa: ANN401
    """Return a rotating service account; its name is `exporter` if no other one is given."""
    return Wanted("RotatingServiceAccount", "exporter", {"name": "exporter", **arguments})


def membership(role: str) -> Wanted:
    """Return the membership of the account `exporter` in project 2001."""
    number = Of("exporter", "service_account_id")
    given = {"service_account_id": number, "project_id": 2001, "role": role}
    return Wanted("ProjectMembership", "web", given)


def projects(grants: Mapping[int, str]) -> list[dict[str, Any]]:
    """Return the input `projects`."""
    return [{"project_id": project, "role": role} for project, role in grants.items()]


@dataclass(frozen=True)
class Later:
    """It becomes so many hours after the start."""

    hours: float


@dataclass(frozen=True)
class Faults:
    """The server has these faults and switches from now on, and no others."""

    entries: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class CreatedByHand:
    """Somebody creates an account, whose number ids of imports name as `{name}`."""

    name: str
    role: str | None = None
    grants: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DeletedByHand:
    """Somebody deletes the account of a resource."""

    resource: str


@dataclass(frozen=True)
class GrantedByHand:
    """Somebody grants the account of a resource a role in a project."""

    resource: str
    project: int
    role: str


@dataclass(frozen=True)
class LoggedIn:
    """The shell logs in with the account of a resource from now on."""

    resource: str


Event = Later | Faults | CreatedByHand | DeletedByHand | GrantedByHand | LoggedIn
"""What happens before a run."""


class Compared(Enum):
    """How a value in the state compares with the one before the step."""

    SAME = "as it was"
    NEW = "there, and not as it was"
    NONE = "not there"


SAME, NEW, NONE = Compared.SAME, Compared.NEW, Compared.NONE

KEPT = {"service_account_id": SAME, "username": SAME, "secret": SAME}
"""The login of an account that a step leaves alone."""


@dataclass(frozen=True)
class Was:
    """The value that another key of the same resource had before the step."""

    key: str


@dataclass(frozen=True)
class There:
    """An account on the server, beside the logins.

    Attributes:
        name: Its name.
        grants: Its roles by project.
        role: Its role in the organization; the emulator's own if none was asked for.
        expires: When it expires; None means never.
    """

    name: str
    grants: Mapping[int, str] = field(default_factory=dict)
    role: str | None = "consumer"
    expires: str | None = None


@dataclass(frozen=True)
class Step:
    """One run of a shell.

    Attributes:
        name: What it shows, as a few words.
        run: What runs.
        wanted: The resources asked for; None means those of the step before.
        before: What happens before it.
        ids: The ids of what is imported by the resource's name.
        changes: What it does with each resource: `create`, `update`, `replace`, `delete`, `import`;
            of a run that fails, and of a refresh, it is looked at only if it is not empty.
        calls: The calls that the run needs, of a refresh none: writes in their order, reads in any.
        reads: The calls by which what there is is read: all of a refresh and of an import; in a
            shell that refreshes before it plans, those that come first.
        fails: Whether the run fails.
        says: Sentences that are shown, with the names of the words of a shell in braces.
        waits: Whole seconds that it waited, each time.
        server: The accounts that are there afterwards, beside the logins; None is not looked at.
        state: Values in the state by resource and key; a state that is to be empty is `{}`, None is
            not looked at.
        settled: Whether the next plan is made too, and finds nothing to do.
    """

    name: str
    run: Run
    wanted: tuple[Wanted, ...] | None = None
    before: tuple[Event, ...] = ()
    ids: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[str, str] = field(default_factory=dict)
    calls: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    fails: bool = False
    says: tuple[str, ...] = ()
    waits: tuple[int, ...] = ()
    server: tuple[There, ...] | None = None
    state: Mapping[str, Mapping[str, Any]] | None = None
    settled: bool = False


@dataclass(frozen=True)
class Life:
    """What becomes of some resources, in every shell.

    Attributes:
        name: What it is about.
        steps: In their order.
        dialect: Which of the two the server speaks.
    """

    name: str
    steps: tuple[Step, ...]
    dialect: str = "bulk"
