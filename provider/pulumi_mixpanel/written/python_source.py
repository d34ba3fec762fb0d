"""Python source as a formatter would leave it, and other people's text in it, made harmless."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

WIDTH = 88
"""Columns of a line: what ruff and black take where nobody says otherwise."""

_INDENT = " " * 4


def literal(text: str) -> str:
    r"""Write a text as a Python literal, with the quotes that a formatter prefers.

    Every character goes through repr(): what is not printable, such as a newline or a change of the
    direction of writing, is escaped.
    """
    quote = "'" if text.count('"') > text.count("'") else '"'
    return quote + "".join(_character(one, quote) for one in text) + quote


def _character(one: str, quote: str) -> str:
    if one == quote:
        return f"\\{one}"
    return one if one in "'\"" else repr(one)[1:-1]


def visible(text: str) -> str:
    """Escape what is not printable, so that a text stays in its line and in its direction."""
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)


def comment(text: str, hanging: str = "") -> list[str]:
    """Write a text as lines of comment.

    Args:
        text: Anything; it cannot leave the comment.
        hanging: What every line but the first begins with.
    """
    lines = textwrap.wrap(
        visible(text),
        WIDTH - len("# "),
        subsequent_indent=hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [f"# {line}" for line in lines]


def commented_out(lines: Iterable[str]) -> list[str]:
    """Turn code into comment."""
    return [f"# {line}" for line in lines]


def call(function: str, arguments: Iterable[str | list[str]], variable: str | None = None) -> str:
    """Write a call with an argument a line.

    Args:
        function: What is called.
        arguments: Each a line, or several.
        variable: What takes the result.
    """
    lines = [f"{variable} = {function}(" if variable else f"{function}("]
    for argument in arguments:
        lines += [
            _INDENT + line for line in ([argument] if isinstance(argument, str) else argument)
        ]
    return "\n".join([*lines, ")"])


def entry(indent: int, pairs: dict[str, str], remark: str = "") -> list[str]:
    """Write a dictionary as an entry of a list: in one line, where that fits.

    Args:
        indent: How many columns of `WIDTH` are taken before it.
        pairs: Literals by their keys.
        remark: A comment after it, cut to what fits; it is for readers alone.
    """
    inside = [f'"{key}": {value}' for key, value in pairs.items()]
    line = f"{{{', '.join(inside)}}},"
    if indent + _columns(line) > WIDTH:
        return ["{", *(f"{_INDENT}{pair}," for pair in inside), "},"]
    return [line + _remark(remark, WIDTH - indent - _columns(line))]


_SHORTEST_REMARK = 12


def _remark(text: str, room: int) -> str:
    """Write a comment after code, in as many columns as there are."""
    room -= len("  # ")
    text = visible(text)
    if not text or room < _SHORTEST_REMARK:
        return ""
    while _columns(text) > room:
        text = text[: -2 if text.endswith("…") else -1].rstrip() + "…"
    return f"  # {text}"


def _columns(text: str) -> int:
    """Count columns, generously: what is not ASCII may be wide."""
    return sum(1 if one.isascii() else 2 for one in text)
