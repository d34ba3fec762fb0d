"""Accounts that a killed run left behind: what a pending create of a stack's export matches.

An account that merely is in no export is nobody's business here. An orphan is one that a create
which never ended asked for: of its name, made around that time, by our own login, never used.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pulumi_mixpanel.api.models import Account, parse_instant
from pulumi_mixpanel.resources.rotation import accounts_of, is_dated
from pulumi_mixpanel.resources.values import TYPE_TOKEN

AROUND = timedelta(hours=1)
"""How far an account's birth may be from the export's last checkpoint: a create begins with one."""

_TYPE = TYPE_TOKEN.format("ServiceAccount")
_ROTATING = TYPE_TOKEN.format("RotatingServiceAccount")
_CREATING = {(_TYPE, "creating"), (_ROTATING, "creating"), (_ROTATING, "updating")}
"""What makes an account; a rotation is an update."""


@dataclass(frozen=True)
class PendingCreate:
    """A create that began and never ended.

    Attributes:
        urn: The resource.
        name: The name that was asked for.
        rotates: Whether the name may have been dated.
        organization_id: Where, if it was recorded.
        began: About when.
    """

    urn: str
    name: str
    rotates: bool
    organization_id: int | None
    began: datetime


def pending_creates(export: Mapping[str, Any]) -> list[PendingCreate]:
    """Read the pending creates of service accounts out of a `pulumi stack export`."""
    deployment = export.get("deployment") or {}
    time = str((deployment.get("manifest") or {}).get("time", ""))
    began = parse_instant(_without_nanoseconds(time))
    if began is None:
        return []
    return [
        _pending(operation["resource"], began)
        for operation in deployment.get("pending_operations") or ()
        if (operation["resource"].get("type"), operation.get("type")) in _CREATING
    ]


def _without_nanoseconds(time: str) -> str:
    head, dot, tail = time.partition(".")
    return head + tail.lstrip("0123456789") if dot else time


def _pending(resource: Mapping[str, Any], began: datetime) -> PendingCreate:
    inputs = resource.get("inputs") or {}
    return PendingCreate(
        urn=str(resource["urn"]),
        name=str(inputs.get("name", "")),
        rotates=resource.get("type") == _ROTATING,
        organization_id=_organization_of(inputs),
        began=began,
    )


def held_accounts(exports: Iterable[Mapping[str, Any]], organization_id: int) -> set[int]:
    """Read which accounts of an organization resources of the exports hold."""
    return {
        number
        for export in exports
        for resource in (export.get("deployment") or {}).get("resources") or ()
        if _organization_of(resource.get("outputs")) in {None, organization_id}
        for number in _held_by(resource)
    }


def _organization_of(values: Mapping[str, Any] | None) -> int | None:
    organization = ((values or {}).get("home") or {}).get("organization_id")
    return int(organization) if organization is not None else None


def _held_by(resource: Mapping[str, Any]) -> list[int]:
    """Read which accounts one resource holds; a rotating one may hold several."""
    if resource.get("type") == _TYPE:
        number = str(resource.get("id", ""))
        return [int(number)] if number.isdigit() else []
    if resource.get("type") != _ROTATING:
        return []
    return [number for number, _ in accounts_of(resource.get("outputs") or {})]


def find_orphans(
    exports: Sequence[Mapping[str, Any]],
    accounts: Collection[Account],
    *,
    organization_id: int,
    our_user: int | None,
) -> list[tuple[Account, PendingCreate]]:
    """Match accounts with the pending creates of the exports.

    Args:
        exports: What `pulumi stack export` printed, of every stack that counts.
        accounts: The organization's accounts.
        organization_id: The organization.
        our_user: The `user` of our own login; without it nothing matches.
    """
    held = held_accounts(exports, organization_id)
    pending = [one for export in exports for one in pending_creates(export)]
    if our_user is None:
        return []
    found = {}
    for account in accounts:
        for one in pending:
            if account.id not in held and _fits(account, one, organization_id, our_user):
                found[account.id] = (account, one)
    return list(found.values())


def _is_named(name: str, pending: PendingCreate) -> bool:
    return name == pending.name or (pending.rotates and is_dated(name, pending.name))


def _fits(account: Account, pending: PendingCreate, organization_id: int, our_user: int) -> bool:
    """Tell whether everything says that a pending create made an account, and nobody used it."""
    return (
        _is_named(account.name, pending)
        and pending.organization_id in {None, organization_id}
        and account.creator == our_user
        and account.last_used is None
        and account.created is not None
        and abs(account.created - pending.began) <= AROUND
    )
