"""A stack of the real engine whose program registers the plugin's resources, without an SDK."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.engine.conftest import emulator
from tests.native.by_hand import client
from tests.native.program import NativeStack

from mixpanel_service_accounts.emulator import Emulator

__all__ = ["emulator"]


@pytest.fixture
def native(tmp_path: Path, emulator: Emulator) -> NativeStack:
    """Return a stack whose environment points at the emulator."""
    return NativeStack(tmp_path / "stack", emulator.env)


@pytest.fixture
def run_by_hand(emulator: Emulator) -> Callable[[int], None]:
    """Return what deletes an account without Pulumi."""
    return lambda number: client(emulator).delete_service_account(1001, number)
