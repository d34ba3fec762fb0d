"""An organization comes under the native plugin by `export --native`, without a change to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.engine.harness import Stack
from tests.export.conftest import Organization, bulk, open_project, organization
from tests.export.test_round_trip import seed
from tests.needs import needed
from tools.engine.hosts import find_or_build

__all__ = ["bulk", "open_project", "organization"]


@pytest.mark.parametrize("organization", ["bulk", "nested"], indirect=True)
def test_a_round_trip_changes_nothing(
    organization: Organization,
    tmp_path: Path,
    open_project: Callable[[Organization, Path], Stack],
) -> None:
    """Exported, imported, previewed, refreshed, by the host of YAML; then a role changes in place."""
    find_or_build("yaml", Path(needed("pulumi", how="script/bootstrap")).parent)
    numbers = seed(organization)
    organization.add("pulumi", projects={2001: "analyst"})
    organization.add("007", projects={2001: "analyst"})
    before = organization.holds()
    organization.export("--native", "--out", str(tmp_path / "out"))
    assert {file.name for file in (tmp_path / "out").iterdir()} == {"Pulumi.yaml", "import.json"}
    stack = open_project(organization, tmp_path / "out")
    organization.emulator.forget_calls()
    imported = ("import", "--file", "import.json", "--protect=false", "--generate-code=false")
    stack.run(*imported, "--yes")
    assert organization.emulator.calls() == []
    stack.preview("--expect-no-changes")
    stack.up("--expect-no-changes")
    stack.refresh("--expect-no-changes")
    assert organization.writes() == []
    assert organization.holds() == before

    text = (stack.folder / "Pulumi.yaml").read_text()
    (stack.folder / "Pulumi.yaml").write_text(text.replace('"admin"', '"consumer"'))
    changed = "data-export" if organization.dialect == "bulk" else "data-export-2003"
    assert stack.steps() == {changed: "update"}
    stack.up()
    grants = {
        (row["project"], row["role"])
        for row in organization.emulator.state()["memberships"]
        if row["account"] == numbers["data-export"]
    }
    assert grants == {(2001, "analyst"), (2003, "consumer")}


def test_the_program_alone_is_refused(bulk: Organization) -> None:
    """It would make every account a second time."""
    answer = bulk.run("--native")
    assert answer.returncode == 2
    assert "--native writes files that go together: say where with --out DIR." in answer.stderr


def test_texts_of_others_stay_texts_in_yaml(bulk: Organization, tmp_path: Path) -> None:
    """An interpolation, quotes, and what is no ASCII."""
    bulk.add('${x.y} "$HOME"\\ 🦊')
    bulk.export("--native", "--out", str(tmp_path / "out"))
    text = (tmp_path / "out" / "Pulumi.yaml").read_text()
    assert '      name: "$${x.y} \\"$$HOME\\"\\\\ \\U0001f98a"\n' in text
