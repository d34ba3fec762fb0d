"""The provider comes out of a filesystem mirror by `init`, without a network, and stays what the lock file says."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.terraform.cli import Workspace
from tests.terraform.test_accounts import accounts, grants
from tools.release.contents import VERSION

from mixpanel_service_accounts.emulator import Emulator

ROOT = Path(__file__).resolve().parents[2]
QUICKSTART = ROOT / "examples" / "terraform" / "quickstart"


def setting_of_the_guide() -> str:
    """Return the CLI's configuration that the guide shows for a mirror."""
    guide = (ROOT / "docs" / "terraform" / "guide.md").read_text()
    section = guide.split("\n## Installing it from a mirror\n")[1]
    return section.split("```hcl\n")[1].split("```")[0]


@pytest.fixture
def installing(tmp_path: Path, mirror: Path, emulator: Emulator) -> Workspace:
    """Return a workspace whose CLI has the mirror, and nowhere else to look."""
    settings = tmp_path / "settings.tfrc"
    settings.write_text(setting_of_the_guide().replace("/path/to/mirror", str(mirror)))
    env = {"TF_CLI_CONFIG_FILE": str(settings), "TF_VAR_project_id": "2001", **emulator.env}
    found = Workspace(tmp_path / "configuration", env)
    shutil.copytree(QUICKSTART, found.folder, dirs_exist_ok=True)
    return found


def test_the_quickstart_runs_with_what_init_installed(
    installing: Workspace, emulator: Emulator
) -> None:
    """Install, apply, no change, destroy; the lock file stands all of it, and a second `init`."""
    shown = installing.run("init", "-no-color")
    assert f"Installed mixpanel/mixpanel v{VERSION}" in shown
    lock = installing.folder / ".terraform.lock.hcl"
    locked = lock.read_text()
    assert f'version = "{VERSION}"' in locked
    assert "2 added, 0 changed, 0 destroyed" in installing.apply()
    account = accounts(emulator)["data-export"]
    assert grants(emulator, account["id"]) == {2001: "analyst"}
    assert installing.run("output", "-raw", "secret") == account["secret"]
    assert installing.is_settled()
    shutil.rmtree(installing.folder / ".terraform")
    installing.run("init", "-lockfile=readonly", "-no-color")
    assert "2 destroyed" in installing.run("destroy", "-auto-approve", "-no-color")
    assert lock.read_text() == locked
    assert accounts(emulator) == {}


def test_a_changed_library_is_refused(installing: Workspace) -> None:
    """The lock file's hash covers every file of the package."""
    installing.run("init", "-no-color")
    (start,) = (installing.folder / ".terraform").rglob("start.py")
    start.write_text(start.read_text() + "\n")
    shown = installing.run("plan", "-no-color", fails=True)
    assert "does not match any of the checksums recorded in the dependency lock file" in shown
