"""What the CLI does with addresses of resources: modules, keys, moves, targets, replacements."""

from __future__ import annotations

from tests.terraform.cli import Workspace
from tests.terraform.test_accounts import accounts, calls

from mixpanel_service_accounts.emulator import Emulator

MODULE = """
terraform {
  required_providers {
    mixpanel = { source = "mixpanel/mixpanel" }
  }
}
variable "names" { type = set(string) }
resource "mixpanel_service_account" "exporter" {
  for_each = var.names
  name     = each.key
}
output "usernames" { value = [for one in mixpanel_service_account.exporter : one.username] }
"""


def test_a_module_makes_an_account_a_key(real: Workspace, emulator: Emulator) -> None:
    """Of which one can be the target, and one be replaced."""
    module = real.folder / "exporters"
    module.mkdir()
    (module / "main.tf").write_text(MODULE)
    real.write('module "exporters" {\n  source = "./exporters"\n  names = ["a", "b"]\n}\n')
    real.run("init", "-no-color")
    first = 'module.exporters.mixpanel_service_account.exporter["a"]'
    assert "1 added" in real.apply(None, f"-target={first}")
    assert list(accounts(emulator)) == ["a"]
    assert "1 added" in real.apply()
    before = accounts(emulator)
    assert "1 added, 0 changed, 1 destroyed" in real.apply(None, f"-replace={first}")
    after = accounts(emulator)
    assert before["a"]["id"] != after["a"]["id"]
    assert before["b"] == after["b"]


def test_a_moved_address_makes_no_call(real: Workspace, emulator: Emulator) -> None:
    """The resource is the same by another name."""
    real.apply('resource "mixpanel_service_account" "old" { name = "exporter" }\n')
    calls(emulator)
    shown = real.apply(
        'resource "mixpanel_service_account" "new" { name = "exporter" }\n'
        "moved {\n  from = mixpanel_service_account.old\n  to = mixpanel_service_account.new\n}\n"
    )
    assert "0 added, 0 changed, 0 destroyed" in shown
    assert calls(emulator) == ["GET /service-accounts/5003"]
    assert list(real.state()) == ["mixpanel_service_account.new"]
