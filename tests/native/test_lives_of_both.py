"""The lives of tests/engine over the plugin: the same program, the same calls, the same end.

Each is the very test of the dynamic provider, with a stack of the plugin. What differs on purpose
stands in DIFFERENT with its reason. Components and lookups are code that runs in a Python program;
test_imports_and_lookups.py has the plugin's lookups.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from inspect import signature
from pathlib import Path

import pytest
from tests.engine.conftest import nested_emulator
from tests.native.python_text import PythonTextStack

from mixpanel_service_accounts.emulator import Emulator

__all__ = ["nested_emulator"]

MODULES = tuple(
    import_module(f"tests.engine.test_{name}")
    for name in (
        "budget",
        "by_id",
        "faults",
        "hostile_answers",
        "identity",
        "input_spellings",
        "life",
        "memberships",
        "out_of_reach",
        "refusals",
        "rotation",
    )
)
NO_POOL = "the plugin has no pool to widen: it answers 64 calls at once (test_interrupts.py)"
PLACES = "an explicit provider is named without the Python class (test_missing_configuration.py)"
PROGRAM = "these are objects, options and short forms of a Python program"
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
    "test_a_membership_is_removed_although_a_transform_keeps_its_account": PROGRAM,
    "test_an_error_of_the_program_is_one_sentence": PROGRAM,
    "test_what_a_preview_refuses_in_one_sentence": PROGRAM,
    "test_what_a_python_program_alone_gives_wrongly_fails_the_preview": PROGRAM,
    "test_the_first_up_takes_deleted_with_out_of_the_state_and_says_nothing_else": "no version of "
    "the plugin wrote it",
    "test_two_memberships_of_one_pair_are_refused_in_the_program": "the plugin sees no program: the "
    "provider refuses them",
    "test_a_plain_secret_is_refused": "the engine does not tell a plugin which of the configuration "
    "is secret",
    "test_without_credentials_up_names_all_the_places": PLACES,
    "test_without_an_organization_up_names_all_the_places": PLACES,
    "test_the_pool_is_as_wide_as_asked_for": NO_POOL,
    "test_an_explicit_provider_s_pool_is_its_own": NO_POOL,
    "test_the_configuration_widens_the_pool_of_all": NO_POOL,
    "test_no_command_looks_for_a_plugin": "this is the plugin, and the engine has to find it",
}
"""Lives of the dynamic provider that the plugin does not have, and why."""

LIVES = {
    name: life
    for module in MODULES
    for name, life in vars(module).items()
    if name.startswith("test_") and {"stack", "make_stack"} & signature(life).parameters.keys()
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
        stack.end()


@pytest.fixture
def stack(make_stack: Callable[..., PythonTextStack], emulator: Emulator) -> PythonTextStack:
    """Return a stack whose environment points at the emulator."""
    found = make_stack(emulator.env)
    found.watch(emulator)
    return found


def test_what_differs_is_a_life_of_the_dynamic_provider() -> None:
    """One that has gone, or has another name, is no reason any more; no name is there twice."""
    assert set(DIFFERENT) <= set(LIVES)
    names = [name for module in MODULES for name in vars(module) if name.startswith("test_")]
    assert len(names) == len(set(names))
    assert len(LIVES) - len(DIFFERENT) > 60
