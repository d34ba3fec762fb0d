"""Names of service accounts: which make a login that works, and which look like a mistake."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mixpanel_service_accounts.api.models import name_of
from mixpanel_service_accounts.resources.account_fields import AccountInputs
from mixpanel_service_accounts.resources.checks import Checking, check_name, take

CANNOT_LOG_IN = "because HTTP Basic ends a username at its first colon"
"""Why an account whose name has a colon is of no use (wire.md; RFC 7617)."""


def take_name(checked: Checking, news: Mapping[str, Any], olds: AccountInputs | None) -> None:
    """Check an account's input `name`, which every account has.

    Args:
        checked: Takes the name, the failure or the warning.
        news: The inputs that were given.
        olds: The inputs of the last run; None if an account is created, or taken over by `adopt`.
    """
    stays = olds.name if olds else None
    if not olds and news.get("adopt") is not None:
        stays = news.get("name")
    take(checked, "name", news, lambda value: _check(checked, value, stays), needed=True)


def _check(checked: Checking, value: object, stays: object) -> str | None:
    name = check_name(checked, value)
    if name is None:
        return None
    if ":" in name:
        return _check_colon(checked, name, there_already=name == stays)
    if name != stays and name_of(name) != name:
        checked.warnings.append(
            f"name {name!r} looks like a whole username: the server adds a suffix to the name, so "
            f"the account would be {name + '.….mp-service-account'!r}. "
            f"Give name={name_of(name)!r}, or {checked.wording.taking_over} the account of that "
            "username."
        )
    return name


def _check_colon(checked: Checking, name: str, *, there_already: bool) -> str | None:
    """Refuse a name with a colon for a new account, and warn of an existing one."""
    if not there_already:
        checked.fail(
            "name",
            f"name must not contain a colon, {CANNOT_LOG_IN}: the account could never log in; "
            f"{name!r} was given.",
        )
        return None
    checked.warnings.append(
        f"the account {name!r} can never log in, {CANNOT_LOG_IN}. Change its name, which makes a "
        "new account."
    )
    return name
