"""What a driver of a shell does, and what it shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.lives.life import Wanted

from mixpanel_service_accounts.api.wording import Wording


@dataclass(frozen=True)
class Shown:
    """What a run showed.

    Attributes:
        text: All of it, in one line.
        changes: What was planned for each resource, by its name; what stays is not in it.
        warnings: What our own warnings said.
    """

    text: str
    changes: Mapping[str, str] = field(default_factory=dict)
    warnings: Sequence[str] = ()


class Shell(Protocol):
    """A shell at work on one program or configuration, against one emulator.

    Attributes:
        name: `dynamic`, `plugin` or `terraform`.
        words: Its words, by which messages are completed.
        refreshes_first: Whether it reads what the state holds before it plans, applies and destroys.
        environment: The environment variables of its runs.
    """

    name: str
    words: Wording
    refreshes_first: bool
    environment: dict[str, str]

    def plan(self, wanted: Sequence[Wanted], *, fails: bool) -> Shown:
        """Plan; changes nothing."""

    def apply(self, wanted: Sequence[Wanted], ids: Mapping[str, str], *, fails: bool) -> Shown:
        """Bring about what is wanted; what `ids` names is imported."""

    def refresh(self, *, fails: bool) -> Shown:
        """Read what the state holds."""

    def destroy(self, wanted: Sequence[Wanted], *, fails: bool) -> Shown:
        """Delete what the state holds; the program or configuration is the one of what is wanted."""

    def state(self) -> dict[str, dict[str, Any]]:
        """Return the state by resource, with the names of the rules and secrets in clear."""

    def spelled(self, sentence: str) -> str:
        """Return a sentence with the names of properties as this shell spells them."""
