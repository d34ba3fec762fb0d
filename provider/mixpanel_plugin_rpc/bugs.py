"""How an error that no rule foresaw is described."""

from __future__ import annotations


def describe_bug(error: BaseException) -> str:
    """Return the type and the place of an error, without its text, which may hold a secret."""
    where = error.__traceback__
    while where and where.tb_next:
        where = where.tb_next
    place = f"{where.tb_frame.f_code.co_name}, line {where.tb_lineno}" if where else "?"
    return f"a bug in the provider: {type(error).__name__} in {place}. Please report it"
