"""An interrupt cuts waits, so that it never seems to hang; a call to the API in flight ends.

What has sent nothing yet does not begin: the user would wait for it, and a second interrupt would
lose what it creates.
"""

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
    """Return a clock whose waits end, and whose `raise_if_stopped` raises, on a stop.

    Args:
        clock: The clock; its `sleep` is replaced if it is the system's.
        stop: Whether the user asked to stop.
    """
    real = clock.sleep is Clock().sleep

    def wait(seconds: float) -> None:
        if stop.wait(seconds):
            raise Interrupted("The wait before the next try was interrupted.")

    def sleep(seconds: float) -> None:
        if not real:
            clock.sleep(seconds)
        wait(seconds if real else 0)

    return replace(clock, sleep=sleep, raise_if_stopped=lambda: wait(0))
