"""One call for many changes, as a database commits a group.

A change that has to wait for the rate limit anyway takes along whatever fits into the same call and
comes meanwhile. When a group is refused, its members are tried alone, so that each gets its own
error.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from pulumi_mixpanel.api.clock import Clock
from pulumi_mixpanel.api.errors import HTTP_SERVER_ERROR, MixpanelError, StatusError

T = TypeVar("T")

LARGEST_GROUP = 50
LONELY_AFTER = 0.2
"""Seconds without any change after which the next one counts as alone, and waits for nobody."""

_LINGER_A_CALLER, _SHORTEST_LINGER = 0.002, 0.015
"""In company a change waits this many seconds for others, more where more can come at once. The
engine sends changes one after the other, a checkpoint apart, and goes on sending meanwhile, so that
this costs less than the bench can tell from noise (docs/performance.md)."""


class _Group(Generic[T]):
    def __init__(self, first: T) -> None:
        self.items = [first]
        self.done = threading.Event()
        self.error: MixpanelError | None = None


class Batches(Generic[T]):
    """Groups changes that come at the same time.

    Args:
        clock: Where time comes from.
        take_turn: Waits for the rate limit.
        fits: Tells whether a change fits into one call with others.
        send: Sends one call for changes that fit.
        callers: How many threads may come at once.
    """

    def __init__(
        self,
        clock: Clock,
        take_turn: Callable[[], None],
        fits: Callable[[Sequence[T], T], bool],
        send: Callable[[Sequence[T]], None],
        callers: int,
    ) -> None:
        self._clock = clock
        self._take_turn = take_turn
        self._fits = fits
        self._send = send
        self._lock = threading.Lock()
        self._open: list[_Group[T]] = []
        self._linger = max(_SHORTEST_LINGER, _LINGER_A_CALLER * callers)
        self._running = 0
        self._last = float("-inf")

    def run(self, item: T) -> None:
        """Make a change, alone or in company.

        Raises:
            MixpanelError: It was not made.
        """
        group, leads = self._join(item)
        try:
            if leads:
                self._lead(group)
            else:
                group.done.wait()
        finally:
            with self._lock:
                self._running -= 1
                self._last = self._clock.monotonic()
        if group.error is None:
            return
        if len(group.items) == 1 or not _may_be_one_member_s(group.error):
            raise group.error
        self._send([item])

    def _join(self, item: T) -> tuple[_Group[T], bool]:
        with self._lock:
            self._running += 1
            for group in self._open:
                if len(group.items) < LARGEST_GROUP and self._fits(group.items, item):
                    group.items.append(item)
                    return group, False
            group = _Group(item)
            self._open.append(group)
            return group, True

    def _lead(self, group: _Group[T]) -> None:
        try:
            self._take_turn()
            self._wait_for_company()
            with self._lock:
                self._open.remove(group)
            self._send(group.items)
        except MixpanelError as error:
            group.error = error
        finally:
            with self._lock:
                if group in self._open:
                    self._open.remove(group)
            group.done.set()

    def _wait_for_company(self) -> None:
        alone = self._running == 1 and self._clock.monotonic() - self._last > LONELY_AFTER
        if not alone:
            self._clock.sleep(self._linger)


def _may_be_one_member_s(error: MixpanelError) -> bool:
    """Tell whether an error may be the fault of one member alone."""
    return isinstance(error, StatusError) and error.status < HTTP_SERVER_ERROR
