"""How busy the callers of one client are, and so how long one may wait for the others."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pulumi_mixpanel.api.clock import Clock

LONELY_AFTER = 0.5
"""Seconds without a caller after which the next one counts as alone, and waits for nobody."""

LONGEST_PATIENCE = 0.2
"""Seconds; the most that waiting for company adds to the end of a run."""

_OF_A_CALL, _LEAST = 0.05, 0.015
_A_CALLER, _GAPS = 0.002, 3
_WEIGHT = 0.125
_RARELY, _FEW = 0.2, 2
_WORTH_MEETING = 0.35


class Traffic:
    """Counts callers, times their calls, and tells how long waiting for company costs nothing.

    The engine sends changes one after the other, as fast as it can and as long as it has places
    left for them. Either its places are all taken: then it waits for us, and a change that waits
    for company keeps it waiting. Or it is slower than we: then a change may wait until, at the
    engine's pace, the places are half full, and nobody is kept from anything.

    Args:
        clock: Where time comes from.
        callers: How many can come at once at most.

    Attributes:
        clock: Where time comes from.
    """

    def __init__(self, clock: Clock, callers: int) -> None:
        self.clock = clock
        self._lock = threading.Lock()
        self._callers = callers
        self._busy = self._peak = 0
        self._arrived = float("-inf")
        self._is_lonely = True
        self._gap = self._took = 0.0
        self._overlap = 0.5

    @contextmanager
    def caller(self) -> Iterator[None]:
        """Count a thread that is at work for the time of a block."""
        with self._lock:
            self._arrive(self.clock.monotonic())
        try:
            yield
        finally:
            with self._lock:
                self._busy -= 1

    def _arrive(self, now: float) -> None:
        gap, self._arrived = now - self._arrived, now
        self._busy += 1
        self._peak = max(self._peak, self._busy)
        self._is_lonely = gap > LONELY_AFTER and self._busy == 1
        if not self._is_lonely:
            self._gap = _mean(self._gap, min(gap, LONELY_AFTER))
            self._overlap = _mean(self._overlap, float(self._busy > 1))

    def took(self, seconds: float) -> None:
        """Note how long a call took."""
        with self._lock:
            self._took = _mean(self._took, seconds)

    def is_full(self, here: int) -> bool | None:
        """Tell whether all places are taken, so that nobody comes before a call is done.

        Args:
            here: How many of those at work wait for company.

        Returns:
            None where no call is under way either, so that nobody comes at all.
        """
        with self._lock:
            full = self._busy >= self._places
            return None if full and here >= self._busy else full

    @property
    def _places(self) -> float:
        """How many can come at once; with --parallel 1 nobody ever meets another."""
        return 1 + (self._callers - 1) * min(1.0, self._overlap / _RARELY)

    def patience(self) -> tuple[float, float]:
        """Tell for how many seconds a change may wait for company.

        Returns:
            While all places are taken: a twentieth of a call, and no more than 15 ms; calls that
            come back within it go on together from then on. While places are free: a twentieth of
            a call, or more where the engine is slower than we: half the time in which it would
            take all places. How many it has nobody tells; so no more than by the places that were
            seen taken at once, or 2 ms for each thread that was asked for.
        """
        with self._lock:
            if self._is_lonely:
                return 0.0, 0.0
            of_a_call = _OF_A_CALL * self._took if self._took else _LEAST
            most = max(_A_CALLER * self._callers, self._until_taken(self._peak) / 2)
            if self._took < self._gap:
                most = max(most, _GAPS * self._gap)
            longest = max(of_a_call, min(self._until_taken(self._places) / 2, most))
            return min(of_a_call, _LEAST), min(longest, LONGEST_PATIENCE)

    def _until_taken(self, places: float) -> float:
        return (places - 1) * self._gap - self._took

    def until_next(self) -> float:
        """Tell in how many seconds others are likely to have come; 0.0 if nobody does."""
        with self._lock:
            if self._is_lonely or self._places < _FEW:
                return 0.0
            return min(_GAPS * self._gap, LONGEST_PATIENCE)

    def back_within(self, sent_at: float, now: float) -> float | None:
        """Tell in how many seconds a call is expected back, where it is worth waiting for.

        That costs a third of a call, once: those that went out one after the other go on together.
        """
        with self._lock:
            left = sent_at + self._took - now
            return left if 0 < left <= self._took * _WORTH_MEETING else None


def _mean(old: float, new: float) -> float:
    """Follow a mean of the last few values."""
    return old + _WEIGHT * (new - old) if old else new
