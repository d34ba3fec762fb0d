"""What a `pulumi stack export` shows of service accounts: held, pending, and asked for by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mixpanel_service_accounts.api.models import parse_instant
from mixpanel_service_accounts.resources.contract import TYPE_TOKEN
from mixpanel_service_accounts.resources.fields import decode
from mixpanel_service_accounts.resources.rotating_service_account.issued import (
    HeldAccounts,
    accounts_of,
)

_TYPE = TYPE_TOKEN.format("ServiceAccount")
_ROTATING = TYPE_TOKEN.format("RotatingServiceAccount")
_MEMBERSHIP = TYPE_TOKEN.format("ProjectMembership")
_CREATING = {(_TYPE, "creating"), (_ROTATING, "creating"), (_ROTATING, "updating")}
"""The operations that create an account; a rotation is an update."""


@dataclass(frozen=True)
class Wanted:
    """A name that a resource of an export asks for.

    Attributes:
        urn: The resource.
        name: The name.
        rotates: Whether the name may be dated.
        organization_id: Where, if it was recorded.
        written: When the export's last checkpoint was written; None if it does not say.
    """

    urn: str
    name: str
    rotates: bool
    organization_id: int | None
    written: datetime | None


def pending_creates(exports: Iterable[Mapping[str, Any]]) -> list[Wanted]:
    """Return the creates and rotations of service accounts that began and never ended."""
    return [
        _wanted(operation["resource"], _written(export))
        for export in exports
        for operation in _deployment(export).get("pending_operations") or ()
        if (operation["resource"].get("type"), operation.get("type")) in _CREATING
    ]


def wanted_names(exports: Iterable[Mapping[str, Any]]) -> list[Wanted]:
    """Return every name that a resource or a pending operation of the exports asks for."""
    return [
        wanted
        for export in exports
        for resource in _resources(export)
        if resource.get("type") in {_TYPE, _ROTATING}
        and (wanted := _wanted(resource, _written(export))).name
    ]


def held_accounts(exports: Iterable[Mapping[str, Any]], organization_id: int) -> set[int]:
    """Return which accounts of an organization resources of the exports hold."""
    return {
        number
        for export in exports
        for resource in _deployment(export).get("resources") or ()
        if _organization_of(resource.get("outputs")) in {None, organization_id}
        for number in _held_by(resource)
    }


def mentioned_accounts(exports: Iterable[Mapping[str, Any]], organization_id: int) -> set[int]:
    """Return the held accounts, and those that are being adopted or have a membership."""
    exports = list(exports)
    mentioned = {
        number
        for export in exports
        for resource in _resources(export)
        for number in (*_held_by(resource), *_named_in(resource))
    }
    return mentioned | held_accounts(exports, organization_id)


def _deployment(export: Mapping[str, Any]) -> Mapping[str, Any]:
    return export.get("deployment") or {}


def _resources(export: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Iterate over the resources of an export, those of its pending operations among them."""
    yield from _deployment(export).get("resources") or ()
    for operation in _deployment(export).get("pending_operations") or ():
        yield operation["resource"]


def _written(export: Mapping[str, Any]) -> datetime | None:
    time = str((_deployment(export).get("manifest") or {}).get("time", ""))
    return parse_instant(_without_nanoseconds(time))


def _without_nanoseconds(time: str) -> str:
    head, dot, tail = time.partition(".")
    return head + tail.lstrip("0123456789") if dot else time


def _wanted(resource: Mapping[str, Any], written: datetime | None) -> Wanted:
    inputs = resource.get("inputs") or {}
    return Wanted(
        urn=str(resource.get("urn", "")),
        name=str(inputs.get("name") or ""),
        rotates=resource.get("type") == _ROTATING,
        organization_id=_organization_of(inputs),
        written=written,
    )


def _organization_of(values: Mapping[str, Any] | None) -> int | None:
    organization = ((values or {}).get("home") or {}).get("organization_id")
    return int(organization) if organization is not None else None


def _held_by(resource: Mapping[str, Any]) -> list[int]:
    """Return the accounts that one resource holds; a rotating one may hold several."""
    if resource.get("type") == _TYPE:
        return _number(resource.get("id"))
    if resource.get("type") != _ROTATING:
        return []
    return [
        number for number, _ in accounts_of(decode(HeldAccounts, resource.get("outputs") or {}))
    ]


def _named_in(resource: Mapping[str, Any]) -> list[int]:
    """Return the accounts that a resource's inputs name by number."""
    inputs = resource.get("inputs") or {}
    if resource.get("type") in {_TYPE, _ROTATING}:
        return _number(inputs.get("adopt"))
    return _number(inputs.get("service_account_id")) if resource.get("type") == _MEMBERSHIP else []


def _number(value: object) -> list[int]:
    """Return a number that the engine stores as digits or as 5003.0; what is none is left out."""
    text = str(value).removesuffix(".0")
    return [int(text)] if text.isascii() and text.isdigit() else []
