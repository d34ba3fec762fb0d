"""What a copied value carries along: white space, quotes and characters that nobody sees."""

from __future__ import annotations

_UNSEEN = "\ufeff\u200b\u200c\u200d\u200e\u200f\u2060"
_QUOTES = {"'": "single quotes", '"': "double quotes", "`": "backquotes"}


def what_surrounds(value: str) -> str | None:
    """Describe what stands around a value and is no part of it, without showing the value.

    Args:
        value: A username or a secret as it was configured.

    Returns:
        Such as `a newline after it`; None if nothing stands around it.
    """
    inner = _core(value)
    if not inner:
        return "nothing but white space"
    start = value.index(inner)
    before, after = value[:start], value[start + len(inner) :]
    found = [
        f"{_kind(part)} {where} it"
        for part, where in ((before, "before"), (after, "after"))
        if part
    ]
    if len(inner) > 1 and inner[0] == inner[-1] and inner[0] in _QUOTES:
        found.append(f"{_QUOTES[inner[0]]} around it")
    return " and ".join(found) or None


def _core(value: str) -> str:
    left = 0
    right = len(value)
    while left < right and _is_blank(value[left]):
        left += 1
    while right > left and _is_blank(value[right - 1]):
        right -= 1
    return value[left:right]


def _is_blank(character: str) -> bool:
    return character.isspace() or character in _UNSEEN


def _kind(part: str) -> str:
    if set(part) <= {"\n", "\r"}:
        return "a newline"
    return "an invisible character" if set(part) <= set(_UNSEEN) else "white space"
