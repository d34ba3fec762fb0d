"""One call for many changes, as a database commits a group.

Changes wait together. One of them leads: it waits for its turn and takes along whatever fits into
the same call by then, while the oldest that is left leads the next. When a group is refused, its
members are tried alone, so that each gets its own error; when it is refused for the rate limit,
they wait together again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from pulumi_mixpanel.api.errors import (
    HTTP_SERVER_ERROR,
    StatusError,
    is_refused_for_the_limit,
)
from pulumi_mixpanel.api.traffic import LONGEST_PATIENCE, Traffic

T = TypeVar("T")

LARGEST_GROUP = 50
_ON_THE_WAY = 0.005
_LOOKS = 10
"""How often a leader looks, while it waits for company, whether all that can come are there."""


class _Change(Generic[T]):
    """One change, and what became of it."""

    def __init__(self, item: T, since: float) -> None:
        self.item = item
        self.since = since
        self.woken = threading.Event()
        self.settled = False
        self.alone = self.hurries = self.was_refused = False
        self.error: BaseException | None = None

    def settle(self, error: BaseException | None = None, *, alone: bool = False) -> None:
        self.settled, self.error, self.alone = True, error, alone
        self.woken.set()


class Batches(Generic[T]):
    """Groups changes that come at the same time.

    Args:
        traffic: Who else is at work, and what time it is.
        take_turn: Waits for the rate limit; told whether a refusal of the call that follows comes
            back at once, instead of being waited out.
        price: Tells the seconds that a call costs under the rate limit; 0 while there is none.
        together: Takes out of waiting changes those that go in one call with the first.
        send: Sends one call for changes that go together.
        any_set: Whether all changes go together. Then whoever comes next is worth waiting for,
            while there is a place for it, and so is a call that comes back soon: what was sent
            with it can go on together from then on.
    """

    def __init__(
        self,
        traffic: Traffic,
        take_turn: Callable[[bool], None],
        price: Callable[[], float],
        together: Callable[[Sequence[T]], Sequence[T]],
        send: Callable[[Sequence[T]], None],
        *,
        any_set: bool = False,
    ) -> None:
        self._clock = traffic.clock
        self._traffic = traffic
        self._take_turn = take_turn
        self._price = price
        self._together = together
        self._send = send
        self._any_set = any_set
        self._sent_at: list[float] = []
        self._lock = threading.Lock()
        self._waiting: list[_Change[T]] = []
        self._leader: _Change[T] | None = None

    def run(self, item: T) -> None:
        """Make a change, alone or in company.

        Raises:
            MixpanelError: It was not made.
        """
        change = _Change(item, self._clock.monotonic())
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
            self._send([item])

    def _find_leader(self) -> None:
        if self._leader is None and self._waiting:
            self._leader = self._waiting[0]
            self._leader.woken.set()

    def _lead(self, change: _Change[T]) -> None:
        group = [change]
        try:
            if self._is_full_before_its_time(change) and self._gives_way(change):
                return
            self._take_turn(not change.was_refused)
            group = self._close(change)
            self._send_group(group)
        except BaseException as error:  # noqa: BLE001 (each thread raises it, and must not hang)
            self._end(group, error)
        else:
            self._end(group, None)

    def _send_group(self, group: Sequence[_Change[T]]) -> None:
        sent_at = self._clock.monotonic()
        with self._lock:
            self._sent_at.append(sent_at)
        try:
            self._send([one.item for one in group])
        finally:
            with self._lock:
                self._sent_at.remove(sent_at)

    def _is_full_before_its_time(self, change: _Change[T]) -> bool:
        """Wait for company, as long as that costs nothing and somebody can still come."""
        if change.hurries:
            return False
        least, longest = self._traffic.patience()
        price = self._price()
        if longest and price:
            longest = max(longest, min(price, LONGEST_PATIENCE), self._traffic.until_next())
        if longest and self._any_set:
            least = max(least, self._until_back())
            longest = max(longest, least, self._traffic.until_next() / 2)
        while (waited := self._clock.monotonic() - change.since) < longest:
            full = self._traffic.is_full(len(self._waiting))
            if full is None or (full and waited >= least):
                return True
            self._clock.sleep(longest / _LOOKS)
        return False

    def _until_back(self) -> float:
        """Tell for how long to wait for calls that are soon expected back; 0.0 for none."""
        now = self._clock.monotonic()
        with self._lock:
            back = [self._traffic.back_within(sent_at, now) for sent_at in self._sent_at]
        return max((left + _ON_THE_WAY for left in back if left is not None), default=0.0)

    def _gives_way(self, change: _Change[T]) -> bool:
        """Let a larger group go first: with its members back, a smaller one may yet grow."""
        with self._lock:
            largest = max(self._waiting, key=lambda one: len(self._group_of(one)))
            if len(self._group_of(largest)) == len(self._group_of(change)):
                return False
            change.woken.clear()
            largest.hurries = True
            self._leader = largest
            largest.woken.set()
            return True

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
        """Tell the members of a group what became of it."""
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
    """Tell whether an error may be the fault of one member alone."""
    return isinstance(error, StatusError) and error.status < HTTP_SERVER_ERROR
