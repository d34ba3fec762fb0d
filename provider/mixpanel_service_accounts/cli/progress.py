"""A bar on stderr for reads that take long, where somebody looks at it."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from mixpanel_service_accounts.report.text import plain

if TYPE_CHECKING:
    from typing_extensions import Self

PATIENCE = 1.0
"""Seconds before a bar shows."""


class Bar:
    """Shows how far a read has come, if it takes longer than a second and stderr is a terminal.

    Args:
        title: What is read.
        patience: Seconds before it shows.
    """

    def __init__(self, title: str, patience: float = PATIENCE) -> None:
        self._console = Console(stderr=True, highlight=False, markup=False, emoji=False)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_interactive,
        )
        self._task = self._progress.add_task(title, total=None)
        self._timer = threading.Timer(patience, self._progress.start)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        if not self._progress.disable:
            self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        if self._timer.ident is not None:
            self._timer.join()
        self._progress.stop()

    def advance(self, done: int, total: int) -> None:
        """Hear how many lists have been read, and how many there are."""
        self._progress.update(self._task, completed=done, total=total)

    def say(self, line: str) -> None:
        """Print a line above the bar."""
        self._console.print(plain(line), soft_wrap=True)
