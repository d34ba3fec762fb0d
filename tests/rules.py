"""The rules of the resources over stored values, as a shell calls them: dictionaries in and out."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from msgspec import Struct

from mixpanel_service_accounts.api.clock import SYSTEM_CLOCK, Clock
from mixpanel_service_accounts.api.models import Place
from mixpanel_service_accounts.configuration import Configuration
from mixpanel_service_accounts.resources import project_membership as _membership
from mixpanel_service_accounts.resources import rotating_service_account as _rotating
from mixpanel_service_accounts.resources import service_account as _account
from mixpanel_service_accounts.resources.contract import Failure
from mixpanel_service_accounts.resources.fields import decode, encode, fields_of
from mixpanel_service_accounts.resources.ledger import Holding, Ledger
from mixpanel_service_accounts.resources.reporter import Reporter, reporting_to
from mixpanel_service_accounts.resources.rotating_service_account import dates, issued
from mixpanel_service_accounts.resources.session import Connections, Session
from pulumi_mixpanel.wording import PULUMI


def new_session(
    configuration: Configuration,
    *,
    clock: Clock = SYSTEM_CLOCK,
    warn: Callable[[str], None] = lambda _line: None,
    announce: Callable[[str], None] = lambda _line: None,
) -> Session:
    """Start a process with a ledger."""
    ledger = Ledger()
    return Session(
        Connections(configuration, clock, ledger, PULUMI), Reporter(warn, announce), ledger=ledger
    )


class Checked(Struct):
    """A check's result, stored."""

    inputs: dict[str, Any]
    failures: list[Failure]
    warnings: list[str]
    notes: list[str]


class Diff(Struct, frozen=True):
    """What a shell of Pulumi takes of a diff."""

    changes: bool
    replaces: tuple[str, ...] = ()
    delete_before_replace: bool = False


class Made(Struct, frozen=True):
    """Something created or read, stored."""

    id: str
    state: dict[str, Any]
    inputs: dict[str, Any] = {}


class Rules:
    """One resource."""

    def __init__(self, resource: ModuleType) -> None:
        self.resource: Any = resource
        self._unsettled: dict[tuple[str, int], tuple[str, ...]] = {}

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self.resource, name)

    def check(self, session: Session, olds: dict[str, Any], news: dict[str, Any]) -> Checked:
        """Check."""
        news = dict(news)
        told = news.pop("held_by", None)
        session.held_by = None if told is None else [_holding(one) for one in told]
        found = self.resource.check(
            session, decode(self.resource.Inputs, olds) if olds else None, news
        )
        inputs = encode(found.inputs) if found.inputs else {}
        return Checked(inputs, found.failures, found.warnings, found.notes)

    def diff(self, session: Session, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> Diff:
        """Compare."""
        found = self._call(session, "diff", id_, self._state(olds), self._inputs(news))
        self._unsettled[id_, id(session)] = found.unsettled
        for line in found.notes:
            session.announce(line)
        return Diff(found.changes, found.replaces, found.delete_before_replace)

    def create(self, session: Session, inputs: dict[str, Any]) -> Made:
        """Create."""
        found = self._call(session, "create", self._inputs(inputs))
        return Made(found.id, encode(found.state))

    def read(self, session: Session, id_: str, state: dict[str, Any]) -> Made | None:
        """Read."""
        found = self._call(session, "read", id_, self._state(state) if state else None)
        return found and Made(found.id, encode(found.state), encode(found.inputs))

    def update(
        self, session: Session, id_: str, olds: dict[str, Any], news: dict[str, Any]
    ) -> dict[str, Any]:
        """Update, and make sure that no output changed which the diff before called settled."""
        state, inputs = self._state(olds), self._inputs(news)
        after = self._call(session, "update", id_, state, inputs)
        unsettled = self._unsettled.pop((id_, id(session)), None)
        if unsettled is not None:
            beyond = moved_outputs(self.resource, state, inputs, after) - set(unsettled)
            assert beyond == set(), (beyond, unsettled)
        return encode(after)

    def delete(self, session: Session, id_: str, state: dict[str, Any]) -> None:
        """Delete."""
        self._call(session, "delete", id_, self._state(state))

    def _call(self, session: Session, name: str, *arguments: Any) -> Any:  # noqa: ANN401
        with reporting_to(session.reporter):
            return getattr(self.resource, name)(session, *arguments)

    def _inputs(self, values: dict[str, Any]) -> Any:  # noqa: ANN401
        return decode(self.resource.Inputs, values)

    def _state(self, values: dict[str, Any]) -> Any:  # noqa: ANN401
        return decode(self.resource.State, values)


def moved_outputs(resource: Any, before: Any, inputs: Any, after: Any) -> set[str]:  # noqa: ANN401
    """Return the outputs that an update changed, and the inputs that are not as asked for."""
    asked = {
        name: getattr(inputs, name)
        for name, field in fields_of(resource.Inputs).items()
        if not field.recorded and not field.secret
    }
    return {
        name
        for name in fields_of(resource.State)
        if getattr(after, name) != asked.get(name, getattr(before, name))
    }


def _holding(one: dict[str, Any]) -> Holding:
    return Holding(
        one["by"], decode(Place, one["home"]) if one.get("home") else None, "home" in one
    )


service_account = Rules(_account)
rotating_service_account = Rules(_rotating)
project_membership = Rules(_membership)


def ledger_of(session: Session) -> Ledger:
    """Return the ledger of a process that has one."""
    assert session.ledger is not None
    return session.ledger


def home_of(place: Place) -> dict[str, Any]:
    """Store a place."""
    return encode(place)


def recorded_place(stored: dict[str, Any]) -> Place:
    """Read the place that inputs or a state record."""
    return decode(Place, stored["home"])


def accounts_of(stored: dict[str, Any]) -> list[tuple[int, str]]:
    """List the accounts that a stored state holds."""
    return list(issued.accounts_of(decode(issued.HeldAccounts, stored)))


def rotates(session: Session, stored: dict[str, Any], inputs: dict[str, Any]) -> bool:
    """Return whether an update has to create the next account."""
    return dates.rotates(session, decode(_rotating.State, stored), decode(_rotating.Inputs, inputs))
