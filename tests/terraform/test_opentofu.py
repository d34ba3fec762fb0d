"""What only OpenTofu has: an encrypted state. Collected if OpenTofu is the CLI that is tested."""

from __future__ import annotations

import json
import re
from pathlib import Path

from click.testing import CliRunner
from tests.terraform.cli import ROOT, Workspace
from tests.terraform.test_accounts import ACCOUNT, EXPORTER, accounts

from mixpanel_service_accounts.cli import main
from mixpanel_service_accounts.emulator import Emulator

GUIDE = ROOT / "docs" / "terraform" / "guide.md"


def encryption() -> str:
    """Return the configuration of the encryption that the guide shows."""
    blocks: list[str] = re.findall(
        r"```hcl\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL
    )
    (shown,) = [one for one in blocks if "encryption {" in one]
    return shown


def test_an_encrypted_state_and_plan_hold_no_secret(real: Workspace, emulator: Emulator) -> None:
    """With what the guide shows: both files are written, read back, and show nothing."""
    real.env["TF_VAR_state_passphrase"] = "a passphrase of the test"
    real.write(encryption() + EXPORTER)
    real.run("plan", "-no-color", "-out=planned")
    real.run("apply", "-no-color", "planned")
    secret = accounts(emulator)["exporter"]["secret"]
    state = (real.folder / "terraform.tfstate").read_text()
    assert "encrypted_data" in state
    real.run("plan", "-no-color", "-out=planned", "-destroy")
    for file in (real.folder / "terraform.tfstate", real.folder / "planned"):
        content = file.read_bytes()
        assert secret.encode() not in content
        assert b"exporter" not in content
    assert secret in real.run("show", "-json")
    assert real.is_settled()
    assert ACCOUNT in real.run("state", "list")


def test_an_encrypted_state_is_read_once_it_is_pulled(
    real: Workspace, emulator: Emulator, tmp_path: Path
) -> None:
    """The file itself is refused in one sentence that says so."""
    real.env["TF_VAR_state_passphrase"] = "a passphrase of the test"
    real.apply(encryption() + EXPORTER)
    file = real.folder / "terraform.tfstate"
    refused = CliRunner().invoke(main, ["report", "--stack", str(file)])
    assert refused.stderr == (
        f"Error: {file}: The state is encrypted, and only OpenTofu with its key can read it: give "
        "what `tofu state pull` prints.\n"
    )
    pulled = tmp_path / "pulled.tfstate"
    pulled.write_text(real.run("state", "pull"))
    found = CliRunner().invoke(
        main, ["report", "--stack", str(pulled), "--json"], env=dict(emulator.env)
    )
    shown = {one["name"]: one["findings"] for one in json.loads(found.stdout)["accounts"]}
    assert "unmanaged" not in shown["exporter"]
    assert "unmanaged" in shown["emulator-login"]
