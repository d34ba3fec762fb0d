"""Pickles that every stack's state holds: each later version has to load them, for ever."""

from __future__ import annotations

import base64

import dill
import pytest
from pulumi.dynamic.dynamic import serialize_provider

from pulumi_mixpanel.dynamic import _PROVIDERS

RECORDED = {
    ("ServiceAccount", 4): "gASVOgAAAAAAAACMF3B1bHVtaV9taXhwYW5lbC5keW5hbWljlIwFX2xvYWSUk5SMDlNlcnZpY2VBY2NvdW50lIWUUpQu",
    ("ServiceAccount", 5): "gAWVOgAAAAAAAACMF3B1bHVtaV9taXhwYW5lbC5keW5hbWljlIwFX2xvYWSUk5SMDlNlcnZpY2VBY2NvdW50lIWUUpQu",
    ("RotatingServiceAccount", 4): "gASVQgAAAAAAAACMF3B1bHVtaV9taXhwYW5lbC5keW5hbWljlIwFX2xvYWSUk5SMFlJvdGF0aW5nU2VydmljZUFjY291bnSUhZRSlC4=",
    ("RotatingServiceAccount", 5): "gAWVQgAAAAAAAACMF3B1bHVtaV9taXhwYW5lbC5keW5hbWljlIwFX2xvYWSUk5SMFlJvdGF0aW5nU2VydmljZUFjY291bnSUhZRSlC4=",
    ("ProjectMembership", 4): "gASVPQAAAAAAAACMF3B1bHVtaV9taXhwYW5lbC5keW5hbWljlIwFX2xvYWSUk5SMEVByb2plY3RNZW1iZXJzaGlwlIWUUpQu",
    ("ProjectMembership", 5): "gAWVPQAAAAAAAACMF3B1bHVtaV9taXhwYW5lbC5keW5hbWljlIwFX2xvYWSUk5SMEVByb2plY3RNZW1iZXJzaGlwlIWUUpQu",
}  # fmt: skip
"""Recorded with version 0.1.0, protocols 4 and 5; never change an entry, only add."""


@pytest.mark.parametrize(("kind", "protocol"), RECORDED)
def test_a_recorded_pickle_loads(kind: str, protocol: int) -> None:
    """Refresh and destroy of existing stacks depend on it."""
    provider = dill.loads(base64.b64decode(RECORDED[kind, protocol]))  # noqa: S301 (our own, recorded)
    assert type(provider) is _PROVIDERS[kind]


@pytest.mark.parametrize("kind", list(_PROVIDERS))
def test_the_engine_s_own_pickle_is_small_and_holds_a_name_alone(kind: str) -> None:
    """By reference: code may change freely, and nothing of an instance is in state."""
    serialized = base64.b64decode(serialize_provider(_PROVIDERS[kind]()))
    assert len(serialized) < 100
    assert kind.encode() in serialized
    assert _PROVIDERS[kind]().__dict__ == {}
