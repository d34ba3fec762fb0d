"""The text of a bug of ours: what and where, without anything that an error may hold."""

from __future__ import annotations


def describe_bug(error: BaseException) -> str:
    """Return what and where, without the error's own text, which may hold anything."""
    where = error.__traceback__
    while where and where.tb_next:
        where = where.tb_next
    place = f"{where.tb_frame.f_code.co_name}, line {where.tb_lineno}" if where else "?"
    return f"a bug in pulumi-mixpanel: {type(error).__name__} in {place}. Please report it"
