"""JSON as servers write it: half characters and wrong bytes in a string spoil no document."""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec

T = TypeVar("T")

REPLACED = "\ufffd"
"""What stands, with its number in hexadecimal behind it, for half of a character (a lone surrogate)
and for a byte that is no UTF-8. Nothing else can store, print or send either."""

_HALF = "[dD][89a-fA-F][0-9a-fA-F]{2}"
_PAIR = r"[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_ESCAPES = re.compile(rf"\\(?:u{_PAIR}|u({_HALF})|.)", re.DOTALL)
_WRONG_BYTES = re.compile("[\udc80-\udcff]")


class NotJSON(ValueError):  # noqa: N818 (reads as a sentence)
    """Bytes that are no JSON, or JSON of another type; the text shows nothing of them."""


def decode_json(content: bytes, kind: type[T]) -> T:
    """Decode a document.

    Args:
        content: The bytes.
        kind: The type that it has to have.

    Raises:
        NotJSON: It is none, has another type, or is nested too deeply to be read.
    """
    try:
        return _decode(content, kind)
    except NotJSON:
        mended = _mend(content)
    if mended == content:
        raise NotJSON
    return _decode(mended, kind)


def _decode(content: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise NotJSON from None


def _mend(content: bytes) -> bytes:
    text = content.decode("utf-8", "surrogateescape")
    text = _ESCAPES.sub(lambda found: rf"\ufffd{found[1]}" if found[1] else found[0], text)
    text = _WRONG_BYTES.sub(lambda found: rf"\ufffd{ord(found[0]) - 0xDC00:02x}", text)
    return text.encode()
