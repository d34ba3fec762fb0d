"""One call for many changes, as a database commits a group.

Changes that have to wait for the rate limit wait together. One of them leads: it waits for its turn
and takes along whatever fits into the same call by then, while the oldest that is left leads the
next. Where there is no limit nothing waits, except that removals, of which any set goes in one
call, wait a moment for the next ones. When a group is refused, its members are tried alone, so that
each gets its own error; when it is refused for the rate limit, they wait together again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Generic, TypeVar

from mixpanel_service_accounts.api.clock import Clock
from mixpanel_service_accounts.api.errors import (
    HTTP_SERVER_ERROR,
    StatusError,
    is_refused_for_the_limit,
)
from mixpanel_service_accounts.api.pace import LONGEST_PATIENCE, Pace
from mixpanel_service_accounts.api.wire import Turn

T = TypeVar("T")

LARGEST_GROUP = 50
_LOOK = 0.002
"""Seconds between two looks of a leader whether enough are there."""


class _Change(Generic[T]):
    """One change, and what became of it."""

    def __init__(self, item: T) -> None:
        self.item = item
        self.woken = threading.Event()
        self.settled = self.alone = self.was_refused = False
        self.error: BaseException | None = None

    def settle(self, error: BaseException | None = None, *, alone: bool = False) -> None:
        self.settled, self.error, self.alone = True, error, alone
        self.woken.set()


class Batches(Generic[T]):
    """Groups changes that come at the same time.

    Args:
        take_turn: Waits for the rate limit and returns the turn; told whether a refusal of the call
            that it is for comes back at once, instead of being waited out.
        price: Tells the seconds that a call costs under the rate limit; 0.0 if it is not near.
        together: Takes out of waiting changes those that go in one call with the first.
        send: Sends one call for changes that go together, with the turn that was taken for it.
        clock: Where time comes from.
        pace: For changes of which any set goes together, so that whoever comes next is worth a
            short wait: how fast they come. Others never wait only for company.
    """

    def __init__(
        self,
        take_turn: Callable[[bool], Turn],
        price: Callable[[], float],
        together: Callable[[Sequence[T]], Sequence[T]],
        send: Callable[[Sequence[T], Turn | None], None],
        *,
        clock: Clock,
        pace: Pace | None = None,
    ) -> None:
        self._take_turn = take_turn
        self._together = together
        self._send = send
        self._clock = clock
        self._price = price
        self._pace = pace
        self._lock = threading.Lock()
        self._waiting: list[_Change[T]] = []
        self._leader: _Change[T] | None = None

    def run(self, item: T) -> None:
        """Make a change, alone or in company.

        Raises:
            MixpanelError: It was not made.
        """
        with self._pace.change() if self._pace else nullcontext():
            self._run(_Change(item))

    def _run(self, change: _Change[T]) -> None:
        with self._lock:
            self._waiting.append(change)
            self._find_leader()
        while not change.settled:
            change.woken.wait()
            if not change.settled:
                self._lead(change)
        if change.error is not None:
            raise change.error
        if change.alone:
            self._send([change.item], None)

    def _find_leader(self) -> None:
        if self._leader is None and self._waiting:
            self._leader = self._waiting[0]
            self._leader.woken.set()

    def _lead(self, change: _Change[T]) -> None:
        group = [change]
        try:
            self._wait_for_company()
            turn = self._take_turn(not change.was_refused)
            group = self._close(change)
            self._send([one.item for one in group], turn)
        except BaseException as error:  # noqa: BLE001 (each thread raises it, and must not hang)
            self._end(group, error)
        else:
            self._end(group, None)

    def _wait_for_company(self) -> None:
        """Wait for others that go into the same call, as long as that costs next to nothing."""
        enough, longest = LARGEST_GROUP, min(self._price(), LONGEST_PATIENCE)
        if not longest and self._pace:
            enough, longest = self._pace.enough, self._pace.patience()
        until = self._clock.monotonic() + longest
        while len(self._waiting) < enough and self._clock.monotonic() < until:
            self._clock.sleep(_LOOK)

    def _group_of(self, change: _Change[T]) -> list[_Change[T]]:
        """Choose who of those that wait goes with a change."""
        rest = [one for one in self._waiting if one is not change]
        left = list(self._together([change.item, *(one.item for one in rest)])[1:LARGEST_GROUP])
        group = [change]
        for one in rest:
            if one.item in left:
                left.remove(one.item)
                group.append(one)
        return group

    def _close(self, change: _Change[T]) -> list[_Change[T]]:
        """Take out the group of a change whose turn has come; the oldest who is left leads on."""
        with self._lock:
            group = self._group_of(change)
            self._waiting = [one for one in self._waiting if one not in group]
            self._hand_over(change)
        return group

    def _hand_over(self, change: _Change[T]) -> None:
        if self._leader is change:
            change.woken.clear()
            self._leader = None
            self._find_leader()

    def _end(self, group: Sequence[_Change[T]], error: BaseException | None) -> None:
        """Settle the members of a group with its result."""
        with self._lock:
            self._waiting = [one for one in self._waiting if one not in group]
            if is_refused_for_the_limit(error) and not group[0].was_refused:
                for one in group:
                    one.was_refused = True
                self._waiting = [*group, *self._waiting]
            else:
                alone = len(group) > 1 and _may_be_one_member_s(error)
                for one in group:
                    one.settle(None if alone else error, alone=alone)
            self._hand_over(group[0])
            self._find_leader()


def _may_be_one_member_s(error: BaseException | None) -> bool:
    """Return whether an error may be the fault of one member alone."""
    return isinstance(error, StatusError) and error.status < HTTP_SERVER_ERROR
