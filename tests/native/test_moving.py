"""A stack of the dynamic provider moves to the plugin by the schema's alias."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.native.program import NativeStack
from tests.recorded.recording import FOLDER, Recording

PROJECTS = [{"projectId": 2001, "role": "analyst"}, {"projectId": 2002, "role": "consumer"}]
ROTATING = {
    "name": "bot",
    "role": "consumer",
    "validityPeriodHours": 2160,
    "earlyRenewalHours": 240,
    "overlapHours": 168,
    "projects": PROJECTS,
}
MOVED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "account-with-projects": (
        "ServiceAccount",
        "export",
        {
            "name": "bot",
            "role": "consumer",
            "expires": "2028-06-30T00:00:00Z",
            "projects": PROJECTS,
        },
    ),
    "rotating-in-overlap": ("RotatingServiceAccount", "export", ROTATING),
}
"""The kind, the name and the inputs of the resource in a recorded state."""


@pytest.mark.parametrize("recorded", MOVED)
def test_a_recorded_stack_moves_without_a_call(recorded: str, tmp_path: Path) -> None:
    """The first up makes none, keeps id and secret, and the next preview shows no change."""
    kind, name, props = MOVED[recorded]
    loaded = Recording.load(FOLDER / "0.1" / recorded)
    with loaded.emulator(tmp_path) as emulator:
        recording = loaded.at(emulator.base_url.removesuffix("/api/app"))
        stack = NativeStack(tmp_path / "stack", recording.environment_of(emulator))
        recording.configure(stack)
        recording.move(emulator, stack)
        stack.up()
        export = stack.state()
        export["deployment"]["resources"] = recording.export["deployment"]["resources"]
        stack.run("stack", "import", stdin=json.dumps(export))
        (before,) = (one for one in export["deployment"]["resources"] if "dynamic/" in one["type"])

        emulator.forget_calls()
        alias = f'pulumi.Alias(type_="pulumi-python:dynamic/mixpanel:{kind}")'
        stack.write(
            f'moved = Resource("{kind}", "{name}", {props!r}, pulumi.ResourceOptions(aliases=[{alias}]))\n'
            'pulumi.export("secret", moved.get("secret"))'
        )
        assert stack.steps() == {name: "update"}
        stack.up()
        assert emulator.calls() == []
        assert stack.steps() == {}
        after = stack.resources()[name]
        assert after["id"] == before["id"]
        assert "__provider" not in {**after["outputs"], **after["inputs"]}
        assert stack.outputs()["secret"] == json.loads(before["outputs"]["secret"]["plaintext"])
        stack.refresh()
        assert stack.steps() == {}
