"""An interrupt cuts waits, so that it never seems to hang; a call to the API in flight ends."""

from __future__ import annotations

from typing import Protocol

from msgspec.structs import replace

from mixpanel_service_accounts.api.clock import Clock
from mixpanel_service_accounts.api.errors import MixpanelError


class Stop(Protocol):
    """Whether the user asked to stop."""

    def wait(self, seconds: float) -> bool:
        """Wait, and return whether the wait was cut."""


class Interrupted(MixpanelError):  # noqa: N818 (reads as a sentence, like its siblings)
    """The user interrupted a wait."""


def stoppable(clock: Clock, stop: Stop) -> Clock:
    """Return a clock whose waits end with an error once the user asked to stop.

    Args:
        clock: The clock; its `sleep` is replaced if it is the system's.
        stop: Whether the user asked to stop.
    """
    real = clock.sleep is Clock().sleep

    def sleep(seconds: float) -> None:
        if not real:
            clock.sleep(seconds)
        if stop.wait(seconds if real else 0):
            raise Interrupted("The wait before the next try was interrupted.")

    return replace(clock, sleep=sleep)
