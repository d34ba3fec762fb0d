"""The dates of a rotation: when the next account is made, and when the last one is retired."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from mixpanel_service_accounts.api.instants import format_instant
from mixpanel_service_accounts.api.models import same_role
from mixpanel_service_accounts.resources.checks import Checking
from mixpanel_service_accounts.resources.fields import is_known
from mixpanel_service_accounts.resources.renewal import (
    Terms,
    check_hours,
    date_of,
    refuse_early,
    tell_clock,
)
from mixpanel_service_accounts.resources.rotating_service_account.inputs_and_state import (
    Inputs,
    State,
)
from mixpanel_service_accounts.resources.session import Session

ON_DEMAND = ("name", "role", "rotate_when_changed")
"""Inputs whose change requires a new account, and therefore a rotation."""


def check_terms(checked: Checking, news: Mapping[str, Any]) -> None:
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


def check_dates(session: Session, checked: Checking, olds: Inputs | None) -> None:
    """Keep the dates of the last up, or move those that are due, so that a preview shows it.

    `rotated_at` moves when the next account is due, `expires` with it; `retires_at` is there while
    a previous account works, and goes when its time is over. What is done, and told, the state
    decides: it knows when an adopted account expires, and what an earlier up did (why_rotated).
    """
    terms = Terms.of(*(checked.inputs.get(key) for key in _HOURS))
    if terms is None or checked.failures:
        return
    now, rotated = session.now(), date_of(olds.rotated_at) if olds else None
    retires_at = _recorded_end(olds, terms, rotated or now) if olds else None
    if olds is None or rotated is None:
        adopts = olds is None and checked.inputs.get("adopt") is not None
        _take_dates(checked, now, None if adopts else now + terms.lifetime)
        _keep_previous(checked, retires_at, now)
        return
    tell_clock(checked, rotated, now)
    expires = date_of(olds.expires)
    if not _demands(olds, checked.inputs.get) and now < _due(terms, rotated, expires, retires_at):
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
    """Return when the next account is due; while a previous one works, only a demand is due.

    Periods that were made longer ask for more than an account that was made before them lasts.
    """
    due = terms.due_at(rotated, expires)
    if until is None:
        return due
    return max(due, until if expires is None else min(until, expires))


_HOURS = ("validity_period_hours", "early_renewal_hours", "overlap_hours")


def terms_of(inputs: Inputs) -> Terms | None:
    """Return the periods; None if one is not known yet."""
    return Terms.of(*(getattr(inputs, key) for key in _HOURS))


def next_rotation(state: State, news: Inputs) -> datetime | None:
    """Return when the next account is due; None if the periods or the last one are unknown."""
    terms, rotated = terms_of(news), date_of(state.rotated_at)
    if terms is None or rotated is None:
        return None
    return _due(terms, rotated, date_of(state.expires), retirement(state, news))


def later_than(rotated: datetime | None, now: datetime) -> datetime:
    """Date a rotation: a clock that runs backwards must not make it look older than the last."""
    return now if rotated is None else max(now, rotated + timedelta(seconds=1))


def _take_dates(checked: Checking, rotated: datetime, expires: datetime | None) -> None:
    checked.inputs["rotated_at"] = format_instant(rotated)
    if expires is not None:
        checked.inputs["expires"] = format_instant(expires)


def _demands(olds: Inputs, given: Callable[[str], object]) -> list[str]:
    """Return which inputs changed that require a new account, as far as they are known.

    Args:
        olds: The inputs before.
        given: Returns a new input by its name.
    """
    return [
        key
        for key in ON_DEMAND
        if getattr(olds, key) != given(key)
        and is_known(given(key))
        and not _is_first(olds, key, given(key))
    ]


def _is_first(olds: Inputs, key: str, given: object) -> bool:
    """Return whether an input is the first that a user says of an account known by its id alone.

    Such an account has no periods yet. Its keepers are recorded; so is the role that it has, or
    that the server does not tell.
    """
    if olds.validity_period_hours is not None or key == "name":
        return False
    return key != "role" or None in (olds.role, given) or same_role(olds.role or "", str(given))


def _keep_previous(checked: Checking, until: datetime | None, now: datetime) -> None:
    """Keep the date at which the previous account goes, until it has come."""
    if until is not None and now < until:
        checked.inputs["retires_at"] = format_instant(until)


def _recorded_end(values: Inputs, terms: Terms | None, rotated: datetime | None) -> datetime | None:
    """Read until when the previous account works; an overlap that was made shorter counts."""
    until = date_of(values.retires_at)
    if until is None or terms is None or rotated is None:
        return until
    return min(until, rotated + terms.overlap)


def overlap_end(terms: Terms, at: datetime, expires: datetime | None) -> datetime:
    """Return until when the account that a rotation takes over from works.

    Args:
        terms: The periods.
        at: When the rotation is.
        expires: When that account expires.
    """
    until = at + terms.overlap
    return until if expires is None else max(at, min(until, expires))


def _hours(span: timedelta) -> str:
    return f"{span / timedelta(hours=1):.1f} h".replace(".0 h", " h")


def dated_name(name: str, at: datetime) -> str:
    """Name the next account where the server lets no two have one name."""
    return f"{name}-{at:%Y%m%dt%H%M%S}"


def is_dated(found: str, name: str) -> bool:
    """Return whether a name is another one, dated."""
    return re.fullmatch(re.escape(name) + r"-\d{8}t\d{6}", found) is not None


def why_rotated(session: Session, state: State, news: Inputs) -> str | None:
    """Return why an update has to make the next account; None where it does not."""
    if state.service_account_id is None:
        return "its current account is gone"
    if changed := _demands(state, partial(getattr, news)):
        return f"{' and '.join(changed)} changed"
    due, rotated, terms = next_rotation(state, news), date_of(state.rotated_at), terms_of(news)
    if due is None or rotated is None or terms is None or session.now() < due:
        return None
    if terms.due_at(rotated, date_of(state.expires)) < terms.due_at(rotated, None):
        return f"its current account expires at {state.expires}"
    return f"it was since {format_instant(due)}"


def rotates(session: Session, state: State, news: Inputs) -> bool:
    """Return whether an update has to make the next account."""
    return why_rotated(session, state, news) is not None


def rotates_by_the_clock(state: State, inputs: Inputs) -> bool:
    """Return whether a rotation that is due has no reason but the clock."""
    return state.service_account_id is not None and not _demands(state, partial(getattr, inputs))


def retirement(state: State, news: Inputs) -> datetime | None:
    """Return when the previous account goes; None where there is none."""
    if state.previous_service_account_id is None:
        return None
    return _recorded_end(state, terms_of(news), date_of(state.rotated_at))


def retires(session: Session, state: State, news: Inputs) -> bool:
    """Return whether an update has to retire the previous account."""
    until = retirement(state, news)
    return until is not None and session.now() >= until


def due_steps(session: Session, state: State, news: Inputs) -> Iterator[str]:
    """Return in words which steps are due, and why."""
    run, name = session.wording.run, _name(state, news)
    reason, until = why_rotated(session, state, news), retirement(state, news)
    if reason is not None:
        yield f"rotation of {name!r} is due: {reason}"
    if _succeeds(state, reason):
        yield from _short_overlap(session, state, news)
    if until is not None and session.now() >= until:
        yield f"retirement of the previous account of {name!r} is due since {format_instant(until)}"
    elif until is not None and _succeeds(state, reason):
        yield (
            f"the previous account of {name!r}, {state.previous_username}, is deleted by this "
            f"{run}, though it was to work until {format_instant(until)}: the current one takes "
            "its place"
        )
    for entry in state.retiring or ():
        yield (
            f"retirement of {entry.username} of {name!r} is still due: an earlier {run} could not "
            "delete it"
        )


def announce_overlap(session: Session, state: State, news: Inputs) -> None:
    """Announce how long the previous account works on, if it does."""
    now, until = session.now(), retirement(state, news)
    if (
        until is not None
        and now < until
        and not _succeeds(state, why_rotated(session, state, news))
    ):
        session.announce(
            f"the previous account of {_name(state, news)!r} works until {format_instant(until)}, "
            f"{_hours(until - now)} from now; the first {session.wording.run} after that retires it"
        )


def _name(state: State, news: Inputs) -> str:
    return news.name if is_known(news.name) else state.name


def _succeeds(state: State, reason: str | None) -> bool:
    """Return whether the current account becomes the previous one."""
    return reason is not None and state.service_account_id is not None


def _short_overlap(session: Session, state: State, news: Inputs) -> Iterator[str]:
    """Return in words how much of the overlap is left if the account being rotated out expires."""
    now, terms = session.now(), terms_of(news)
    if terms is None:
        return
    left = overlap_end(terms, now, date_of(state.expires)) - now
    if left < terms.overlap:
        yield (
            f"of the overlap of {_hours(terms.overlap)} {_hours(left)} are left: the account that "
            f"becomes the previous one {'expires' if left else 'expired'} at {state.expires}"
        )
