"""The report as one JSON document: its keys are a contract (docs/report.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from msgspec import UnsetType

from mixpanel_service_accounts.api.instants import format_instant
from mixpanel_service_accounts.report.findings import (
    FINDINGS,
    Access,
    Entry,
    Limits,
    judge,
    knows_projects,
)
from mixpanel_service_accounts.report.reading import Inventory

T = TypeVar("T")

VERSION = 1
"""Goes up when a key goes or changes its meaning; keys may come without that."""

UNKNOWN = "unknown"
"""Stands where nobody told, so that it is never taken for null, which is never or none."""


@dataclass(frozen=True)
class Report:
    """An inventory and what is to be said of it.

    Attributes:
        inventory: What was read.
        limits: From where on something is worth a word.
        entries: The accounts, by their number.
        asked: The findings that were sought: without a stack, all but `unmanaged`.
    """

    inventory: Inventory
    limits: Limits
    entries: tuple[Entry, ...]
    asked: tuple[str, ...]

    def found(self) -> Counter[str]:
        """Count the accounts with each finding."""
        return Counter(name for entry in self.entries for name in entry.findings)

    def unknown(self) -> Counter[str]:
        """Count the accounts of which nobody knows, for each finding."""
        return Counter(name for entry in self.entries for name in entry.unknown)


def make_report(
    inventory: Inventory, limits: Limits, managed: Collection[int] | None = None
) -> Report:
    """Judge an inventory; the arguments are those of `judge`."""
    asked = tuple(name for name in FINDINGS if name != "unmanaged" or managed is not None)
    return Report(inventory, limits, judge(inventory, limits, managed), asked)


def document_of(report: Report) -> dict[str, Any]:
    """Make the document: plain JSON values, instants as `%Y-%m-%dT%H:%M:%SZ`."""
    inventory, limits = report.inventory, report.limits
    found, unknown = report.found(), report.unknown()
    return {
        "version": VERSION,
        "organization_id": inventory.organization_id,
        "base_url": inventory.base_url,
        "dialect": inventory.dialect,
        "login": inventory.login,
        "read_at": format_instant(inventory.read_at),
        "limits": {
            "expiring_within_days": limits.expiring_within.days,
            "unused_for_days": limits.unused_for.days,
            "many_projects": limits.many_projects,
        },
        "findings": {
            name: {"found": found[name], "unknown": unknown[name]} for name in report.asked
        },
        "projects_known": knows_projects(inventory),
        "projects": [
            {
                "id": project.id,
                "name": project.name,
                "readable": project.id not in inventory.unreadable,
                "why_unreadable": inventory.unreadable.get(project.id),
            }
            for _, project in sorted(inventory.projects.items())
        ],
        "accounts": [_account(entry) for entry in report.entries],
    }


def _account(entry: Entry) -> dict[str, Any]:
    account = entry.account
    return {
        "id": account.id,
        "username": account.username,
        "name": account.name,
        "role": told(account.role),
        "created": instant(account.created) or UNKNOWN,
        "creator": told(account.creator),
        "creator_email": told(account.creator_email),
        "expires": instant(account.expires),
        "last_used": instant(account.last_used),
        "own_login": entry.is_own_login,
        "managed": entry.is_managed,
        "findings": list(entry.findings),
        "unknown": list(entry.unknown),
        "access": _rows(entry.access),
    }


def _rows(access: Sequence[Access]) -> list[dict[str, Any]]:
    return [
        {
            "project_id": row.project_id,
            "role": row.role,
            "through": told(row.through),
            "sensitive": told(row.sensitive),
        }
        for row in access
    ]


def told(value: T | UnsetType) -> T | str:
    """Return what was told, or that nothing was."""
    return UNKNOWN if isinstance(value, UnsetType) else value


def instant(value: datetime | UnsetType | None) -> str | None:
    """Write an instant; None stays None, for never."""
    return format_instant(value) if isinstance(value, datetime) else told(value)
