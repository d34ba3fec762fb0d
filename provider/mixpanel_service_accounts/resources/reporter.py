"""Lines for the user: each call has a reporter of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from msgspec import Struct


def _nowhere(_line: str) -> None:
    """Drop a line: no shell listens."""


class Reporter(Struct, frozen=True):
    """Where the lines of one call go.

    Attributes:
        warn: Shows a line as a warning.
        announce: Shows a line.
    """

    warn: Callable[[str], None] = _nowhere
    announce: Callable[[str], None] = _nowhere


_NOBODY = Reporter()
_CURRENT: ContextVar[Reporter] = ContextVar("reporter", default=_NOBODY)
"""The reporter of the call that this thread works for. Clients are shared between calls, so they
ask for it when they have something to report."""


@contextmanager
def reporting_to(reporter: Reporter) -> Iterator[None]:
    """Report to `reporter` inside the block, in this thread and in contexts copied from it."""
    token = _CURRENT.set(reporter)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def warn(line: str) -> None:
    """Show a line as a warning of the current call."""
    _CURRENT.get().warn(line)


def announce(line: str) -> None:
    """Show a line of the current call."""
    _CURRENT.get().announce(line)
