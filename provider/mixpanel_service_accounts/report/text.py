"""Other people's text, made harmless for a screen."""

from __future__ import annotations

import re
import unicodedata

_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # such as colours and movements
    r"|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"  # such as titles and links
)
_ENDS = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
"""Controls, formats (the ones that turn the direction of text among them), and what is no text."""


def plain(text: str) -> str:
    """Strip terminal escapes, controls and whatever changes how the text around it reads.

    Returns:
        What is left; a tab or a line's end becomes a space.
    """
    spaced = _ENDS.sub(" ", _ESCAPES.sub("", text))
    return "".join(one for one in spaced if unicodedata.category(one) not in _INVISIBLE).strip()
