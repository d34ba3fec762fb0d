"""The limit on how many calls are let through."""

from __future__ import annotations

import math
from collections import deque
from time import monotonic


class RateLimit:
    """A sliding window over all calls, in real time.

    Args:
        calls: How many are let through.
        seconds: In how many seconds.
    """

    def __init__(self, calls: int, seconds: float) -> None:
        self._calls = calls
        self._seconds = seconds
        self._at: deque[float] = deque()

    @classmethod
    def parse(cls, text: str) -> RateLimit:
        """Read `N/second` or `N/minute`.

        Raises:
            ValueError: The text is neither.
        """
        number, _, unit = text.partition("/")
        fits = number.isascii() and number.isdigit() and unit in ("second", "minute")
        if not fits or int(number) < 1:
            raise ValueError(f"a rate limit is N/second or N/minute; {text!r} is neither")
        return cls(int(number), 1.0 if unit == "second" else 60.0)

    def wait(self) -> int:
        """Count a call; tell the whole seconds to wait where it is one too many, else 0."""
        now = monotonic()
        while self._at and self._at[0] <= now - self._seconds:
            self._at.popleft()
        if len(self._at) >= self._calls:
            return max(1, math.ceil(self._at[0] + self._seconds - now))
        self._at.append(now)
        return 0
