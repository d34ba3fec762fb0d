"""The types of our resources in a stack's state, of the dynamic provider and of the plugin."""

from __future__ import annotations

DYNAMIC_TOKEN = "pulumi-python:dynamic/mixpanel:{}"  # noqa: S105 (Pulumi's word)
"""The type of each kind under the dynamic provider; a permanent contract."""

NATIVE_TOKEN = "mixpanel:index:{}"  # noqa: S105
"""The type of each kind under the native plugin; a permanent contract."""


def kind_of(token: str) -> str | None:
    """Return the kind that a type names, known or not; None if it is not ours."""
    for ours in (DYNAMIC_TOKEN, NATIVE_TOKEN):
        if token.startswith(prefix := ours.format("")):
            return token.removeprefix(prefix)
    return None
