"""Fixtures for tests on the real engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.engine.harness import Stack

from mixpanel_service_accounts.emulator import Emulator

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Run an emulator that speaks `bulk`."""
    with Emulator() as running:
        yield running


@pytest.fixture
def nested_emulator() -> Iterator[Emulator]:
    """Run an emulator that speaks `nested`."""
    with Emulator("nested") as running:
        yield running


@pytest.fixture
def stack(tmp_path: Path, emulator: Emulator) -> Stack:
    """Make a stack whose environment points at the emulator."""
    return Stack(tmp_path / "stack", emulator.env)


@pytest.fixture
def make_stack(tmp_path: Path) -> Callable[..., Stack]:
    """Make further stacks, each with the environment that a test gives it."""
    made: list[Stack] = []

    def make(env: dict[str, str] | None = None) -> Stack:
        made.append(Stack(tmp_path / f"stack-{len(made)}", env or {}))
        return made[-1]

    return make


@pytest.fixture
def example(tmp_path: Path, emulator: Emulator) -> Callable[..., Stack]:
    """Make a stack with a copy of an example, and further variables in its environment."""

    def make(name: str, **env: str) -> Stack:
        return Stack(tmp_path / name, {**emulator.env, **env}, EXAMPLES / name)

    return make
