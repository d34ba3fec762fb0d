"""A request of the user to stop, which cuts waits and lets calls in flight end."""

from __future__ import annotations

import threading


class Stop:
    """Whether the user asked to stop."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def request(self) -> None:
        """Cut every wait, also later ones."""
        self._event.set()

    def clear(self) -> None:
        """Forget a request; for a server that outlives the run that was stopped."""
        self._event.clear()

    def wait(self, seconds: float) -> bool:
        """Wait, and return whether the wait was cut.

        Args:
            seconds: How long.
        """
        return self._event.wait(seconds)
