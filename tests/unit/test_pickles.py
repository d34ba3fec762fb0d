"""Pickles that every stack's state holds: each later version has to load them, for ever."""

from __future__ import annotations

import base64
import subprocess
import sys

import dill
import pytest
from pulumi.dynamic.dynamic import serialize_provider
from tests.recorded.recording import Recording, recordings

from pulumi_mixpanel.dynamic.providers import PROVIDERS

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
    assert type(provider) is PROVIDERS[kind]


def test_every_kind_is_recorded_in_every_protocol_that_states_hold() -> None:
    """A kind that is added has to be recorded with the version that adds it."""
    assert set(RECORDED) == {(kind, protocol) for kind in PROVIDERS for protocol in (4, 5)}


@pytest.mark.parametrize(("kind", "protocol"), RECORDED)
def test_a_pickle_of_today_is_the_recorded_one(kind: str, protocol: int) -> None:
    """So a version that is older, or newer, loads what this one writes into a state."""
    pickled = dill.dumps(PROVIDERS[kind](), protocol=protocol)
    assert base64.b64encode(pickled).decode() == RECORDED[kind, protocol]


def test_a_recorded_pickle_loads_in_a_process_that_has_imported_nothing() -> None:
    """As the engine's host does it, and the provider has every operation that the host calls."""
    code = (
        "import base64, dill, sys\n"
        "for pickled in sys.argv[1:]:\n"
        "    provider = dill.loads(base64.b64decode(pickled))\n"
        "    for name in 'configure check diff create read update delete'.split():\n"
        "        assert callable(getattr(provider, name))\n"
        "    print(provider.kind)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, *RECORDED.values()], capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == [kind for kind, _ in RECORDED]


def test_the_recorded_states_hold_these_pickles() -> None:
    """In inputs and outputs; read and delete use the one in the outputs."""
    seen = set()
    for folder in recordings():
        for entry in Recording.load(folder).export["deployment"]["resources"]:
            for part in ("inputs", "outputs"):
                seen.add(entry.get(part, {}).get("__provider"))
    assert seen - {None} == {
        pickled for (_, protocol), pickled in RECORDED.items() if protocol == 4
    }


@pytest.mark.parametrize("kind", list(PROVIDERS))
def test_the_engine_s_own_pickle_is_small_and_holds_a_name_alone(kind: str) -> None:
    """By reference: code may change freely, and nothing of an instance is in state."""
    serialized = base64.b64decode(serialize_provider(PROVIDERS[kind]()))
    assert len(serialized) < 100
    assert kind.encode() in serialized
    assert PROVIDERS[kind]().__dict__ == {}
