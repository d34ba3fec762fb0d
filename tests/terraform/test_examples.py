"""Every example configuration, on the real CLI against the emulator."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.terraform.cli import Workspace
from tests.terraform.test_accounts import accounts, grants

from mixpanel_service_accounts.emulator import Emulator

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "terraform"


def test_the_quickstart_runs(started: Workspace, emulator: Emulator) -> None:
    """As it stands: create, no change, another expiry with the old login until the end, destroy."""
    shutil.copytree(EXAMPLES / "quickstart", started.folder, dirs_exist_ok=True)
    started.env["TF_VAR_project_id"] = "2001"
    assert "2 added, 0 changed, 0 destroyed" in started.apply()
    first = accounts(emulator)["data-export"]
    assert grants(emulator, first["id"]) == {2001: "analyst"}
    assert started.run("output", "-raw", "secret") == first["secret"]
    assert started.is_settled()
    main = started.folder / "main.tf"
    main.write_text(main.read_text().replace("2030-06-30", "2031-06-30"))
    assert "2 added, 0 changed, 2 destroyed" in started.apply()
    assert list(accounts(emulator)) == ["data-export"]
    assert accounts(emulator)["data-export"]["id"] != first["id"]
    assert "2 destroyed" in started.run("destroy", "-auto-approve", "-no-color")
