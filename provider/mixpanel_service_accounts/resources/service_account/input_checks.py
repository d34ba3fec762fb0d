"""Checks of the inputs that only a plain service account has, or has in its own way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from mixpanel_service_accounts.api.instants import format_instant, parse_instant
from mixpanel_service_accounts.resources.adoption import check_adopt, keep_found, refuse_replacing
from mixpanel_service_accounts.resources.checks import Checking, check_instant
from mixpanel_service_accounts.resources.fields import decode
from mixpanel_service_accounts.resources.location import sure_place_changes
from mixpanel_service_accounts.resources.service_account.changes import sure_changes
from mixpanel_service_accounts.resources.service_account.inputs_and_state import Inputs
from mixpanel_service_accounts.resources.session import Session

_HOUR = timedelta(hours=1)
_A_PROGRAM_TAKES = timedelta(minutes=2)
"""How long after a program computed a date its check may come."""


def check_adoption(
    session: Session, checked: Checking, news: Mapping[str, Any], olds: Inputs | None
) -> None:
    """Check `adopt`: it goes with no period, and never with a change that replaces."""
    check_adopt(session, checked, news, olds)
    if news.get("adopt") is None or checked.failures:
        return
    if olds:
        # What is left out may be kept; if it is not, the create finds the account held.
        inputs = keep_found(decode(Inputs, checked.inputs), olds, adopted=True)
        place_replaces = sure_place_changes(session, olds, inputs)
        refuse_replacing(checked, sure_changes(olds, inputs) + place_replaces)
    elif news.get("validity_period_hours") is not None:
        checked.fail(
            "adopt",
            "adopt= takes over an account with the expiry that it has, and validity_period_hours "
            "sets one for an account that is made. Adopt first and remove adopt= before you give "
            "validity_period_hours, or use RotatingServiceAccount(adopt=…), which moves on from "
            "an account made by hand without an outage.",
        )


def check_dialect(session: Session, checked: Checking, news: Mapping[str, Any]) -> None:
    """Refuse what the dialect cannot set."""
    if session.dialect.sets_attributes:
        return
    for key in ("role", "expires", "projects", "validity_period_hours"):
        if news.get(key) is not None:
            checked.fail(
                key,
                f"{key} cannot be set under the dialect `{session.dialect.name}`: document 1.0 of "
                "the API makes an account with a name alone. Leave it out, or use the dialect "
                "`bulk`.",
            )


def check_expires(
    session: Session, checked: Checking, value: object, olds: Inputs | None
) -> str | None:
    """Accept an instant in the future, or the one that is recorded already."""
    expires = check_instant(checked, "expires", value)
    if expires is None or (olds is not None and expires == olds.expires):
        return expires
    now = format_instant(session.now())
    if expires <= now:
        checked.fail(
            "expires",
            f"expires must lie ahead when an account is made: {expires} has passed, it is {now}.",
        )
        return None
    return expires


def warn_of_moving(
    session: Session, checked: Checking, news: Mapping[str, Any], olds: Inputs | None
) -> None:
    """Warn of an expiry that the program seems to count from the time at which it runs."""
    now, words, expires = session.now(), session.wording, checked.inputs.get("expires")
    instant = parse_instant(expires) if isinstance(expires, str) else None
    stays = (olds is not None and expires == olds.expires) or news.get("adopt") is not None
    if instant is None or stays or not (instant.minute or instant.second):
        return
    hours = round((instant - now) / _HOUR)
    behind = now + hours * _HOUR - instant
    if hours and timedelta(0) <= behind < _A_PROGRAM_TAKES:
        checked.warnings.append(
            f"expires {expires} is {hours} hours from now, as if the program counted it from the "
            f"time at which it runs: then every {words.run} creates a new account, with a new "
            f"secret, and deletes the last one. Use {words.moving_expiry.format(hours=hours)}."
        )
