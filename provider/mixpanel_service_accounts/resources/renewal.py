"""When an account is due: hours that are asked for, and the dated inputs that they move.

check() sees the inputs of the last up, keeps their dates until the clock says that something is
due, and then moves them: so a preview shows what is due as a date that changes, and nothing after
check() has to ask what time it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from msgspec import Struct

from mixpanel_service_accounts.api.instants import format_instant, parse_instant
from mixpanel_service_accounts.resources.account_fields import AccountInputs
from mixpanel_service_accounts.resources.checks import Checking, fail_output_text
from mixpanel_service_accounts.resources.fields import Unknown, declared
from mixpanel_service_accounts.resources.session import Session

_LONGEST_HOURS = 100 * 365 * 24
_CLOCKS_DIFFER = timedelta(minutes=5)
"""How far two machines' clocks may be apart without anybody being told."""


def check_hours(
    checked: Checking,
    key: str,
    news: Mapping[str, Any],
    *,
    least: float = 0.0,
    default: float | None = None,
) -> float | Unknown | None:
    """Accept a number of hours, whole or not, also as digits in a string, into the inputs.

    Args:
        checked: Takes the number or the failure.
        key: The input.
        news: The inputs that were given.
        least: The number has to be above this, or, for 0 with a default, may be 0 itself.
        default: What counts where nothing was given.
    """
    value = news.get(key, default)
    if value is None or isinstance(value, Unknown):
        if value is not None:
            checked.inputs[key] = value
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{1,9}(\.\d{1,6})?", value, re.ASCII):
        value = float(value) if "." in value else int(value)
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    enough = number and (value > least or (default is not None and value == least))
    if not enough or value > _LONGEST_HOURS:
        bound = f"at least {least:g}" if default is not None else f"above {least:g}"
        checked.fail(
            key,
            f"{key} must be a number of hours {bound} and at most {_LONGEST_HOURS}, such as 720 "
            f"for thirty days; {value!r} was given.",
        )
        return None
    checked.inputs[key] = value
    return float(value)


def check_keepers(checked: Checking, news: Mapping[str, Any]) -> None:
    """Check `rotate_when_changed`, a map of strings and numbers; an empty one is none.

    Numbers are kept as strings, so that a program may give either.
    """
    value = news.get("rotate_when_changed")
    if isinstance(value, Mapping):
        value = {key: _keeper(inner) for key, inner in value.items()}
        if any(checked.wording.is_output_text(inner) for inner in value.values()):
            fail_output_text(checked, "rotate_when_changed")
            return
        wrong = [
            key for key, text in value.items() if not isinstance(text, (str, Unknown)) or not key
        ]
        if not wrong:
            checked.inputs.update({"rotate_when_changed": dict(value)} if value else {})
            return
    elif value is None or isinstance(value, Unknown):
        checked.inputs.update({} if value is None else {"rotate_when_changed": value})
        return
    # What was given is not shown: it may hold a secret.
    checked.fail(
        "rotate_when_changed",
        "rotate_when_changed must be a map of texts, such as {'ticket': 'OPS-12'}; something "
        "else was given.",
    )


