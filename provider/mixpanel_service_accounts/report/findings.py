"""What is to be said of each account: judged from what was read, without a further call.

A verdict is yes, no, or nobody knows: a dialect that tells no expiry says nothing about expiries,
and a project that could not be read says nothing about who is in it. Unknown is never no.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec import UNSET, UnsetType

from mixpanel_service_accounts.api.client import DIALECTS
from mixpanel_service_accounts.api.models import Account, Member
from mixpanel_service_accounts.report.reading import Inventory

FINDINGS: Mapping[str, str] = {
    "expired": "no longer works, and is still listed",
    "expiring": "stops working soon",
    "admin": "admin or owner, in the organization or in a project",
    "sensitive": "sees data that is classified as sensitive",
    "many-projects": "is in too many projects",
    "unused": "has not logged in for long, or never since it was made",
    "no-expiry": "works for ever",
    "unmanaged": "is in none of the given states",
}
"""Every finding and what it says of an account, the most pressing first."""

NEEDED_TO_READ = frozenset({"admin", "sensitive", "many-projects", "unmanaged"})
"""What the login that reads cannot do without, and what is usual for it: no reason to fail."""

_RULING = {"admin", "owner"}
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Limits:
    """From where on something is worth a word.

    Attributes:
        expiring_within: How far ahead an expiry counts as soon.
        unused_for: How long without a login counts as unused.
        many_projects: More projects than this are many.
    """

    expiring_within: timedelta = timedelta(days=30)
    unused_for: timedelta = timedelta(days=90)
    many_projects: int = 10


@dataclass(frozen=True)
class Access:
    """One row by which an account is in a project.

    Attributes:
        project_id: The project.
        role: Its role there, by this row.
        through: `individual`, `team` or `organization`; UNSET where the dialect does not tell.
        sensitive: Whether it sees sensitive data; UNSET where the dialect does not tell.
    """

    project_id: int
    role: str
    through: str | UnsetType = UNSET
    sensitive: bool | UnsetType = UNSET


@dataclass(frozen=True)
class Entry:
    """An account, where it reaches, and what is to be said of it.

    Attributes:
        account: The account.
        access: Its rows, by project; it may have several in one.
        is_own_login: Whether it is the login that read all this.
        is_managed: Whether one of the given states has it; None where none was given.
        findings: What was found, the most pressing first.
        unknown: Findings of which nobody knows.
    """

    account: Account
    access: tuple[Access, ...]
    is_own_login: bool
    is_managed: bool | None
    findings: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def projects(self) -> set[int]:
        """The projects that it is in."""
        return {row.project_id for row in self.access}


@dataclass(frozen=True)
class _Subject:
    """What the rules look at."""

    account: Account
    access: tuple[Access, ...]
    is_managed: bool | None
    read_at: datetime
    all_projects: bool
    tells_sensitive: bool
    limits: Limits


def judge(
    inventory: Inventory, limits: Limits, managed: Collection[int] | None = None
) -> tuple[Entry, ...]:
    """Judge every account, also those that only a project's list shows.

    Args:
        inventory: What was read; its `read_at` is the time that counts.
        limits: From where on something is worth a word.
        managed: The accounts that stacks manage; None: no stack was given, and nothing is said.

    Returns:
        The accounts by their number.
    """
    accounts = {
        row.account.id: row.account for rows in inventory.members.values() for row in rows
    } | {account.id: account for account in inventory.accounts}
    access = _access(inventory)
    return tuple(
        _entry(
            _Subject(
                account=account,
                access=tuple(access.get(number, ())),
                is_managed=None if managed is None else number in managed,
                read_at=inventory.read_at,
                all_projects=knows_projects(inventory) and not inventory.unreadable,
                tells_sensitive=DIALECTS[inventory.dialect].tells_sensitivity,
                limits=limits,
            ),
            inventory.login,
        )
        for number, account in sorted(accounts.items())
    )


def knows_projects(inventory: Inventory) -> bool:
    """Return whether anything is known of projects: `bulk` needs their numbers from somewhere."""
    return bool(inventory.projects) or not DIALECTS[inventory.dialect].lists_members


def _access(inventory: Inventory) -> Mapping[int, list[Access]]:
    found: defaultdict[int, list[Access]] = defaultdict(list)
    for project, rows in sorted(inventory.members.items()):
        for row in rows:
            found[row.account.id].append(_row(project, row))
    return found


def _row(project: int, row: Member) -> Access:
    return Access(project, row.role, row.target_type, row.has_sensitive_access)


def _entry(subject: _Subject, login: str) -> Entry:
    verdicts = {finding: rule(subject) for finding, rule in _RULES.items()}
    if subject.is_managed is None:
        del verdicts["unmanaged"]
    return Entry(
        account=subject.account,
        access=subject.access,
        is_own_login=subject.account.username == login,
        is_managed=subject.is_managed,
        findings=tuple(name for name in FINDINGS if verdicts.get(name)),
        unknown=tuple(name for name in FINDINGS if verdicts.get(name, False) is None),
    )


# -- the rules: yes, no, or None for nobody knows -------------------------------------------------


def _has_no_expiry(subject: _Subject) -> bool | None:
    expires = subject.account.expires
    return None if isinstance(expires, UnsetType) else expires is None


def _is_expired(subject: _Subject) -> bool | None:
    expires = subject.account.expires
    if isinstance(expires, UnsetType):
        return None
    return expires is not None and expires <= subject.read_at


def _is_expiring(subject: _Subject) -> bool | None:
    expires = subject.account.expires
    if isinstance(expires, UnsetType):
        return None
    ahead = subject.read_at + subject.limits.expiring_within
    return expires is not None and subject.read_at < expires <= ahead


def _is_unused(subject: _Subject) -> bool | None:
    account, since = subject.account, subject.read_at - subject.limits.unused_for
    if account.created is not None and account.created > since:
        return False
    if isinstance(account.last_used, UnsetType):
        return None
    if account.last_used is None:
        return None if account.created is None else True
    return account.last_used <= since


def _is_admin(subject: _Subject) -> bool | None:
    role = subject.account.role
    if any(is_ruling(row.role) for row in subject.access) or is_ruling(role):
        return True
    return None if isinstance(role, UnsetType) or not subject.all_projects else False


def is_ruling(role: str | UnsetType | None) -> bool:
    """Return whether a role rules, in any spelling that says so, such as `Organization Owner`."""
    return isinstance(role, str) and not _RULING.isdisjoint(_WORD.findall(role.casefold()))


def _is_sensitive(subject: _Subject) -> bool | None:
    if any(row.sensitive is True for row in subject.access):
        return True
    told = subject.tells_sensitive and all(row.sensitive is False for row in subject.access)
    return False if told and subject.all_projects else None


def _has_many_projects(subject: _Subject) -> bool | None:
    if len({row.project_id for row in subject.access}) > subject.limits.many_projects:
        return True
    return False if subject.all_projects else None


def _is_unmanaged(subject: _Subject) -> bool | None:
    return not subject.is_managed


_RULES: Mapping[str, Callable[[_Subject], bool | None]] = {
    "expired": _is_expired,
    "expiring": _is_expiring,
    "admin": _is_admin,
    "sensitive": _is_sensitive,
    "many-projects": _has_many_projects,
    "unused": _is_unused,
    "no-expiry": _has_no_expiry,
    "unmanaged": _is_unmanaged,
}
