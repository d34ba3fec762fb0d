"""Values that one thread fetches while the others wait for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, TypeVar, cast

T = TypeVar("T")


class SingleFlight:
    """Values that one thread fetches while the others wait for it; errors are not kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._flights: dict[Hashable, Future[Any]] = {}

    def get(self, key: Hashable, load: Callable[[], T]) -> T:
        """Return a value, fetched by whoever asks for it first."""
        with self._lock:
            flight = self._flights.get(key)
            mine = flight is None
            if flight is None:
                flight = self._flights[key] = Future()
        if mine:
            self._fly(key, flight, load)
        return cast("T", flight.result())

    def _fly(self, key: Hashable, flight: Future[T], load: Callable[[], T]) -> None:
        try:
            flight.set_result(load())
        except BaseException as error:  # noqa: BLE001 (the waiting threads must hear of it)
            with self._lock:
                if self._flights.get(key) is flight:
                    del self._flights[key]
            flight.set_exception(error)

    def has(self, key: Hashable) -> bool:
        """Return whether a value is known or under way."""
        with self._lock:
            return key in self._flights

    def drop(self, key: Hashable) -> None:
        """Forget a value; whoever already waits for it still gets it."""
        with self._lock:
            self._flights.pop(key, None)

    def drop_all(self) -> None:
        """Forget every value; whoever already waits for one still gets it."""
        with self._lock:
            self._flights.clear()
