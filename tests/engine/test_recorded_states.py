"""States that released versions left behind: each is read, previewed, updated and destroyed by this one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.engine.harness import Stack
from tests.recorded.recording import FOLDER, Recording, memberships_of, recordings

from mixpanel_service_accounts.emulator import Emulator

RECORDED = [pytest.param(path, id=str(path.relative_to(FOLDER))) for path in recordings()]


def import_state(recording: Recording, stack: Stack) -> None:
    """Import the recorded state, under the stack's own passphrase."""
    stack.up()
    export = stack.state()
    export["deployment"]["resources"] = recording.export["deployment"]["resources"]
    stack.run("stack", "import", stdin=json.dumps(export))


def outputs_of(export: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Take the outputs of this package's resources out of an export, by the resource's URN.

    Without `actual_role`: only lists tell it, and which account is read from a list, and which by its
    own route, depends on which of the host's threads comes first.
    """
    ours = [one for one in export["deployment"]["resources"] if "dynamic/mixpanel:" in one["type"]]
    return {
        one["urn"]: {key: value for key, value in one["outputs"].items() if key != "actual_role"}
        for one in ours
    }


def outputs_now(stack: Stack) -> dict[str, dict[str, Any]]:
    """Take the outputs out of the state, secrets in clear."""
    return outputs_of(json.loads(stack.run("stack", "export", "--show-secrets").stdout))


def numbers(emulator: Emulator) -> list[int]:
    """List the numbers of the accounts that are there."""
    return [row["id"] for row in emulator.state()["accounts"]]


@pytest.mark.parametrize("folder", RECORDED)
def test_a_recorded_stack_lives_on(folder: Path, tmp_path: Path) -> None:
    """Refresh changes no output, preview and update do what the version did that recorded it."""
    loaded = Recording.load(folder)
    with loaded.emulator(tmp_path) as emulator:
        recording = loaded.at(emulator.base_url.removesuffix("/api/app"))
        stack = Stack(tmp_path / "stack", recording.environment_of(emulator))
        recording.configure(stack)
        recording.move(emulator, stack)
        import_state(recording, stack)

        stack.refresh()
        for urn, outputs in outputs_of(recording.export).items():
            now = outputs_now(stack)[urn]
            assert {key: now.get(key) for key in outputs} == outputs
        assert "made-up-secret" not in str(stack.state())
        assert memberships_of(emulator) == recording.memberships
        assert numbers(emulator) == [row["id"] for row in recording.accounts]

        recording.write(stack)
        assert stack.steps() == recording.due
        recording.write_changed(stack)
        assert stack.steps() == recording.steps
        stack.up()
        assert memberships_of(emulator) == recording.memberships_after
        stack.up("--expect-no-changes")
        stack.destroy()
        assert numbers(emulator) == recording.accounts_left
