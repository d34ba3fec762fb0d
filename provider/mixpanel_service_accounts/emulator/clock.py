"""The server's time, which tests move."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone


class Clock:
    """Real time, plus an offset."""

    def __init__(self) -> None:
        self._offset = timedelta()

    def now(self) -> datetime:
        """Return the server's time, aware, in UTC."""
        return datetime.now(timezone.utc) + self._offset

    def set(self, now: datetime | None) -> None:
        """Set the time; None goes back to real time."""
        self._offset = now - datetime.now(timezone.utc) if now else timedelta()


def stamp(instant: datetime) -> str:
    """Write an instant as the store keeps it."""
    return instant.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
