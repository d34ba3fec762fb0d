"""What a killed rotation and a dead provider process leave behind is listed, and never as `none`."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.engine.harness import Stack
from tests.engine.test_faults import CREATES, end_session, start_up, wait_for
from tests.engine.test_life import made

from mixpanel_service_accounts.cli import main
from mixpanel_service_accounts.emulator import Emulator

ROTATING = "RotatingServiceAccount('export', name='bot', validity_period_hours=720, overlap_hours=24, rotate_when_changed={{'n': '{}'}})"


@pytest.fixture(autouse=True)
def _environment(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    for key, value in emulator.env.items():
        monkeypatch.setenv(key, value)


def accounts(emulator: Emulator) -> list[dict[str, Any]]:
    """Return the accounts that are no login, the oldest first."""
    return [row for row in emulator.state()["accounts"] if not row["login"]]


def export(stack: Stack, file: Path, *, time: str = "") -> str:
    """Write an export of the stack into a file, written at another time if one is given."""
    state = stack.state()
    if time:
        state["deployment"]["manifest"]["time"] = time
    file.write_text(json.dumps(state))
    return str(file)


def orphans(*exports: str) -> tuple[int, list[list[str]]]:
    """Return exit status, and number and class of each orphan."""
    shown = CliRunner().invoke(main, ["report", "--orphans", *exports])
    return shown.exit_code, [line.split("\t")[:2] for line in shown.stdout.splitlines()]


def kill_host(process: subprocess.Popen[str]) -> None:
    """Kill the dynamic providers' process alone."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError):
            session = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[3])
            command = (folder / "cmdline").read_text()
            if session == process.pid and "pulumi.dynamic" in command:
                os.kill(int(folder.name), signal.SIGKILL)


def test_a_killed_rotation_is_certain_and_after_the_next_up_possible(
    emulator: Emulator, stack: Stack, tmp_path: Path
) -> None:
    """The new account of the rotation that never ended, and no other."""
    stack.write(ROTATING.format(1))
    stack.up()
    emulator.faults([{**CREATES, "kind": "latency", "seconds": 2, "times": 1}])
    process = start_up(emulator, stack, ROTATING.format(2))
    process.kill()
    wait_for(lambda: len(accounts(emulator)) == 2)
    end_session(process)
    orphan = str(accounts(emulator)[-1]["id"])
    stack.run("cancel", "--yes")
    assert orphans(export(stack, tmp_path / "killed.json")) == (3, [[orphan, "certain"]])
    stack.up("--refresh")
    assert len(accounts(emulator)) == 3
    later = export(stack, tmp_path / "later.json", time="2999-01-01T00:00:00Z")
    assert orphans(later) == (3, [[orphan, "possible"]])


def test_what_a_dead_host_leaves_is_listed_after_the_next_up(
    emulator: Emulator, stack: Stack, tmp_path: Path
) -> None:
    """The engine lives on, so nothing is pending: only the name speaks for it, and only later."""
    emulator.faults([{**CREATES, "kind": "interim", "seconds": 5, "times": 1}])
    process = start_up(emulator, stack)
    wait_for(lambda: made(emulator) == ["bot"])
    kill_host(process)
    process.communicate(timeout=60)
    orphan = str(accounts(emulator)[0]["id"])
    assert "perhaps left behind by a killed run" in stack.up().line
    assert orphans(export(stack, tmp_path / "now.json")) == (4, [[orphan, "too young to tell"]])
    later = export(stack, tmp_path / "later.json", time="2999-01-01T00:00:00Z")
    assert orphans(later) == (3, [[orphan, "possible"]])
