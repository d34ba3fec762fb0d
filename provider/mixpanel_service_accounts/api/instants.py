"""Instants as the API writes them, and as it takes them."""

from __future__ import annotations

import re
from datetime import datetime, timezone

_INSTANT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s?(Z|UTC|[+-]\d\d:?\d\d)?",
    re.ASCII | re.IGNORECASE,
)


def parse_instant(text: str) -> datetime | None:
    """Read a date of any of the forms that sibling routes answer with (wire.md, fact 2).

    Returns:
        The instant, aware, in UTC and whole seconds (a missing zone is UTC); None where the text is
        no date.
    """
    match = _INSTANT.fullmatch(text.strip())
    if match is None:
        return None
    zone = (match[7] or "Z").upper().replace(":", "")
    offset = "+0000" if zone in ("Z", "UTC") else zone
    digits = "".join([*match.groups()[:5], match[6] or "00"])
    try:
        return datetime.strptime(digits + offset, "%Y%m%d%H%M%S%z").astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return None


def format_instant(instant: datetime) -> str:
    """Write an instant in the one form that the server takes: UTC, whole seconds, `Z` (grade D)."""
    return instant.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
