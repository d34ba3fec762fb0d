"""An organization comes under Terraform or OpenTofu, on the CLI, without a change to it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.export.conftest import HOSTILE, UNFIT, Organization
from tests.terraform.cli import Workspace, overriding


@pytest.fixture
def cli(tmp_path: Path) -> Workspace:
    """Return a workspace whose CLI starts the console script of the environment."""
    folder = tmp_path / "bin"
    folder.mkdir()
    command = Path(sys.executable).parent / "terraform-provider-mixpanel"
    (folder / command.name).symlink_to(command)
    return Workspace(tmp_path / "configuration", overriding(folder))


def seed(organization: Organization) -> None:
    """Make accounts as people do: roles, expiries, projects, odd names."""
    if organization.dialect == "bulk":
        both = {2001: "analyst", 2003: "admin"}
        organization.add("data-export", "consumer", "2030-06-30T00:00:00Z", both)
        organization.add("data-export", "admin", None, {2001: "consumer"})
        organization.add("2fa", "analyst")
    else:
        organization.add("data-export", projects={2001: "analyst", 2003: "admin"})
    for name in HOSTILE:
        organization.add(name, projects={2002: "analyst"})


@pytest.mark.parametrize("organization", ["bulk", "nested"], indirect=True)
def test_an_applied_export_changes_nothing(
    organization: Organization, cli: Workspace, tmp_path: Path
) -> None:
    """It imports; a plan has nothing to do then, also without the import blocks."""
    seed(organization)
    organization.run("--terraform", "--out", str(cli.folder))
    cli.env.update(organization.emulator.env)
    before = organization.holds()
    organization.emulator.forget_calls()
    shown = cli.run("apply", "-auto-approve", "-no-color")
    assert "0 added, 0 changed, 0 destroyed" in shown
    assert "Warning: mixpanel" not in shown
    there = len(organization.emulator.state()["accounts"]) - 2
    assert len([one for one in cli.state() if "service_account." in one]) == there
    assert "No changes." in cli.run("plan", "-detailed-exitcode", "-no-color")
    file = cli.folder / "main.tf"
    cli.run("fmt", "-check", "-diff")
    blocks = file.read_text(encoding="utf-8").split("\n\n")
    kept = [one for one in blocks if not one.startswith("import {")]
    assert len(kept) < len(blocks)
    file.write_text("\n\n".join(kept), encoding="utf-8")
    assert "No changes." in cli.run("plan", "-detailed-exitcode", "-no-color")
    assert organization.writes() == []
    assert organization.holds() == before


def test_what_cannot_be_a_resource_is_a_comment(bulk: Organization, cli: Workspace) -> None:
    """The own login, what has expired, and names that the provider or the CLI would change."""
    for name in UNFIT:
        bulk.add(name)
    bulk.add("Cafe\u0301")
    text = bulk.export("--terraform")
    assert "# Left out, for this is the login that the export was made with." in text
    assert "# Left out, for its name or role is not in Unicode's normal form C" in text
    code = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert [line for line in code if line.startswith(("resource", "import"))] == []
    cli.env.update(bulk.emulator.env)
    (cli.folder / "main.tf").write_text(text, encoding="utf-8")
    assert "No changes." in cli.run("plan", "-detailed-exitcode", "-no-color")


def test_what_it_writes(bulk: Organization, tmp_path: Path) -> None:
    """To stdout, and into a folder, in the same bytes each time."""
    number = bulk.add("data-export", "consumer", "2030-06-30T00:00:00Z", {2001: "analyst"})
    text = bulk.export("--terraform")
    assert text.endswith(
        f"""import {{
  to = mixpanel_service_account.data-export
  id = "1001/{number}"
}}

resource "mixpanel_service_account" "data-export" {{
  name    = "data-export"
  role    = "consumer"
  expires = "2030-06-30T00:00:00Z"

  lifecycle {{
    create_before_destroy = true
  }}
}}

import {{
  to = mixpanel_project_membership.data-export-2001
  id = "1001/{number}/2001"
}}

resource "mixpanel_project_membership" "data-export-2001" {{
  service_account_id = mixpanel_service_account.data-export.service_account_id
  project_id         = 2001
  role               = "analyst"
}}
"""
    )
    folder = tmp_path / "out"
    written = bulk.run("--terraform", "--out", str(folder))
    assert f"1 account, 1 membership in {folder}\n" in written.stderr
    assert written.stderr.endswith("next: terraform apply, or tofu apply\n")
    assert (folder / "main.tf").read_text(encoding="utf-8") == text
    assert [one.name for one in folder.iterdir()] == ["main.tf"]


@pytest.mark.parametrize("option", ["--adopt", "--import"])
def test_options_of_pulumi_are_refused(bulk: Organization, option: str) -> None:
    """An import block does both."""
    answer = bulk.run("--terraform", option)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "--adopt and --import are for Pulumi, and --terraform is not." in answer.stderr
