"""What only OpenTofu has: an encrypted state. Collected if OpenTofu is the CLI that is tested."""

from __future__ import annotations

import re

from tests.terraform.cli import ROOT, Workspace
from tests.terraform.test_accounts import ACCOUNT, EXPORTER, accounts

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