def _keeper(value: object) -> object:
    """Return a number as a string, and anything else as it is."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return f"{value}" if is_number else value


class RenewedInputs(AccountInputs, frozen=True, kw_only=True):
    """The inputs of an account that may be renewed before it expires."""

    expires: Annotated[
        str | None,
        declared(
            "The instant from which on the account no longer works: a string with a time zone, "
            "kept as UTC in whole seconds, such as `2027-06-30T00:00:00Z` (`bulk` only). It must "
            "be in the future when the account is created or the value changes. Default: never; an "
            "adopted or imported account keeps its own.",
            change="replaces",
            source="D",
            filled=True,
            kept=True,
        ),
    ] = None
    validity_period_hours: Annotated[
        float | None,
        declared(
            "Hours for which the account works, from its creation; sets `expires` from the clock "
            "(`bulk` only; instead of `expires`). Default: none.",
            change="replaces",
        ),
    ] = None
    issued_at: Annotated[
        str | None,
        declared("The instant from which on `validity_period_hours` counts, UTC.", recorded=True),
    ] = None


def check_renewal(
    session: Session, checked: Checking, news: Mapping[str, Any], olds: RenewedInputs | None
) -> None:
    """Turn a validity into `issued_at` and `expires`, which move when renewal is due.

    `expires` is set from the clock when an account is made, and kept from then on: until
    `early_renewal_hours` before it, or until the validity is another one.
    """
    if news.get("validity_period_hours") is None:
        if news.get("early_renewal_hours") is not None:
            checked.fail(
                "early_renewal_hours",
                "early_renewal_hours goes with validity_period_hours, which was not given.",
            )
        return
    # Nobody gave it: with ignore_changes the engine hands us the last one. So the dates stay.
    stays = olds is not None and olds.issued_at is not None and news.get("expires") == olds.expires
    if news.get("expires") is not None and not stays:
        checked.fail(
            "expires",
            "expires and validity_period_hours exclude one another: a date that stays, or a period "
            "that is renewed. Give one of them.",
        )
    validity = check_hours(checked, "validity_period_hours", news)
    early = check_hours(checked, "early_renewal_hours", news, default=0)
    if isinstance(validity, Unknown) or isinstance(early, Unknown):
        checked.inputs["expires"] = validity if isinstance(validity, Unknown) else early
        return
    if validity is None or early is None or refuse_early(checked, early, validity):
        return
    if olds is not None and stays:
        checked.inputs["issued_at"] = olds.issued_at
        return
    now, issued = session.now(), date_of(olds.issued_at) if olds else None
    if olds is not None and issued is not None and olds.validity_period_hours == validity:
        tell_clock(checked, issued, now)
        due = issued + timedelta(hours=validity - early)
        if now >= due:
            checked.notes.append(
                f"{checked.inputs.get('name')!r} is due for renewal since {format_instant(due)}: "
                f"it expires at {olds.expires}"
            )
    else:
        due = now
    if issued is None or now >= due:
        issued = now
    checked.inputs["issued_at"] = format_instant(issued)
    checked.inputs["expires"] = format_instant(issued + timedelta(hours=validity))


def refuse_early(checked: Checking, early: float, validity: float) -> bool:
    """Refuse to renew an account before it was made."""
    if early < validity:
        return False
    checked.fail(
        "early_renewal_hours",
        f"early_renewal_hours must be less than validity_period_hours: {early:g} hours before an "
        f"expiry that comes after {validity:g} hours an account would be renewed at every "
        f"{checked.wording.run}.",
    )
    return True


def date_of(text: object) -> datetime | None:
    """Return one of our own dates; None if it is missing or unknown."""
    return parse_instant(text) if isinstance(text, str) else None


def tell_clock(checked: Checking, issued: datetime, now: datetime) -> None:
    """Warn if the clock shows a time before the last rotation or issue."""
    if now < issued - _CLOCKS_DIFFER:
        checked.warnings.append(
            f"this machine's clock says {format_instant(now)}, and {checked.inputs.get('name')!r} "
            f"was issued at {format_instant(issued)}, which is later. Nothing is taken for due "
            "before the clock has caught up: check the clock."
        )


class Terms(Struct, frozen=True):
    """How long an account of a rotation is good for.

    Attributes:
        validity: Until the next one has to be there.
        early: How much earlier the next one is made.
        overlap: How long both work.
    """

    validity: timedelta
    early: timedelta
    overlap: timedelta

    @classmethod
    def of(cls, validity: object, early: object, overlap: object) -> Terms | None:
        """Create them from checked hours; None if one is missing or unknown."""
        hours = (validity, early, overlap)
        known = [timedelta(hours=hour) for hour in hours if isinstance(hour, (int, float))]
        return cls(*known) if len(known) == len(hours) else None

    @property
    def lifetime(self) -> timedelta:
        """How long an account works: a rotation in the last hour still leaves the overlap."""
        return self.validity + self.overlap

    def due_at(self, rotated_at: datetime, expires: datetime | None) -> datetime:
        """Return when the next account is due; the server's expiry may ask for it earlier."""
        end = rotated_at + self.validity
        if expires is not None:
            end = min(end, expires - self.overlap)
        return end - self.early
