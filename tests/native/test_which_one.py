"""Each way of docs/which-one.md makes its first account, on the real engine or CLI.

The Python program runs with the documents' others.
"""

from __future__ import annotations

import re
from pathlib import Path

from tests.engine.harness import Stack
from tests.needs import needed
from tests.terraform.cli import Workspace, overriding
from tools.engine.hosts import find_or_build

from mixpanel_service_accounts.emulator import Emulator

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "which-one.md").read_text()


def block(language: str) -> str:
    """Return the only block of a language on the page."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    assert isinstance(found, str)
    return found


def names(emulator: Emulator) -> list[str]:
    """Return the names of the accounts that were made."""
    return [one["name"] for one in emulator.state()["accounts"] if not one["login"]]


def test_yaml(tmp_path: Path, emulator: Emulator) -> None:
    """Named by the stack and the resource."""
    find_or_build("yaml", Path(needed("pulumi", how="script/bootstrap")).parent)
    stack = Stack(tmp_path / "stack", emulator.env)
    (stack.folder / "Pulumi.yaml").write_text("name: tested\nruntime: yaml\n" + block("yaml"))
    stack.up()
    assert names(emulator) == ["dev-data-export"]
    stack.destroy()
    assert names(emulator) == []


def test_terraform(tmp_path: Path, emulator: Emulator) -> None:
    """By the console script."""
    folder = tmp_path / "bin"
    folder.mkdir()
    name = "terraform-provider-mixpanel"
    (folder / name).symlink_to(needed(name, how="pip install this package"))
    workspace = Workspace(tmp_path / "configuration", {**overriding(folder), **emulator.env})
    assert "1 added, 0 changed, 0 destroyed" in workspace.apply(block("hcl"))
    assert names(emulator) == ["data-export"]
