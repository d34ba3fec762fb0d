"""The core has no word of a shell: messages are completed with the words that a shell gives."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

from mixpanel_service_accounts.api.clock import Clock
from mixpanel_service_accounts.api.wording import PLAIN, Wording, user_agent
from mixpanel_service_accounts.configuration import Configuration
from mixpanel_service_accounts.resources import service_account
from mixpanel_service_accounts.resources.session import Connections, Session
from pulumi_mixpanel.wording import PULUMI

CORE = Path(__file__).parents[2] / "provider" / "mixpanel_service_accounts"
WORDS = re.compile(
    r"pulumi|terraform|\bstacks?\b|\b(?:a|an|the|every|this|next|first|last|earlier|plain|run) up\b",
    re.IGNORECASE,
)
NAMED = {
    "bugs.py": "names the distribution",
    "wording.py": "names the distribution",
}
"""Files that have such a word, each with what it is for."""


def strings_of(path: Path) -> Iterator[str]:
    """Return every string of a module that is no docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in texts:
            yield node.value


def test_no_string_of_the_core_has_a_word_of_a_shell() -> None:
    """But for the files that are named; each of those still has one, so that none is forgotten."""
    rooms = ("api", "resources", "export", "report", "emulator")
    files = [path for room in rooms for path in (CORE / room).rglob("*.py")]
    found = {
        path.name
        for path in [*files, *CORE.glob("*.py")]
        if any(WORDS.search(text) for text in strings_of(path))
    }
    assert found == set(NAMED)


def test_a_shell_says_who_it_is() -> None:
    """Product, version and shell, so that the server's side can tell them apart."""
    assert re.fullmatch(r"pulumi-mixpanel/\S+ \(dynamic\)", user_agent(PULUMI))
    assert re.fullmatch(r"mixpanel-service-accounts/\S+ \(client\)", user_agent(PLAIN))


def test_a_message_has_the_words_of_its_shell() -> None:
    """One rule, and the words of whoever asks."""
    words = Wording(run="apply", moving_expiry="validity_period_hours = {hours}")

    now = datetime(2027, 1, 1, 8, 0, 20, tzinfo=timezone.utc)
    session = Session(
        Connections(Configuration(1001), Clock(now=lambda: now), wording=words),
    )
    checked = service_account.check(
        session, None, {"name": "bot", "expires": "2027-01-11T08:00:10Z"}
    )
    assert checked.warnings == [
        "expires 2027-01-11T08:00:10Z is 240 hours from now, as if the program counted it from the "
        "time at which it runs: then every apply creates a new account, with a new secret, and "
        "deletes the last one. Use validity_period_hours = 240."
    ]
