"""What the emulated API says no with."""

from __future__ import annotations


class ApiError(Exception):
    """An answer in the vendor's error shape, `{"error": …, "status": "error"}`.

    Attributes:
        status: The HTTP status.
        text: The text of `error`.
    """

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
