"""The time of a life: it stands still until a step moves it, for every process of the shell."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

from msgspec.structs import force_setattr

from mixpanel_service_accounts.api.clock import Clock

_SHORT = 0.5
"""Seconds; shorter waits are those of a group for company, and are really waited."""


class TimeOfALife:
    """The time in a folder, which processes that share it read.

    Args:
        folder: Where it is; made.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self._now, self._waits = folder / "now", folder / "waits"
        self._slept = 0.0

    def becomes(self, now: datetime) -> None:
        """Make it another time."""
        self._now.write_text(now.isoformat())

    def now(self) -> datetime:
        """Return the time."""
        return datetime.fromisoformat(self._now.read_text())

    def waits(self) -> tuple[int, ...]:
        """Return the whole seconds of each wait since this was last asked."""
        if not self._waits.exists():
            return ()
        found = tuple(round(float(line)) for line in self._waits.read_text().split())
        self._waits.unlink()
        return found

    def clock(self) -> Clock:
        """Return a clock of this time, whose waits are over at once and are noted."""
        return Clock(now=self.now, monotonic=self._monotonic, sleep=self._sleep, chance=lambda: 0.5)

    def rule(self, clock: Clock) -> None:
        """Make a clock that others hold already one of this time."""
        ours = self.clock()
        for name in Clock.__struct_fields__:
            force_setattr(clock, name, getattr(ours, name))

    def _monotonic(self) -> float:
        return time.monotonic() + self._slept

    def _sleep(self, seconds: float) -> None:
        if seconds < _SHORT:
            time.sleep(seconds)
            return
        self._slept += seconds
        with self._waits.open("a") as file:
            file.write(f"{seconds:g}\n")
