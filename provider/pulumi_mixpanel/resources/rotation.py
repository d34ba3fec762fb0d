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
from pulumi_mixpanel.resources.values import Checked, Inputs, State, is_known

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
    """Keep the dates of the last up, or move those that are due, so that a preview shows it.

    `rotated_at` moves when the next account is due, `expires` with it; `retires_at` is there while
    a previous account works, and goes when its time is over. What is done, and told, the state
    decides: it knows when an adopted account expires, and what an earlier up did (why_rotated).
    """
    terms = Terms.of(checked.inputs)
    if terms is None or checked.failures:
        return
    now, rotated = context.clock.now(), date_in(olds, "rotated_at")
    retires_at = _recorded_end(olds, terms, rotated or now)
    if rotated is None:
        _take_dates(checked, now, None if _adopts(checked, olds) else now + terms.lifetime)
        _keep_previous(checked, retires_at, now)
        return
    tell_clock(checked, rotated, now)
    expires = date_in(olds, "expires")
    if not _demands(olds, checked.inputs) and now < _due(terms, rotated, expires, retires_at):
        _take_dates(checked, rotated, expires)
        _keep_previous(checked, retires_at, now)
        return
    at = later_than(rotated, now)
    _take_dates(checked, at, at + terms.lifetime)
    # Without its expiry nobody here knows when the account goes that is taken over from.
    if expires is not None and (until := overlap_end(terms, at, expires)) > at:
        checked.inputs["retires_at"] = format_instant(until)


def _due(
    terms: Terms, rotated: datetime, expires: datetime | None, until: datetime | None
) -> datetime:
    """Tell when the next account is due; while a previous one works, a demand alone brings a third.

    Periods that were made longer ask for more than an account that was made before them lasts.
    """
    due = terms.due_at(rotated, expires)
    if until is None:
        return due
    return max(due, until if expires is None else min(until, expires))


def next_rotation(state: State, news: Inputs) -> datetime | None:
    """Tell when the next account is due; None where the periods, or the last one, are not known."""
    terms, rotated = Terms.of(news), date_in(state, "rotated_at")
    if terms is None or rotated is None:
        return None
    return _due(terms, rotated, date_in(state, "expires"), retirement(state, news))


def later_than(rotated: datetime | None, now: datetime) -> datetime:
    """Date a rotation: a clock that runs backwards must not make it look older than the last."""
    return now if rotated is None else max(now, rotated + timedelta(seconds=1))


def _adopts(checked: Checked, olds: Inputs) -> bool:
    return not olds and checked.inputs.get("adopt") is not None


def _take_dates(checked: Checked, rotated: datetime, expires: datetime | None) -> None:
    checked.inputs["rotated_at"] = format_instant(rotated)
    if expires is not None:
        checked.inputs["expires"] = format_instant(expires)


def _demands(olds: Mapping[str, Any], news: Inputs) -> list[str]:
    """Tell which inputs changed that ask for a new account, as far as they are known."""
    return [key for key in ON_DEMAND if olds.get(key) != news.get(key) and is_known(news.get(key))]


def _keep_previous(checked: Checked, until: datetime | None, now: datetime) -> None:
    """Keep the date at which the previous account goes, until it has come."""
    if until is not None and now < until:
        checked.inputs["retires_at"] = format_instant(until)


def _recorded_end(
    values: Mapping[str, Any], terms: Terms | None, rotated: datetime | None
) -> datetime | None:
    """Read until when the previous account works; an overlap that was made shorter counts."""
    until = date_in(values, "retires_at")
    if until is None or terms is None or rotated is None:
        return until
    return min(until, rotated + terms.overlap)


def overlap_end(terms: Terms, at: datetime, expires: datetime | None) -> datetime:
    """Tell until when the account that a rotation takes over from works.

    Args:
        terms: The periods.
        at: When the rotation is.
        expires: When that account expires.
    """
    until = at + terms.overlap
    return until if expires is None else max(at, min(until, expires))


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


def why_rotated(context: Context, state: State, news: Inputs) -> str | None:
    """Say why an update has to make the next account; None where it does not."""
    if state.get("service_account_id") is None:
        return "its current account is gone"
    if changed := _demands(state, news):
        return f"{' and '.join(changed)} changed"
    due, rotated, terms = next_rotation(state, news), date_in(state, "rotated_at"), Terms.of(news)
    if due is None or rotated is None or terms is None or context.clock.now() < due:
        return None
    if terms.due_at(rotated, date_in(state, "expires")) < terms.due_at(rotated, None):
        return f"its current account expires at {state['expires']}"
    return f"it was since {format_instant(due)}"


def rotates(context: Context, state: State, news: Inputs) -> bool:
    """Tell whether an update has to make the next account."""
    return why_rotated(context, state, news) is not None


def rotates_by_the_clock(state: State, news: Inputs) -> bool:
    """Return whether a rotation that is due has no reason but the clock."""
    return state.get("service_account_id") is not None and not _demands(state, news)


def retirement(state: State, news: Inputs) -> datetime | None:
    """Tell when the previous account goes; None where there is none."""
    if state.get("previous_service_account_id") is None:
        return None
    return _recorded_end(state, Terms.of(news), date_in(state, "rotated_at"))


def retires(context: Context, state: State, news: Inputs) -> bool:
    """Tell whether an update has to retire the previous account."""
    until = retirement(state, news)
    return until is not None and context.clock.now() >= until


def tell_steps(context: Context, state: State, news: Inputs) -> None:
    """Tell which steps are due, and why, and for how long the previous account goes on working."""
    now, terms = context.clock.now(), Terms.of(news)
    name = news.get("name") if is_known(news.get("name")) else state.get("name")
    reason, until = why_rotated(context, state, news), retirement(state, news)
    previous = f"the previous account of {name!r}"
    succeeded = reason is not None and state.get("service_account_id") is not None
    if reason is not None:
        context.announce(f"rotation of {name!r} is due: {reason}")
    if succeeded and terms is not None:
        _tell_short_overlap(context, state, terms)
    if until is not None and now >= until:
        context.announce(f"retirement of {previous} is due since {format_instant(until)}")
    elif until is not None and succeeded:
        context.announce(
            f"{previous}, {state.get('previous_username')}, is deleted by this up, though it was "
            f"to work until {format_instant(until)}: the current one takes its place"
        )
    elif until is not None:
        context.announce(
            f"{previous} works until {format_instant(until)}, {_hours(until - now)} from now; the "
            "first up after that retires it"
        )
    for entry in state.get("retiring") or ():
        context.announce(
            f"retirement of {entry['username']} of {name!r} is still due: an earlier up could not "
            "delete it"
        )


def _tell_short_overlap(context: Context, state: State, terms: Terms) -> None:
    """Tell how much of the overlap is left where the account that is taken over from expires."""
    now, expires = context.clock.now(), date_in(state, "expires")
    left = overlap_end(terms, now, expires) - now
    if left < terms.overlap:
        context.announce(
            f"of the overlap of {_hours(terms.overlap)} {_hours(left)} are left: the account that "
            f"becomes the previous one {'expires' if left else 'expired'} at {state['expires']}"
        )
