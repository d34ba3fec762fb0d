"""A stack of the real engine whose program registers the plugin's resources, without an SDK."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engine.conftest import emulator
from tests.native.program import NativeStack

from mixpanel_service_accounts.emulator import Emulator

__all__ = ["emulator"]


@pytest.fixture
def native(tmp_path: Path, emulator: Emulator) -> NativeStack:
    """Return a stack whose environment points at the emulator."""
    return NativeStack(tmp_path / "stack", emulator.env)
