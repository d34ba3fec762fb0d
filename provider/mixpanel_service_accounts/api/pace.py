"""How fast changes come one after the other, and so how long one may wait for the next."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from mixpanel_service_accounts.api.clock import Clock

LONELY_AFTER = 0.5
"""Seconds without a change after which the next one counts as alone, and waits for nobody."""

LONGEST_PATIENCE = 0.1
"""Seconds; the most that waiting for company adds to the end of a run."""

_FEW, _CALLERS_EACH = 2, 8
_WEIGHT = 0.125
_RARELY = 0.2


class Pace:
    """Sees changes come, and tells how much company one may wait for, and for how long.

    The engine sends its steps one after the other, some ten milliseconds apart, and waits for
    answers only when all its places are taken. So to wait for the next one or two costs hardly
    anything, and they go on together from then on. To wait for more does: what comes back together
    the engine writes down one after the other, and meanwhile nothing is under way.

    Args:
        clock: Where time comes from.
        callers: How many can come at once at most.

    Attributes:
        enough: How many together are worth a call.
    """

    def __init__(self, clock: Clock, callers: int) -> None:
        self._clock = clock
        self.enough = min(callers, max(_FEW, callers // _CALLERS_EACH))
        self._lock = threading.Lock()
        self._callers = callers
        self._busy = 0
        self._arrived = self._free_since = float("-inf")
        self._is_lonely = True
        self._gap = 0.0
        self._overlap = 0.5

    @contextmanager
    def change(self) -> Iterator[None]:
        """See a change come, and go at the end of a block."""
        with self._lock:
            self._arrive(self._clock.monotonic())
        try:
            yield
        finally:
            with self._lock:
                if self._busy == self._callers:
                    self._free_since = self._clock.monotonic()
                self._busy -= 1

    def _arrive(self, now: float) -> None:
        # While all places were taken it waited for us, and not we for it.
        gap, self._arrived = now - max(self._arrived, self._free_since), now
        self._busy += 1
        self._is_lonely = gap > LONELY_AFTER and self._busy == 1
        if not self._is_lonely:
            self._gap = _mean(self._gap, min(gap, LONELY_AFTER))
            self._overlap = _mean(self._overlap, float(self._busy > 1))

    def patience(self) -> float:
        """Return how many seconds a change may wait for others to share its request.

        Returns:
            0.0 for one that is alone, and where nobody ever meets another: with --parallel 1.
        """
        with self._lock:
            if self._is_lonely or self._overlap < _RARELY:
                return 0.0
            return min((self.enough + 1) * self._gap, LONGEST_PATIENCE)


def _mean(old: float, new: float) -> float:
    """Follow a mean of the last few values."""
    return old + _WEIGHT * (new - old) if old else new
