"""What a stack with resources of the plugin and of the dynamic provider holds is known to all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.engine.test_faults import CREATES, end_session, start_up, wait_for
from tests.native.by_hand import make
from tests.native.program import NativeStack

from mixpanel_service_accounts.cli import main
from mixpanel_service_accounts.emulator import Emulator

BOTH = """
import pulumi_mixpanel

Resource("ServiceAccount", "native", {"name": "native"})
Resource("RotatingServiceAccount", "turning",
         {"name": "turning", "validityPeriodHours": 720, "overlapHours": 24,
          "rotateWhenChanged": {"signingKey": "1"}})
pulumi_mixpanel.ServiceAccount("dynamic", name="dynamic")
"""


@pytest.fixture(autouse=True)
def _environment(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    for key, value in emulator.env.items():
        monkeypatch.setenv(key, value)


def report(*arguments: str) -> tuple[int, str]:
    """Run the command; returns its exit status and what it printed."""
    shown = CliRunner().invoke(main, ["report", *arguments])
    return shown.exit_code, shown.stdout


def export(native: NativeStack, file: Path) -> str:
    """Write an export of the stack into a file."""
    file.write_text(json.dumps(native.state()))
    return str(file)


def unmanaged(file: str) -> list[str]:
    """Return the names of the accounts that no resource of a state manages."""
    _, printed = report("--stack", file, "--json")
    accounts: list[dict[str, Any]] = json.loads(printed)["accounts"]
    return [one["name"] for one in accounts if not one["own_login"] and not one["managed"]]


def test_the_report_knows_what_either_provider_holds(
    native: NativeStack, emulator: Emulator, tmp_path: Path
) -> None:
    """Also both accounts of a rotation; one made by hand is managed by nothing, and no orphan."""
    native.write(BOTH)
    native.up()
    native.write(BOTH.replace('"1"', '"2"'))
    native.up()
    make(emulator, "stray")
    assert len(emulator.state()["accounts"]) == 2 + 5
    file = export(native, tmp_path / "export.json")
    assert unmanaged(file) == ["stray"]
    assert report("--orphans", file) == (0, "")


def test_a_killed_rotation_of_the_plugin_is_certain(
    native: NativeStack, emulator: Emulator, tmp_path: Path
) -> None:
    """By the operation that is pending in the state."""
    native.write(BOTH)
    native.up()
    before = {row["id"] for row in emulator.state()["accounts"]}
    emulator.faults([{**CREATES, "kind": "latency", "seconds": 2, "times": 1}])
    process = start_up(emulator, native, BOTH.replace('"1"', '"2"'))
    process.kill()
    wait_for(lambda: len(emulator.state()["accounts"]) == len(before) + 1)
    end_session(process)
    (orphan,) = {row["id"] for row in emulator.state()["accounts"]} - before
    native.run("cancel", "--yes")
    status, printed = report("--orphans", export(native, tmp_path / "killed.json"))
    assert (status, printed.split("\t")[:2]) == (3, [str(orphan), "certain"])


def test_adopting_what_the_plugin_holds_is_refused(native: NativeStack, emulator: Emulator) -> None:
    """By the dynamic provider's `adopt`, which asks the stack's state."""
    native.write(BOTH)
    native.up()
    number = native.resources()["native"]["outputs"]["serviceAccountId"]
    native.write(f'{BOTH}\npulumi_mixpanel.ServiceAccount("heir", name="native", adopt={number})')
    refused = native.up(fails=True)
    assert (
        f"service account {number} is in the state of this stack already, held by ServiceAccount "
        "'native': adopt= would take over the very account that is being replaced"
    ) in refused.line
