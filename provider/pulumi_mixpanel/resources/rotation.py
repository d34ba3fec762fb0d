"""The dates of a rotation: when the next account is made, and when the last one is retired."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from pulumi_mixpanel.api.models import format_instant
from pulumi_mixpanel.resources.context import Context
from pulumi_mixpanel.resources.renewal import (
    Terms,
    check_hours,
    date_in,
    refuse_early,
    tell_clock,
)
from pulumi_mixpanel.resources.values import Checked, Inputs, State, Unknown

ON_DEMAND = ("name", "role", "rotate_when_changed")
"""Inputs whose change is had by a new account, and so rotates."""


def check_terms(checked: Checked, news: Inputs) -> None:
    """Check the three periods, and that they fit together."""
    if news.get("validity_period_hours") is None:
        checked.fail(
            "validity_period_hours",
            "validity_period_hours is needed: for how many hours an account is good before the "
            "next one takes over.",
        )
    if news.get("overlap_hours") is None:
        checked.fail(
            "overlap_hours",
            "overlap_hours is needed: for how many hours the previous account goes on working, so "
            "that its users can change over.",
        )
    validity = check_hours(checked, "validity_period_hours", news)
    early = check_hours(checked, "early_renewal_hours", news, default=0)
    overlap = check_hours(checked, "overlap_hours", news)
    if not isinstance(validity, float) or not isinstance(early, float):
        return
    if refuse_early(checked, early, validity) or not isinstance(overlap, float):
        return
    if overlap >= validity - early:
        checked.fail(
            "overlap_hours",
            f"overlap_hours must be less than the {validity - early:g} hours between two rotations "
            "(validity_period_hours less early_renewal_hours), or a third account would come "
            f"before the first has gone; {overlap:g} was given.",
        )


def check_dates(context: Context, checked: Checked, olds: Inputs) -> None:
    """Keep the dates of the last up, or move those that are due, and say what is due and why.

    `rotated_at` moves when the next account is due, `expires` with it; `retires_at` is there while
    a previous account works, and goes when its time is over.
    """
    terms = Terms.of(checked.inputs)
    if terms is None or checked.failures:
        return
    now, rotated = context.clock.now(), date_in(olds, "rotated_at")
    if rotated is None:
        _take_dates(checked, now, None if _adopts(checked, olds) else now + terms.lifetime)
        _keep_previous(checked, terms, olds, now, now)
        return
    tell_clock(checked, rotated, now)
    expires = date_in(olds, "expires")
    reason = _why_now(checked, terms, olds, now)
    if reason is None:
        _take_dates(checked, rotated, expires)
        _keep_previous(checked, terms, olds, rotated, now)
        return
    # A clock that runs backwards must not make a rotation look older than the last one.
    at = max(now, rotated + timedelta(seconds=1))
    checked.notes.append(f"rotation of {checked.inputs['name']!r} is due: {reason}")
    _take_dates(checked, at, at + terms.lifetime)
    until = overlap_end(terms, at, expires)
    checked.inputs["retires_at"] = format_instant(until)
    if until < at + terms.overlap:
        checked.notes.append(_tell_short_overlap(terms, until - at))


def _adopts(checked: Checked, olds: Inputs) -> bool:
    return not olds and checked.inputs.get("adopt") is not None


def _take_dates(checked: Checked, rotated: datetime, expires: datetime | None) -> None:
    checked.inputs["rotated_at"] = format_instant(rotated)
    if expires is not None:
        checked.inputs["expires"] = format_instant(expires)


def _why_now(checked: Checked, terms: Terms, olds: Inputs, now: datetime) -> str | None:
    """Say why the next account is due; None where it is not."""
    changed = [
        key
        for key in ON_DEMAND
        if olds.get(key) != checked.inputs.get(key) and not _is_open(checked.inputs.get(key))
    ]
    if changed:
        return f"{' and '.join(changed)} changed"
    rotated = date_in(olds, "rotated_at")
    due = terms.due_at(rotated, date_in(olds, "expires")) if rotated else now
    return None if now < due else f"it was since {format_instant(due)}"


def _is_open(value: object) -> bool:
    """Tell whether a value is not known yet, or a part of it."""
    if isinstance(value, dict):
        return any(isinstance(inner, Unknown) for inner in value.values())
    return isinstance(value, Unknown)


def _keep_previous(
    checked: Checked, terms: Terms, olds: Inputs, rotated: datetime, now: datetime
) -> None:
    """Keep the date at which the previous account goes, until it has come."""
    until = date_in(olds, "retires_at")
    if until is None:
        return
    until = min(until, rotated + terms.overlap)
    name = checked.inputs["name"]
    if now < until:
        checked.inputs["retires_at"] = format_instant(until)
        checked.notes.append(
            f"the previous account of {name!r} works until {format_instant(until)}, "
            f"{_hours(until - now)} from now; the first up after that retires it"
        )
    else:
        checked.notes.append(
            f"retirement of the previous account of {name!r} is due since {format_instant(until)}"
        )


def overlap_end(terms: Terms, at: datetime, expires: datetime | None) -> datetime:
    """Tell until when the account that a rotation takes over from works.

    Args:
        terms: The periods.
        at: When the rotation is.
        expires: When that account expires.
    """
    until = at + terms.overlap
    return until if expires is None else max(at, min(until, expires))


def _tell_short_overlap(terms: Terms, left: timedelta) -> str:
    return (
        f"this up comes late: the previous account works for {_hours(left)} more, of an overlap of "
        f"{_hours(terms.overlap)}"
    )


def _hours(span: timedelta) -> str:
    return f"{span / timedelta(hours=1):.1f} h".replace(".0 h", " h")


def accounts_of(state: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """Tell the accounts of a resource: the current one, the previous, those still to be retired.

    A ServiceAccount's state tells its only one.
    """
    for prefix in ("", "previous_"):
        if state.get(f"{prefix}service_account_id") is not None:
            yield int(state[f"{prefix}service_account_id"]), str(state.get(f"{prefix}username"))
    for entry in state.get("retiring") or ():
        yield int(entry["service_account_id"]), str(entry["username"])


def dated_name(name: str, at: datetime) -> str:
    """Name the next account where the server lets no two have one name."""
    return f"{name}-{at:%Y%m%dt%H%M%S}"


def is_dated(found: str, name: str) -> bool:
    """Tell whether a name is another one, dated."""
    return re.fullmatch(re.escape(name) + r"-\d{8}t\d{6}", found) is not None


def rotates(context: Context, state: State, news: Inputs) -> bool:
    """Tell whether an update has to make the next account.

    check() decides by the dates of the inputs. Only the state knows that an adopted account expires
    before its turn; then check() has nothing to move, and this tells.
    """
    if state.get("service_account_id") is None:
        return True
    old, new = date_in(state, "rotated_at"), date_in(news, "rotated_at")
    if old is None or (new is not None and new > old):
        return True
    terms, expires = Terms.of(news), date_in(state, "expires")
    if terms is None or expires is None:
        return False
    return context.clock.now() >= terms.due_at(old, expires)


def retirement(state: State, news: Inputs) -> datetime | None:
    """Tell when the previous account goes; None where there is none."""
    until, rotated = date_in(state, "retires_at"), date_in(state, "rotated_at")
    if state.get("previous_service_account_id") is None or until is None:
        return None
    terms = Terms.of(news)
    return until if terms is None or rotated is None else min(until, rotated + terms.overlap)


def retires(context: Context, state: State, news: Inputs) -> bool:
    """Tell whether an update has to retire the previous account."""
    until = retirement(state, news)
    return until is not None and context.clock.now() >= until
