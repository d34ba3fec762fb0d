"""HCL as `terraform fmt` leaves it, and other people's text in it, made harmless."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

WIDTH = 100
"""Columns of a line of comment."""

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_BMP = 0xFFFF


def literal(text: str) -> str:
    """Write a text as a literal: no template, and what is not printable escaped."""
    escaped = "".join(_character(one) for one in text)
    return f'"{escaped.replace("${", "$${").replace("%{", "%%{")}"'


def _character(one: str) -> str:
    if one in _ESCAPES:
        return _ESCAPES[one]
    if one.isprintable():
        return one
    return f"\\u{ord(one):04x}" if ord(one) <= _BMP else f"\\U{ord(one):08x}"


def comment(text: str) -> list[str]:
    """Write a text as lines of comment, which it cannot leave."""
    shown = "".join(one if one.isprintable() else _character(one) for one in text)
    lines = textwrap.wrap(shown, WIDTH - len("# "), break_long_words=False, break_on_hyphens=False)
    return [f"# {line}" for line in lines]


def commented_out(block: str) -> str:
    """Turn a block into comment."""
    return "\n".join(f"# {line}".rstrip() for line in block.splitlines())


def block(header: str, arguments: Mapping[str, str], *inner: str) -> str:
    """Write a block: its arguments with aligned values, then blocks inside it.

    Args:
        header: What stands before the brace.
        arguments: Expressions by their names.
        inner: Blocks.
    """
    width = max((len(name) for name in arguments), default=0)
    lines = [f"{name:<{width}} = {value}" for name, value in arguments.items()]
    for one in inner:
        lines += ["", *one.splitlines()] if lines else one.splitlines()
    return "\n".join([f"{header} {{", *(f"  {line}".rstrip() for line in lines), "}"])


def label(name: str) -> str:
    """Return a name of ASCII letters, digits and hyphens as the name of a resource."""
    return name if name[0].isalpha() else f"_{name}"
