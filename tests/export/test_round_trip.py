"""An organization comes under Pulumi, on the real engine, without a change to it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import dill
import pytest
from tests.engine.harness import Stack
from tests.export.conftest import HOSTILE, UNFIT, Organization

from pulumi_mixpanel.dynamic.providers import PROVIDERS

OpenProject = Callable[[Organization, Path], Stack]


def seed(organization: Organization) -> dict[str, int]:
    """Make accounts as people do: roles, expiries, projects, odd names."""
    bulk = organization.dialect == "bulk"
    numbers = {
        "data-export": organization.add(
            "data-export",
            "consumer" if bulk else None,
            "2030-06-30T00:00:00Z" if bulk else None,
            {2001: "analyst", 2003: "admin"},
        ),
        "Data Export": organization.add("Data Export", projects={2002: "consumer"}),
    }
    for name in (*HOSTILE, *UNFIT):
        numbers[name] = organization.add(name)
    organization.emulator.grant(numbers["Data Export"], 2003, "admin", "team")
    return numbers


@pytest.mark.parametrize("organization", ["bulk", "nested"], indirect=True)
@pytest.mark.parametrize("form", ["--adopt", "--import"])
def test_a_round_trip_changes_nothing(
    organization: Organization, form: str, tmp_path: Path, open_project: OpenProject
) -> None:
    """Exported, taken over, previewed, refreshed; then without `adopt`, and a changed role in place."""
    numbers = seed(organization)
    before = organization.holds()
    organization.export(form, "--out", str(tmp_path / "out"))
    stack = open_project(organization, tmp_path / "out")
    organization.emulator.forget_calls()
    if form == "--adopt":
        assert set(stack.steps().values()) == {"create"}
        assert organization.emulator.calls() == []
        stack.up()
    else:
        stack.run(
            *("import", "--file", "import.json", "--protect=false", "--generate-code=false"),
            "--yes",
        )
        assert organization.emulator.calls() == []
    stack.preview("--expect-no-changes")
    stack.up("--expect-no-changes")
    stack.refresh("--expect-no-changes")
    assert organization.writes() == []
    assert organization.holds() == before
    assert not (stack.folder / "pwned").exists()

    held = {
        int(entry["id"]): entry["outputs"]
        for entry in stack.resources().values()
        if entry["type"].endswith(":ServiceAccount")
    }
    assert {number: outputs["name"] for number, outputs in held.items()} == {
        number: name for name, number in numbers.items() if name not in UNFIT
    }
    assert [outputs.get("secret") for outputs in held.values()] == [None] * len(held)

    lines = (stack.folder / "__main__.py").read_text().splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("    adopt=")]
    changed = "".join(kept).replace('"analyst"', '"consumer"')
    (stack.folder / "__main__.py").write_text(changed)
    resource = "data-export" if organization.dialect == "bulk" else "data-export-2001"
    assert stack.steps() == {resource: "update"}
    stack.up()
    grants = [
        (row["project"], row["role"])
        for row in organization.emulator.state()["memberships"]
        if row["account"] == numbers["data-export"]
    ]
    assert grants == [(2001, "consumer"), (2003, "admin")]


def test_the_secret_of_an_imported_account_can_be_given_later(
    bulk: Organization, tmp_path: Path, open_project: OpenProject
) -> None:
    """By whoever still has it, encrypted in state, without a call."""
    bulk.add("bot")
    bulk.export("--import", "--out", str(tmp_path / "out"))
    stack = open_project(bulk, tmp_path / "out")
    stack.run(
        *("import", "--file", "import.json", "--protect=false", "--generate-code=false", "--yes")
    )
    text = (stack.folder / "__main__.py").read_text()
    (stack.folder / "__main__.py").write_text(
        text.replace('name="bot",', 'name="bot", secret="kept in a vault",')
    )
    bulk.emulator.forget_calls()
    assert stack.steps() == {"bot": "update"}
    stack.up()
    assert bulk.writes() == []
    assert "ciphertext" in stack.resources()["bot"]["outputs"]["secret"]
    assert "kept in a vault" not in json.dumps(stack.state()) + "".join(stack.printed)


@pytest.mark.parametrize("organization", ["bulk", "nested"], indirect=True)
def test_the_provider_in_the_file_is_the_package_s_own(
    organization: Organization, tmp_path: Path
) -> None:
    """As the SDK pickles it, in inputs and outputs of each resource."""
    organization.add("bot", projects={2001: "analyst"})
    organization.export("--import", "--out", str(tmp_path))
    document = json.loads((tmp_path / "import.json").read_text())
    kinds = ["ServiceAccount"]
    if organization.dialect == "nested":
        kinds.append("ProjectMembership")
    assert [entry["type"] for entry in document["resources"]] == [
        f"pulumi-python:dynamic/mixpanel:{kind}" for kind in kinds
    ]
    for kind, entry in zip(kinds, document["resources"], strict=True):
        assert entry["inputs"]["__provider"] == entry["outputs"]["__provider"]
        loaded = dill.loads(base64.b64decode(entry["inputs"]["__provider"]))  # noqa: S301 (our own)
        assert type(loaded) is PROVIDERS[kind]
