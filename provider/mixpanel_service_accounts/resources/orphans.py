"""Accounts that killed runs may have left behind, judged by states.

An account that merely is in no state is not judged here. An orphan has a name that a resource of a
state asks for, was created by our own login, was never used, and no resource holds it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from mixpanel_service_accounts.api.models import Account
from mixpanel_service_accounts.resources.rotating_service_account.dates import is_dated
from mixpanel_service_accounts.resources.stored import (
    Stored,
    Wanted,
    mentioned_accounts,
    pending_creates,
    wanted_names,
)

AROUND = timedelta(hours=1)
"""Longest time before a state was last written at which its pending create ran."""

SOON = timedelta(seconds=10)
"""Longest time after a state was last written at which its pending create ran. What is younger may
be of a later run, which this state does not show and which needs longer to start."""

CLOCKS = timedelta(minutes=2)
"""Largest difference between the server's clock and that of the state's writer."""

Class = Literal["certain", "possible", "too young to tell"]


@dataclass(frozen=True)
class Orphan:
    """An account that looks left behind.

    Attributes:
        account: The account.
        kind: `certain` if a create or rotation that never ended explains it; `possible` if only
            its name does; `too young to tell` if a run after the state was written may hold it.
        reason: Why it is listed, in one phrase that names the resource.
        other_holders: What else could hold it, in one phrase.
        advice: What would tell, if it is too young.
    """

    account: Account
    kind: Class
    reason: str
    other_holders: str
    advice: str = ""


def find_orphans(
    states: Sequence[Stored],
    accounts: Collection[Account],
    *,
    organization_id: int,
    our_user: int,
) -> list[Orphan]:
    """Judge accounts by states: the certain orphans first, then the possible, then the young.

    Args:
        states: What every state that counts says.
        accounts: The organization's accounts.
        organization_id: The organization.
        our_user: The `user` of our own login.
    """
    held = mentioned_accounts(states)
    unheld = [
        account
        for account in accounts
        if account.id not in held and account.creator == our_user and account.last_used is None
    ]
    pending = _here(pending_creates(states), organization_id)
    wanted = _here(wanted_names(states), organization_id)
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
        _orphan_of_a_killed_run(account, ones[0])
        for account, ones in explained.values()
        if ones and _count(explained.values(), ones) <= len(_keys(ones))
    ]


def _orphan_of_a_killed_run(account: Account, one: Wanted) -> Orphan:
    reason = f"{one.address} was being created or rotated"
    return Orphan(account, "certain", reason, one.wording.later_holders)


def _count(explained: Iterable[tuple[Account, list[Wanted]]], ones: Sequence[Wanted]) -> int:
    """Return how many accounts some of these operations explain."""
    return sum(1 for _, others in explained if _keys(ones) & _keys(others))


def _keys(operations: Iterable[Wanted]) -> set[tuple[str, str]]:
    """Return what makes operations the same, though several states show them."""
    return {(one.address, one.name) for one in operations}


def _explains(one: Wanted, account: Account) -> bool:
    return (
        _is_named(account.name, one)
        and one.written is not None
        and account.created is not None
        and one.written - AROUND <= account.created <= one.written + SOON
    )


def _judge(account: Account, asking: Sequence[Wanted]) -> Orphan:
    """Return the account as possible only if every state that asks for its name is younger."""
    words = asking[0].wording
    reason = f"{asking[0].address} asks for its name"
    young = any(not _is_older(account.created, one.written) for one in asking)
    if young:
        return Orphan(
            account,
            "too young to tell",
            reason,
            f"{words.later_run}: {words.export_again}",
            words.export_again,
        )
    return Orphan(account, "possible", reason, words.other_holders)


def _is_older(created: datetime | None, written: datetime | None) -> bool:
    """Check whether an account is older than a state; an unknown date is not."""
    return created is not None and written is not None and created < written - CLOCKS


def _is_named(name: str, wanted: Wanted) -> bool:
    return name == wanted.name or (wanted.rotates and is_dated(name, wanted.name))
