"""Stacks of the real engine with the plugin: its executable, or attached in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.engine.conftest import emulator
from tests.native.attached import FunctionStack, attached
from tests.native.by_hand import client
from tests.native.program import NativeStack

from mixpanel_service_accounts.api.clock import SYSTEM_CLOCK, utc_now
from mixpanel_service_accounts.emulator import Emulator

__all__ = ["emulator"]


@pytest.fixture
def native(tmp_path: Path, emulator: Emulator) -> Iterator[NativeStack]:
    """Return a stack whose environment points at the emulator, and search it for secrets."""
    stack = NativeStack(tmp_path / "stack", emulator.env)
    stack.watch(emulator)
    yield stack
    stack.search_files()


class Later:
    """The time that the attached plugin and the emulator live in."""

    def __init__(self, emulator: Emulator) -> None:
        self.hours = 0.0
        self._emulator = emulator
        self.clock = replace(SYSTEM_CLOCK, now=lambda: utc_now() + timedelta(hours=self.hours))

    def move(self, hours: float) -> None:
        """Let it be hours later than it is."""
        self.hours = hours
        self._emulator.clock(f"{self.clock.now():%Y-%m-%dT%H:%M:%SZ}")


@pytest.fixture
def later(emulator: Emulator) -> Later:
    """Return the time of the test."""
    return Later(emulator)


@pytest.fixture
def live(tmp_path: Path, emulator: Emulator, later: Later) -> Iterator[FunctionStack]:
    """Return a stack with the plugin in this process, and search it for secrets."""
    with attached(emulator.env, later.clock) as port:
        stack = FunctionStack(tmp_path / "stack", {"PULUMI_DEBUG_PROVIDERS": f"mixpanel:{port}"})
        stack.watch(emulator)
        yield stack
        stack.end()


@pytest.fixture
def started(tmp_path: Path, emulator: Emulator) -> Iterator[FunctionStack]:
    """Return a stack whose engine starts a process for each provider; no environment."""
    stack = FunctionStack(tmp_path / "stack", {})
    stack.watch(emulator)
    yield stack
    stack.end()


@pytest.fixture
def run_by_hand(emulator: Emulator) -> Callable[[int], None]:
    """Return what deletes an account without Pulumi."""
    return lambda number: client(emulator).delete_service_account(1001, number)
