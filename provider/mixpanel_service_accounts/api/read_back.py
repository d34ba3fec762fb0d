"""One list of a project for all changes that are read back together."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Generic, TypeVar

from mixpanel_service_accounts.api.clock import Clock

T = TypeVar("T")

_LONGEST_WAIT = 2.0
"""Seconds that a list waits for additions that are under way, so that it shows them too."""
_LOOK = 0.002
"""Seconds between two looks whether they have ended."""


class _Project(Generic[T]):
    """What is under way in one project."""

    def __init__(self) -> None:
        self.additions: set[object] = set()
        self.listing = False
        self.next: Future[T] | None = None


class SharedLists(Generic[T]):
    """Lists that begin after an addition has ended, each for everyone who waits for one.

    There are never two lists of one project under way at once.

    Args:
        read: Reads a project's list.
        clock: Where time comes from.
    """

    def __init__(self, read: Callable[[int], T], clock: Clock) -> None:
        self._read = read
        self._clock = clock
        self._lock = threading.Lock()
        self._projects: defaultdict[int, _Project[T]] = defaultdict(_Project)

    @contextmanager
    def adding(self, project_id: int) -> Iterator[None]:
        """Announce an addition that will be read back: a list that is about to begin waits."""
        mine = object()
        with self._lock:
            project = self._projects[project_id]
            project.additions.add(mine)
        try:
            yield
        finally:
            with self._lock:
                project.additions.discard(mine)

    def read(self, project_id: int) -> T:
        """Return a list that began after this call did, shared with others that wait for one."""
        with self._lock:
            project = self._projects[project_id]
            leads = project.next is None
            shared = project.next = project.next or Future()
            awaited = set(project.additions)
        if leads:
            self._lead(project_id, project, shared, awaited)
        return shared.result()

    def _lead(
        self, project_id: int, project: _Project[T], shared: Future[T], awaited: set[object]
    ) -> None:
        try:
            self._wait_to_begin(project, awaited)
        except BaseException as error:  # noqa: BLE001 (everyone who waits must hear of it)
            with self._lock:
                project.next = None
            shared.set_exception(error)
            return
        try:
            found = self._read(project_id)
        except BaseException as error:  # noqa: BLE001
            self._end(project)
            shared.set_exception(error)
        else:
            self._end(project)
            shared.set_result(found)

    def _wait_to_begin(self, project: _Project[T], awaited: set[object]) -> None:
        until = self._clock.monotonic() + _LONGEST_WAIT
        while not self._begins(project, awaited, late=self._clock.monotonic() >= until):
            self._clock.sleep(_LOOK)

    def _begins(self, project: _Project[T], awaited: set[object], *, late: bool) -> bool:
        """Begin, unless another list is under way, or additions are that are worth a wait."""
        with self._lock:
            if project.listing or (awaited & project.additions and not late):
                return False
            project.listing, project.next = True, None
            return True

    def _end(self, project: _Project[T]) -> None:
        with self._lock:
            project.listing = False
