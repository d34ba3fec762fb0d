"""Accounts that killed runs may have left behind, judged by the exports of stacks.

An account that merely is in no export is not judged here. An orphan has a name that a resource of
an export asks for, was created by our own login, was never used, and no resource holds it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from mixpanel_service_accounts.api.models import Account
from mixpanel_service_accounts.resources.rotating_service_account.dates import is_dated
from mixpanel_service_accounts.resources.stack_exports import (
    Wanted,
    mentioned_accounts,
    pending_creates,
    wanted_names,
)

AROUND = timedelta(hours=1)
"""Longest time before an export's last checkpoint at which its pending create ran."""

SOON = timedelta(seconds=10)
"""Longest time after an export's last checkpoint at which its pending create ran. What is younger
may be of a later run, which this export does not show and which needs longer to start."""

CLOCKS = timedelta(minutes=2)
"""Largest difference between the server's clock and the engine's."""

Class = Literal["certain", "possible", "too young to tell"]


@dataclass(frozen=True)
class Orphan:
    """An account that looks left behind.

    Attributes:
        account: The account.
        kind: `certain` if a create or rotation that never ended explains it; `possible` if only
            its name does; `too young to tell` if a run after the export may hold it.
        reason: Why it is listed, in one phrase that names the resource.
        other_holders: What else could hold it, in one phrase.
    """

    account: Account
    kind: Class
    reason: str
    other_holders: str


_CERTAIN = "an up that ran after this export was written, or a stack that was not given"
_POSSIBLE = (
    "a stack that was not given (the same default name in another project), another tool, or an "
    "account kept on purpose (retain_on_delete, pulumi state delete)"
)
_YOUNG = "a run after this export was written: run up or refresh, and export again"


def find_orphans(
    exports: Sequence[Mapping[str, Any]],
    accounts: Collection[Account],
    *,
    organization_id: int,
    our_user: int,
) -> list[Orphan]:
    """Judge accounts by the exports: the certain orphans first, then the possible, then the young.

    Args:
        exports: What `pulumi stack export` printed, of every stack that counts.
        accounts: The organization's accounts.
        organization_id: The organization.
        our_user: The `user` of our own login.
    """
    held = mentioned_accounts(exports, organization_id)
    unheld = [
        account
        for account in accounts
        if account.id not in held and account.creator == our_user and account.last_used is None
    ]
    pending = _here(pending_creates(exports), organization_id)
    wanted = _here(wanted_names(exports), organization_id)
    certain = _certain(unheld, pending)
    orphans = [*certain]
    taken = {orphan.account.id for orphan in certain}
    for account in unheld:
        asking = [one for one in wanted if _is_named(account.name, one)]
        if asking and account.id not in taken:
            orphans.append(_judge(account, asking))
    order: tuple[Class, ...] = ("certain", "possible", "too young to tell")
    return sorted(orphans, key=lambda orphan: order.index(orphan.kind))


def _here(found: Iterable[Wanted], organization_id: int) -> list[Wanted]:
    return [one for one in found if one.organization_id in {None, organization_id}]


def _certain(accounts: Sequence[Account], pending: Sequence[Wanted]) -> list[Orphan]:
    """Return the accounts that pending operations explain; one operation explains one account."""
    explained = {
        account.id: (account, [one for one in pending if _explains(one, account)])
        for account in accounts
    }
    return [
        Orphan(account, "certain", f"{ones[0].urn} was being created or rotated", _CERTAIN)
        for account, ones in explained.values()
        if ones and _count(explained.values(), ones) <= len(_keys(ones))
    ]


def _count(explained: Iterable[tuple[Account, list[Wanted]]], ones: Sequence[Wanted]) -> int:
    """Return how many accounts some of these operations explain."""
    return sum(1 for _, others in explained if _keys(ones) & _keys(others))


def _keys(operations: Iterable[Wanted]) -> set[tuple[str, str]]:
    """Return what makes operations the same, though several exports show them."""
    return {(one.urn, one.name) for one in operations}


def _explains(one: Wanted, account: Account) -> bool:
    return (
        _is_named(account.name, one)
        and one.written is not None
        and account.created is not None
        and one.written - AROUND <= account.created <= one.written + SOON
    )


def _judge(account: Account, asking: Sequence[Wanted]) -> Orphan:
    """Return the account as possible only if every export that asks for its name is younger."""
    reason = f"{asking[0].urn} asks for its name"
    young = any(not _is_older(account.created, one.written) for one in asking)
    if young:
        return Orphan(account, "too young to tell", reason, _YOUNG)
    return Orphan(account, "possible", reason, _POSSIBLE)


def _is_older(created: datetime | None, written: datetime | None) -> bool:
    """Check whether an account is older than an export; an unknown date is not."""
    return created is not None and written is not None and created < written - CLOCKS


def _is_named(name: str, wanted: Wanted) -> bool:
    return name == wanted.name or (wanted.rotates and is_dated(name, wanted.name))
