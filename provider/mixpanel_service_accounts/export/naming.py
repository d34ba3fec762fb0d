"""Names of resources for accounts: readable, unique, and the same in every export."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from mixpanel_service_accounts.api.models import Account

_LONGEST = 60
_OTHER = re.compile(r"[^a-z0-9]+")


def resource_names(accounts: Iterable[Account]) -> dict[int, str]:
    """Name a resource for each account, by the account's number.

    Of accounts whose names are alike the oldest has the bare name and each other one its number
    behind it, so that an account that comes later renames none.
    """
    names: dict[int, str] = {}
    taken: set[str] = set()
    for account in sorted(accounts, key=lambda account: account.id):
        name = slug(account.name)
        while name in taken:
            name = f"{name}-{account.id}"
        names[account.id] = name
        taken.add(name)
    return names


def slug(name: str) -> str:
    """Reduce a name to ASCII letters, digits and hyphens; `account` where nothing is left."""
    ascii_ = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _OTHER.sub("-", ascii_).strip("-")[:_LONGEST].rstrip("-") or "account"
