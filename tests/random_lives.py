"""Random lives: one way to run a state machine of Hypothesis, the same lives in every run."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine


def run_lives(machine: type[RuleBasedStateMachine], how_many: int, **attributes: object) -> None:
    """Run many lives.

    Args:
        machine: The rules and invariants.
        how_many: Lives, of at most 25 steps each.
        attributes: What all of them share, such as the emulator.
    """
    life: Any = type("Life", (machine,), attributes)
    case = life.TestCase
    case.settings = settings(
        max_examples=how_many,
        stateful_step_count=25,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    case().runTest()
