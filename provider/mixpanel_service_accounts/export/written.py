"""What a shell writes for a plan: files, and what is to be done with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Written(Protocol):
    """The files that hold what a plan names; each shell has a form of its own."""

    @property
    def files(self) -> Mapping[str, str]:
        """The text of each file by its name, in the order in which they are written."""

    @property
    def main(self) -> str:
        """The name of the file that is enough by itself."""

    @property
    def next_step(self) -> str | None:
        """The command that comes next; None if it is the usual one."""
