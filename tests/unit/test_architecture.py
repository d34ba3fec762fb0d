"""docs/architecture.md says where things are: every file and symbol that it names is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (Where|What|Which) [^|]*\| `([^`]+)` \| `([^`]+)` \|$", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("file", "symbol"), [(file, symbol) for _, file, symbol in ROWS])
def test_a_question_is_answered_by_a_symbol_of_that_file(file: str, symbol: str) -> None:
    """A move without a word in the page fails here."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    defined = (ast.FunctionDef, ast.ClassDef)
    assert symbol in {node.name for node in tree.body if isinstance(node, defined)}


def test_the_table_has_questions() -> None:
    """The pattern above finds them."""
    assert len(ROWS) >= 15


@pytest.mark.parametrize(
    "room",
    [
        path.name
        for package in sorted((ROOT / "provider").iterdir())
        for path in (package, *(one for one in sorted(package.iterdir()) if one.is_dir()))
        if path.is_dir() and path.name != "__pycache__"
    ],
)
def test_every_room_is_named(room: str) -> None:
    """A stranger finds each folder of the house on the page."""
    assert room in PAGE


def test_no_file_is_long() -> None:
    """A file that grows longer than this holds more than one thing."""
    lengths = {
        path.name: len(path.read_text(encoding="utf-8").splitlines())
        for path in (ROOT / "provider").rglob("*.py")
    }
    assert {name: length for name, length in lengths.items() if length > 350} == {}
