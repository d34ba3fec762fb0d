"""The same life in every shell of the project: the same calls, the same server, the same state."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from tests.lives import (
    lives_of_accounts,
    lives_of_drift,
    lives_of_faults,
    lives_of_imports,
    lives_of_nested,
    lives_of_rotations,
)
from tests.lives.differences import ALWAYS, DIFFERENT
from tests.lives.dynamic_shell import dynamic
from tests.lives.life import Life
from tests.lives.living import Living
from tests.lives.plugin_shell import plugin
from tests.lives.shell import Shell
from tests.lives.terraform_shell import terraform
from tests.lives.time_of_a_life import TimeOfALife

from mixpanel_service_accounts.emulator import Emulator

PAGE = Path(__file__).resolve().parents[2] / "docs" / "which-one.md"
Opens = Callable[[Path, Emulator, TimeOfALife, str], AbstractContextManager[Shell]]
SHELLS: dict[str, Opens] = {"dynamic": dynamic, "plugin": plugin, "terraform": terraform}
TITLES = {
    "dynamic": "Python package",
    "plugin": "native plugin",
    "terraform": "Terraform, OpenTofu",
}
LIVES = {
    life.name: life
    for module in (
        lives_of_accounts,
        lives_of_drift,
        lives_of_rotations,
        lives_of_imports,
        lives_of_nested,
        lives_of_faults,
    )
    for life in module.LIVES
}


def lived() -> list[object]:
    """Return every life with every shell that has it."""
    return [
        pytest.param(life, shell, id=f"{shell}-{name}")
        for name, life in LIVES.items()
        for shell in SHELLS
        if (name, shell) not in DIFFERENT or DIFFERENT[name, shell].is_lived
    ]


@pytest.mark.parametrize(("life", "shell"), lived())
def test_a_life(life: Life, shell: str, tmp_path: Path) -> None:
    """Each step does and says what the data has for all, or what DIFFERENT has for one shell."""
    time, different = TimeOfALife(tmp_path / "time"), DIFFERENT.get((life.name, shell))
    with (
        Emulator(life.dialect) as emulator,
        SHELLS[shell](tmp_path, emulator, time, life.dialect) as opened,
    ):
        Living(life, opened, emulator, time, different).run()


def test_what_differs_is_a_step_of_a_life() -> None:
    """One that has gone, or has another name, is no difference any more."""
    for (name, shell), different in DIFFERENT.items():
        assert shell in SHELLS
        if not name.startswith(ALWAYS):
            assert set(different.steps) <= {step.name for step in LIVES[name].steps}
            assert different.steps or not different.is_lived


def test_the_document_names_what_differs_and_no_more() -> None:
    """Each reason once for its shell."""
    section = PAGE.read_text(encoding="utf-8").split("\n## What differs\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", section, re.MULTILINE)[1:]
    rows = [row for row in rows if "---" not in row]
    assert rows == list(
        dict.fromkeys((TITLES[shell], one.reason) for (_, shell), one in DIFFERENT.items())
    )
