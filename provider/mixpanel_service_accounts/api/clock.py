"""Time, sleep and chance, given from outside so that tests need not wait."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import datetime, timezone

from msgspec import Struct


def utc_now() -> datetime:
    """Return the current instant, aware, in UTC."""
    return datetime.now(timezone.utc)


def _never() -> None:
    """Return: by default there is no way to ask to stop."""


class Clock(Struct, frozen=True):
    """Everything that passes by itself.

    Attributes:
        now: The current instant, aware, in UTC.
        monotonic: Seconds that never go backwards, for deadlines.
        sleep: Waits for a number of seconds.
        chance: A number from 0 (included) to 1 (excluded), for jitter.
        raise_if_stopped: Raises an error if the user asked to stop; for what must not begin then.
    """

    now: Callable[[], datetime] = utc_now
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random
    raise_if_stopped: Callable[[], None] = _never


SYSTEM_CLOCK = Clock()
