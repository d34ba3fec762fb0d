"""The header Retry-After: how long a server asks to wait."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

_NUMBER = re.compile(r"\d{1,9}(\.\d+)?", re.ASCII)


def seconds_to_wait(header: str | None, now: datetime) -> float | None:
    """Return the seconds that a server asks to wait.

    Args:
        header: Seconds (wire.md, fact 8), or a date, as HTTP allows.
        now: The instant, aware, from which a date counts.

    Returns:
        At least 0.0; None if there is no header, or none that says how long.
    """
    if header is None:
        return None
    if _NUMBER.fullmatch(header.strip()):
        return float(header)
    try:
        until = parsedate_to_datetime(header)
        until = until if until.tzinfo else until.replace(tzinfo=timezone.utc)
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError, OverflowError, IndexError):  # a year or zone of twenty digits
        return None
