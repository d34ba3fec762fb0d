"""One limiter for all threads of a process, which learns the server's rate from its refusals.

No rate is documented for these routes (wire.md, fact 8), so none is assumed: calls go out freely
until the server refuses one. From then on nobody sends before the moment that the server named,
and after it not more than what it was seen to take. The first refusal may tell little: others may
have used up the limit before, or it was no limit at all. So what it taught is doubled, as often as
nothing is refused for as long as the server asked to wait, until a second refusal confirms it.
"""

from __future__ import annotations

import threading
from collections import deque

from mixpanel_service_accounts.api.clock import SYSTEM_CLOCK, Clock

_SHORT, _LONG = 1.0, 60.0
_MARGIN = 1.02
"""Windows are kept this much longer than the server's, for the time that calls are on the way."""

_A_MOMENT = 0.01
_NEAR = 0.25
"""Of a limit: from so many calls in its window on it is near."""

_QUIET_WINDOWS = 10
"""After so many full windows without a refusal a confirmed rate is raised by one call."""


class Limiter:
    """Lets calls through, or holds them back.

    Args:
        clock: Where time comes from.
    """

    def __init__(self, clock: Clock = SYSTEM_CLOCK) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._sent: deque[float] = deque()
        self._closed_until = 0.0
        self._limit: int | None = None
        self._window = _SHORT
        self._learned_at = 0.0
        self._quiet_since, self._grows_after = 0.0, _SHORT
        self._proved: int | None = None
        self._is_confirmed = False

    def reserve(self) -> float:
        """Ask to send one call.

        Returns:
            Seconds to wait before asking again; 0.0 means that the call may go, and is counted.
        """
        with self._lock:
            now = self._clock.monotonic()
            wait = max(self._closed_until - now, self._wait_for_place(now))
            if wait > 0:
                return wait
            self._sent.append(now)
            return 0.0

    def price(self) -> float:
        """Return the seconds that a call costs; 0.0 while no limit is known, or none is near."""
        with self._lock:
            if self._limit is None or self._taken(self._clock.monotonic()) < _NEAR * self._limit:
                return 0.0
            return self._window * _MARGIN / self._limit

    def refused(self, retry_after: float, sent_at: float) -> None:
        """Learn from a refusal: close until it is over, and keep to what was let through before.

        Args:
            retry_after: Seconds that the server asks for.
            sent_at: When the refused call went out, on the monotonic clock. A call that was
                already on the way when an earlier refusal arrived belongs to that refusal.
        """
        with self._lock:
            now = self._clock.monotonic()
            self._closed_until = max(self._closed_until, now + retry_after)
            self._forget_one()
            if sent_at < self._learned_at:
                # It was on the way with those that taught the limit, and was counted as taken.
                self._limit = max(1, (self._limit or 1) - 1)
                return
            self._learned_at = now
            self._is_confirmed = self._proved is not None and self._taken(now) >= self._proved
            if not self._is_confirmed:
                self._window = _SHORT if retry_after <= _SHORT + 1 else _LONG
            taken = self._taken(now)
            self._limit = max(1, min(taken, (self._limit or taken + 1) - 1))
            self._proved = self._proved if self._is_confirmed else self._limit
            self._start_quiet(self._closed_until, max(_SHORT, retry_after))

    def _start_quiet(self, since: float, asked: float) -> None:
        quiet = _QUIET_WINDOWS * self._window * _MARGIN if self._is_confirmed else asked * _MARGIN
        self._quiet_since, self._grows_after = since, quiet

    def _taken(self, now: float) -> int:
        return sum(1 for at in self._sent if at > now - self._window)

    def _forget_one(self) -> None:
        if self._sent:
            self._sent.pop()

    def _wait_for_place(self, now: float) -> float:
        while self._sent and self._sent[0] <= now - _LONG * _MARGIN:
            self._sent.popleft()
        if self._limit is None:
            return 0.0
        if now - self._quiet_since > self._grows_after:
            self._quiet_since = now
            self._limit = self._limit + 1 if self._is_confirmed else 2 * self._limit
        window = self._window * _MARGIN
        recent = [at for at in self._sent if at > now - window]
        if len(recent) < self._limit:
            return 0.0
        place = recent[-self._limit] + window - now
        return min(place, self._quiet_since + self._grows_after - now + _A_MOMENT)
