"""What counts as a number of Mixpanel's: of an organization, a project, a service account."""

from __future__ import annotations

_DIGITS = 16
"""Most digits of a number; many more are an error of Python's own, and no number of Mixpanel's."""


def whole_number(value: object) -> int | None:
    """Read a number above 0, or digits in a text; None where it is something else."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _DIGITS:
        value = int(value)
    if not isinstance(value, (int, float)) or isinstance(value, bool) or value != value // 1:
        return None
    return int(value) if 0 < value < 2**53 else None
