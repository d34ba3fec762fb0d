"""The mechanical part of how docstrings speak: a count that may only fall."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

PROVIDER = Path(__file__).resolve().parents[2] / "provider"

UNWANTED = ("Tell", "Say", "Give", "Let")
"""First words that hide what is returned, checked or sent."""

MOST = 0
"""How many docstrings still begin with one of them. Write the lower number here when it falls."""


def first_words() -> Counter[str]:
    """Count the first words of every docstring below provider/."""
    words: Counter[str] = Counter()
    for file in PROVIDER.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                words.update((ast.get_docstring(node) or "-").split()[:1])
    return words


def test_fewer_and_fewer_docstrings_begin_with_an_unwanted_word() -> None:
    """A new one begins with Return, Check whether, Raise, Create, Parse, Send, Wait, …; MOST never rises."""
    words = first_words()
    assert words["Return"] > 0
    assert sum(words[word] for word in UNWANTED) <= MOST
