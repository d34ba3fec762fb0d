"""The difference between the server's clock and this machine's, from the `Date` of responses."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime


class ServerTime:
    """What the responses of one process say of the server's time. Safe to share between threads.

    Attributes:
        heard: Whether there was any response.
        offset: How far the server's clock is ahead of this machine's, by the last response with a
            date; None if none had one.
    """

    def __init__(self) -> None:
        self.heard = False
        self.offset: timedelta | None = None

    def note(self, date: str | None, now: datetime) -> None:
        """Take note of a response.

        Args:
            date: Its header `Date`. What is no date counts as missing.
            now: What this machine's clock says.
        """
        instant = _instant(date)
        if instant is not None:
            self.offset = instant - now
        self.heard = True


def _instant(date: str | None) -> datetime | None:
    if date is None:
        return None
    try:
        instant = parsedate_to_datetime(date)
        aware = instant if instant.tzinfo else instant.replace(tzinfo=timezone.utc)
        return aware.astimezone(timezone.utc)
    except (ValueError, TypeError, OverflowError):
        return None
