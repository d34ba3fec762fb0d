"""Every recorded stack of the dynamic provider moves to the plugin by the schema's alias."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from tests.engine.test_life import writes
from tests.engine.test_recorded_states import import_state, numbers
from tests.native.attached import FunctionStack, attached
from tests.native.moved_program import DYNAMIC, MovedProgram
from tests.recorded.recording import FOLDER, Recording, memberships_of, recordings

from mixpanel_service_accounts.api.clock import SYSTEM_CLOCK
from pulumi_mixpanel.plugin.kinds import KINDS
from pulumi_mixpanel.plugin.property_names import outward
from pulumi_mixpanel.plugin.wire_values import SecretValue

RECORDED = [pytest.param(path, id=str(path.relative_to(FOLDER))) for path in recordings()]
SECRETS = ("secret", "previous_secret")


def outputs_before(recording: Recording) -> dict[str, dict[str, Any]]:
    """Return what each resource's outputs have to be after the move, by its name."""
    found = {}
    for entry in recording.export["deployment"]["resources"]:
        if entry["type"].startswith(DYNAMIC):
            state = KINDS[f"mixpanel:index:{entry['type'].removeprefix(DYNAMIC)}"].rules.State
            stored = {key: in_clear(value) for key, value in entry["outputs"].items()}
            spelled = outward(state, stored)
            found[entry["urn"].rpartition("::")[2]] = {
                key: value.value if isinstance(value, SecretValue) else value
                for key, value in spelled.items()
                if key != "adopt"
            }
    return found


def in_clear(value: Any) -> Any:  # noqa: ANN401 (outputs are of any type)
    """Return a value of an export; a secret without its mark."""
    is_secret = isinstance(value, Mapping) and "plaintext" in value
    return json.loads(value["plaintext"]) if is_secret else value


def outputs_now(stack: FunctionStack) -> dict[str, dict[str, Any]]:
    """Return the outputs in the state, secrets in clear."""
    export = json.loads(stack.run("stack", "export", "--show-secrets").stdout)
    return {
        entry["urn"].rpartition("::")[2]: {
            key: in_clear(value) for key, value in entry["outputs"].items()
        }
        for entry in export["deployment"]["resources"]
        if entry["type"].startswith("mixpanel:")
    }


@pytest.mark.parametrize("folder", RECORDED)
def test_a_recorded_stack_moves(folder: Path, tmp_path: Path) -> None:
    """The first up makes no call but for steps that were due; ids, outputs and secrets stay.

    The next preview is clean, a refresh changes nothing, and later changes and the end are those of
    the version that recorded the stack.
    """
    loaded = Recording.load(folder)
    now = datetime.strptime(loaded.now, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    clock = replace(SYSTEM_CLOCK, now=lambda: now)
    with loaded.emulator(tmp_path) as emulator:
        recording = loaded.at(emulator.base_url.removesuffix("/api/app"))
        emulator.clock(recording.now)
        with attached(recording.environment_of(emulator), clock) as port:
            environment = {"PULUMI_DEBUG_PROVIDERS": f"mixpanel:{port}"}
            stack = FunctionStack(tmp_path / "stack", environment)
            stack.watch(emulator)
            recording.configure(stack)
            import_state(recording, stack)
            before = stack.state()["deployment"]["resources"]
            ids = {
                one["urn"].rpartition("::")[2]: one["id"]
                for one in before
                if one["type"].startswith(DYNAMIC)
            }

            program = MovedProgram(recording.export)
            stack.program = program
            assert stack.steps() == {**dict.fromkeys(ids, "update"), **provider_steps(recording)}
            emulator.forget_calls()
            stack.up()
            assert {call.split()[0] for call in writes(emulator)} == (
                {"DELETE"} if recording.due else set()
            )
            if not recording.due:
                assert emulator.calls() == []
                assert outputs_now(stack) == outputs_before(recording)
            after = stack.resources()
            assert {name: one["id"] for name, one in after.items()} == ids
            assert not any(
                "__provider" in {**one["outputs"], **one["inputs"]} for one in after.values()
            )
            assert DYNAMIC not in str(stack.state())
            assert stack.planned() == []
            stack.refresh()
            assert stack.planned() == []

            program.change = spelled_change(recording)
            stack.up()
            assert memberships_of(emulator) == recording.memberships_after
            assert stack.planned() == []
            stack.destroy()
            assert numbers(emulator) == recording.accounts_left
            stack.search_files()


def provider_steps(recording: Recording) -> dict[str, str]:
    """Return the step of the explicit provider, if there is one: its type changes."""
    names = [
        one["urn"].rpartition("::")[2]
        for one in recording.export["deployment"]["resources"]
        if one["type"] == "pulumi:providers:pulumi-python"
    ]
    return {name: "update" for name in names if name != "default"}


def spelled_change(recording: Recording) -> tuple[str, str]:
    """Return the recorded change of the program, as the plugin's program spells it."""
    old, new = recording.changed
    if old.startswith('"') and "projects" not in new:
        return old, new
    return '"name": "bot"', f'"name": "bot", "projects": {PROJECTS}'


PROJECTS = '[{"projectId": 2001, "role": "analyst"}, {"projectId": 2002, "role": "consumer"}]'
