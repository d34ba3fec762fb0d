"""Checks of single inputs, each with its exact message."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from msgspec import Struct, field

from mixpanel_service_accounts.api.instants import format_instant
from mixpanel_service_accounts.api.models import BUILT_IN_ROLES, same_role
from mixpanel_service_accounts.api.whole_numbers import whole_number
from mixpanel_service_accounts.api.wording import PLAIN, Wording
from mixpanel_service_accounts.resources.contract import Checked, Failure, I
from mixpanel_service_accounts.resources.fields import Unknown, decode

Values = dict[str, Any]
"""Inputs while they are being checked."""

_EXPIRES = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(:\d\d)?(?:\.\d+)?(Z|z|[+-]\d\d:?\d\d)?", re.ASCII
)
_EXAMPLE_DATE = "2027-06-30T00:00:00Z"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Checking(Struct):
    """A check under way: the normalised inputs so far, and everything that is wrong or odd.

    Attributes:
        wording: What the shell calls things.
        shown_roles: Every spelling of a role that this process has seen in a list.
        inputs: The normalised inputs so far.
        failures: Everything that is wrong.
        warnings: What the user should know.
        notes: What is due, in words.
    """

    wording: Wording = PLAIN
    shown_roles: Collection[str] = ()
    inputs: Values = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def fail(self, property_: str, reason: str) -> None:
        """Add a failure."""
        self.failures.append(Failure(property_, reason))

    def result(self, kind: type[I]) -> Checked[I]:
        """Return the result: typed inputs, or the failures."""
        inputs = None if self.failures else decode(kind, self.inputs)
        return Checked(inputs, self.failures, self.warnings, self.notes)


def take(
    checked: Checking,
    key: str,
    news: Mapping[str, Any],
    rule: Callable[[Any], Any],
    *,
    needed: bool = False,
) -> None:
    """Take an input through a rule into the checked ones; what is not known yet passes."""
    value = news.get(key)
    if value is None and not needed:
        return
    result = value if isinstance(value, Unknown) else rule(value)
    if result is not None:
        checked.inputs[key] = result


def check_number(checked: Checking, property_: str, value: object, *, what: str) -> int | None:
    """Accept a number above 0; digits in a text count, for ids that come out of configuration.

    Args:
        checked: Takes the failure.
        property_: The input.
        value: What was given.
        what: What the number is, for the message.
    """
    number = whole_number(value)
    if number is None:
        checked.fail(
            property_,
            f"{property_} must be {what}, a whole number above 0 such as 2195193; {value!r} was "
            "given.",
        )
    return number


def fail_output_text(checked: Checking, property_: str) -> None:
    """Refuse a string that a program made of an output: the output's value is not in it."""
    checked.fail(
        property_,
        f"{property_} was made from an output by str() or an f-string, which cannot see the "
        f"output's value. {checked.wording.output_advice}",
    )


def check_name(checked: Checking, value: object) -> str | None:
    """Accept a name; which letters and lengths the server takes is unknown (wire.md)."""
    if checked.wording.is_output_text(value):
        fail_output_text(checked, "name")
        return None
    if isinstance(value, str) and value.strip() == value != "" and not _CONTROL.search(value):
        return value
    checked.fail(
        "name",
        "name must be a text without space around it and without control characters, such as "
        f"'data-export'; {value!r} was given.",
    )
    return None


def check_role(
    checked: Checking,
    property_: str,
    value: object,
    roles: Sequence[str] | None,
    dialect: str,
    *,
    recorded: object = None,
) -> str | None:
    """Accept a role: any under a dialect with open roles, with a warning where it is not built in.

    A built-in role in another case is that role, unless a list shows that very spelling: then the
    organization may have a role of its own. If the last up recorded another spelling, that one
    stays, because it is no change.

    Args:
        checked: Takes the failure or warning.
        property_: The input.
        value: What was given.
        roles: The dialect's closed list, or None.
        dialect: Its name, for the message.
        recorded: The role in the inputs of the last up, if there was one.
    """
    if checked.wording.is_output_text(value):
        fail_output_text(checked, property_)
        return None
    if not isinstance(value, str) or not value.strip():
        checked.fail(
            property_,
            f"{property_} must be the name of a role, such as 'analyst'; {value!r} was given.",
        )
        return None
    built_in = next((one for one in BUILT_IN_ROLES if same_role(one, value.strip())), None)
    if built_in is not None:
        value = value.strip() if value.strip() in checked.shown_roles else built_in
        if isinstance(recorded, str) and same_role(recorded.strip(), built_in):
            return recorded
    if roles is not None and value not in roles:
        checked.fail(
            property_,
            f"{property_} must be one of {', '.join(roles)} under the dialect `{dialect}`; "
            f"{value!r} was given.",
        )
        return None
    if value not in BUILT_IN_ROLES:
        checked.warnings.append(
            f"{property_} {value!r} is none of Mixpanel's own roles ({', '.join(BUILT_IN_ROLES)}): "
            "it is sent as it is, for organizations with custom roles."
        )
    return value


def check_instant(checked: Checking, property_: str, value: object) -> str | None:
    """Accept an instant with a zone, and write it as the server takes it: UTC, whole seconds."""
    if checked.wording.is_output_text(value):
        fail_output_text(checked, property_)
        return None
    match = _EXPIRES.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        checked.fail(
            property_,
            f"{property_} must be a date and time such as '{_EXAMPLE_DATE}'; {value!r} was given.",
        )
        return None
    day, minute, second, zone = match.groups()
    if zone is None:
        checked.fail(
            property_,
            f"{property_} must say its time zone, as in '{_EXAMPLE_DATE}' or "
            f"'2027-06-30T02:00:00+02:00'; {value!r} was given.",
        )
        return None
    offset = "+0000" if zone in "Zz" else zone.replace(":", "")
    try:
        instant = datetime.strptime(
            f"{day}T{minute}{second or ':00'}{offset}", "%Y-%m-%dT%H:%M:%S%z"
        ).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        checked.fail(
            property_,
            f"{property_} must be a date that exists, such as '{_EXAMPLE_DATE}'; {value!r} was "
            "given.",
        )
        return None
    return format_instant(instant)
