"""Removals that the server refused and the user let go of, gathered for one warning of a run."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from msgspec import Struct

from mixpanel_service_accounts.api.clock import Clock
from mixpanel_service_accounts.api.models import Grant
from mixpanel_service_accounts.resources.stoppable_clock import Interrupted

_LOOK = 0.02
"""Seconds between two looks whether further removals are under way."""
_QUIET_LOOKS = 15
"""Looks in a row that show none, after which a warning is given. No shell says that a run has
ended, and an engine starts its next steps within this time."""


class Removal(Struct, frozen=True):
    """An account's grant whose removal nobody has confirmed."""

    account: int
    grant: Grant


class UnconfirmedRemovals:
    """Gathers unconfirmed removals of a process while others are under way."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way = 0
        self._gathered: list[Removal] = []
        self._is_waiting = False

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Announce a removal that may turn out to be unconfirmed."""
        with self._lock:
            self._under_way += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= 1

    def report(
        self,
        removals: Sequence[Removal],
        clock: Clock,
        warn: Callable[[Sequence[Removal]], None],
    ) -> None:
        """Warn of everything gathered once nothing more is under way, unless another call does.

        Args:
            removals: Those of one call that nobody has confirmed; may be empty.
            clock: Where time comes from.
            warn: Is given all; also if a stop of the run cuts the wait.
        """
        with self._lock:
            self._gathered.extend(removals)
            if self._is_waiting or not self._gathered:
                return
            self._is_waiting = True
        with suppress(Interrupted):
            self._wait(clock)
        with self._lock:
            gathered, self._gathered, self._is_waiting = self._gathered, [], False
        warn(gathered)

    def _wait(self, clock: Clock) -> None:
        quiet = seen = 0
        while quiet < _QUIET_LOOKS:
            clock.sleep(_LOOK)
            with self._lock:
                busy, count = self._under_way, len(self._gathered)
            quiet = 0 if busy or count != seen else quiet + 1
            seen = count
