"""The lives of tests/engine over the plugin: the same program, the same calls, the same end.

Each is the very test of the dynamic provider, with a stack of the plugin. What differs on purpose
stands in DIFFERENT with its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.engine import test_life, test_rotation
from tests.engine.conftest import nested_emulator
from tests.native.python_text import PythonTextStack

from mixpanel_service_accounts.emulator import Emulator

__all__ = ["nested_emulator"]

NO_ADOPT = "adopt= has no place: an import adopts (test_imports.py)"
DIFFERENT = {
    "test_the_secret_is_secret_and_stays": "the plugin marks outputs itself, and the state names "
    "none as additional; every native test searches for secrets",
    "test_an_explicit_provider_stands_on_the_stack_s_configuration": "the engine sends an explicit "
    "provider nothing of the stack's configuration (test_providers.py)",
    "test_from_an_account_made_by_hand_to_a_rotation": NO_ADOPT,
    "test_an_adopted_account": NO_ADOPT,
    "test_what_is_being_replaced_is_never_adopted": NO_ADOPT,
    "test_what_an_earlier_run_left_to_be_deleted_stays_where_it_is_adopted": NO_ADOPT,
    "test_where_the_engine_cannot_tell_nothing_is_adopted": NO_ADOPT,
    "test_a_rotating_account_never_adopts_what_another_holds": NO_ADOPT,
    "test_a_transformation_adopts_nothing": NO_ADOPT,
    "test_one_account_is_not_adopted_by_two": NO_ADOPT,
    "test_one_number_in_two_places_is_two_accounts": NO_ADOPT,
    "test_what_is_no_number_is_refused_and_not_shown": NO_ADOPT,
    "test_a_membership_of_a_rotating_account_is_refused": "service_account= has no place: the short "
    "form needs the Python object",
}
"""Lives of the dynamic provider that the plugin does not have, and why."""

LIVES = {
    name: life
    for module in (test_life, test_rotation)
    for name, life in vars(module).items()
    if name.startswith("test_")
}
globals().update({name: life for name, life in LIVES.items() if name not in DIFFERENT})


@pytest.fixture
def make_stack(tmp_path: Path) -> Iterator[Callable[..., PythonTextStack]]:
    """Return what makes a stack of the plugin, whose engine starts the executable."""
    made: list[PythonTextStack] = []

    def make(env: dict[str, str] | None = None) -> PythonTextStack:
        made.append(PythonTextStack(tmp_path / f"stack-{len(made)}", env or {}))
        return made[-1]

    yield make
    for stack in made:
        stack.search_files()


@pytest.fixture
def stack(make_stack: Callable[..., PythonTextStack], emulator: Emulator) -> PythonTextStack:
    """Return a stack whose environment points at the emulator."""
    found = make_stack(emulator.env)
    found.watch(emulator)
    return found


def test_what_differs_is_a_life_of_the_dynamic_provider() -> None:
    """One that has gone, or has another name, is no reason any more."""
    assert set(DIFFERENT) <= set(LIVES)
    assert len(LIVES) - len(DIFFERENT) > 15
