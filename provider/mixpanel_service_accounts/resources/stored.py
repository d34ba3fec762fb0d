"""What a state says of service accounts, whichever shell wrote it: held, pending, asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from msgspec import Struct, ValidationError

from mixpanel_service_accounts.api.errors import MixpanelError
from mixpanel_service_accounts.api.whole_numbers import whole_number
from mixpanel_service_accounts.api.wording import Wording
from mixpanel_service_accounts.resources import (
    project_membership,
    rotating_service_account,
    service_account,
)
from mixpanel_service_accounts.resources.fields import decode, has_unknown
from mixpanel_service_accounts.resources.rotating_service_account.issued import (
    HeldAccounts,
    accounts_of,
)

T = TypeVar("T", bound=Struct)

_ACCOUNT = service_account.KIND
_ROTATING = rotating_service_account.KIND
_MEMBERSHIP = project_membership.KIND


class StoredResource(Struct, frozen=True):
    """One resource of a state.

    Attributes:
        address: How its shell names it, for messages.
        kind: Its kind, such as `ServiceAccount`; one that the core does not know is unreadable.
        id: Its id; empty if it has none yet.
        inputs: What was asked for, by the names of the typed inputs.
        outputs: What is stored, by the names of the typed state. A value that is encrypted is
            `UNKNOWN` in either.
    """

    address: str
    kind: str
    id: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]


class Stored(Protocol):
    """What one state says; each shell that has states reads them into it."""

    @property
    def written(self) -> datetime | None:
        """When the state was last written; None if it does not say."""

    @property
    def resources(self) -> Sequence[StoredResource]:
        """The resources that are held, also if they are to be deleted or replaced.

        Those that an operation which never ended was importing, changing or deleting are among
        them.
        """

    @property
    def pending(self) -> Sequence[StoredResource]:
        """The creates and rotations that began and never ended."""

    @property
    def wording(self) -> Wording:
        """The words of the shell that wrote it."""


class Unreadable(MixpanelError):  # noqa: N818 (reads as a sentence, like its siblings)
    """A resource of a state is ours and cannot be read: it must not seem to hold nothing."""

    def __init__(self, resource: StoredResource, reason: str) -> None:
        super().__init__(
            f"{resource.address} cannot be read: {reason}. The accounts that it holds would seem "
            "to be held by nothing."
        )


class Wanted(Struct, frozen=True):
    """A name that a resource of a state asks for.

    Attributes:
        address: The resource.
        name: The name.
        rotates: Whether the name may be dated.
        organization_id: Where, if it was recorded.
        written: When the state was last written; None if it does not say.
        wording: The words of the shell that wrote the state.
    """

    address: str
    name: str
    rotates: bool
    organization_id: int | None
    written: datetime | None
    wording: Wording


def pending_creates(states: Iterable[Stored]) -> list[Wanted]:
    """Return the creates and rotations of service accounts that began and never ended."""
    return [
        wanted
        for state in states
        for resource in state.pending
        if (wanted := _wanted(resource, state))
    ]


def wanted_names(states: Iterable[Stored]) -> list[Wanted]:
    """Return every name that a resource or a pending operation of the states asks for."""
    return [
        wanted
        for state in states
        for resource in _all(state)
        if (wanted := _wanted(resource, state)) and wanted.name
    ]


def held_accounts(states: Iterable[Stored], organization_id: int) -> set[int]:
    """Return which accounts of an organization resources of the states hold."""
    return {
        number
        for state in states
        for resource in state.resources
        if _organization_of(resource, resource.outputs) in {None, organization_id}
        for number in accounts_held(resource)
    }


def mentioned_accounts(states: Iterable[Stored]) -> set[int]:
    """Return the held accounts, and those that are being adopted or have a membership."""
    states = list(states)
    held = {
        number
        for state in states
        for resource in state.resources
        for number in accounts_held(resource)
    }
    named = {number for state in states for one in _all(state) for number in accounts_named(one)}
    return held | named


def require_readable(state: Stored) -> None:
    """Check that what each resource of a state holds and asks for can be read.

    Raises:
        Unreadable: One cannot be.
    """
    for resource in state.resources:
        accounts_held(resource)
    for resource in _all(state):
        accounts_named(resource)


def accounts_held(resource: StoredResource) -> list[int]:
    """Return the accounts that one resource holds; a rotating one may hold several.

    Raises:
        Unreadable: Nobody can know by what is stored.
    """
    _require_known(resource)
    if resource.kind == _MEMBERSHIP:
        return []
    held = _decoded(resource, HeldAccounts, resource.outputs, "outputs")
    numbers = [number for number, _ in accounts_of(held)]
    if resource.kind == _ACCOUNT:
        numbers = numbers or _number(resource.id.rpartition("/")[2])
    if not numbers and (resource.kind == _ACCOUNT or not resource.outputs):
        raise Unreadable(resource, "neither its id nor its outputs name an account")
    return numbers


def accounts_named(resource: StoredResource) -> list[int]:
    """Return the accounts that a resource's inputs name by number.

    Raises:
        Unreadable: A number is none.
    """
    _require_known(resource)
    named = _decoded(resource, _NamedAccounts, resource.inputs, "inputs")
    number = named.service_account_id if resource.kind == _MEMBERSHIP else named.adopt
    return [] if number is None else [number]


class _NamedAccounts(Struct, frozen=True):
    """The accounts that inputs name."""

    adopt: int | None = None
    service_account_id: int | None = None


class _NameAsked(Struct, frozen=True):
    """The name that inputs ask for."""

    name: str = ""


class _Home(Struct, frozen=True):
    """The part of a place that tells two states' resources apart."""

    organization_id: int | None = None


class _Located(Struct, frozen=True):
    """Where inputs or outputs say that a resource lives."""

    home: _Home | None = None


def _all(state: Stored) -> Iterator[StoredResource]:
    yield from state.resources
    yield from state.pending


def _require_known(resource: StoredResource) -> None:
    if resource.kind not in {_ACCOUNT, _ROTATING, _MEMBERSHIP}:
        raise Unreadable(resource, f"this version knows no kind {resource.kind!r}")


def _wanted(resource: StoredResource, state: Stored) -> Wanted | None:
    _require_known(resource)
    if resource.kind == _MEMBERSHIP:
        return None
    return Wanted(
        resource.address,
        _decoded(resource, _NameAsked, resource.inputs, "inputs").name,
        resource.kind == _ROTATING,
        _organization_of(resource, resource.inputs),
        state.written,
        state.wording,
    )


def _organization_of(resource: StoredResource, values: Mapping[str, Any]) -> int | None:
    home = _decoded(resource, _Located, values, "home").home
    return home.organization_id if home else None


def _decoded(resource: StoredResource, kind: type[T], values: Mapping[str, Any], what: str) -> T:
    """Decode what is needed of stored values.

    Raises:
        Unreadable: It is of another type, or encrypted.
    """
    for name in kind.__struct_fields__:
        if has_unknown(values.get(name)):
            raise Unreadable(resource, f"its {name} is encrypted")
    try:
        return decode(kind, values)
    except ValidationError as error:
        raise Unreadable(resource, f"its {what} are broken ({error})") from None


def _number(text: str) -> list[int]:
    number = whole_number(text)
    return [] if number is None else [number]
