"""The name of an account whose program gives it none."""

from __future__ import annotations


def default_name(stack: str, resource_name: str) -> str:
    """Return the name of an account that has none: one organization serves many stacks.

    A colon, which no login may contain, becomes a hyphen.
    """
    return f"{stack}-{resource_name}".replace(":", "-")
