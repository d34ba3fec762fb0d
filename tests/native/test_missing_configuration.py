"""What is missing in a configuration is named with all its places, in no language's own words."""

from __future__ import annotations

from tests.native.attached import FunctionStack
from tests.native.monitor import Program

from mixpanel_service_accounts.emulator import Emulator


def account(program: Program) -> None:
    """Register one account."""
    program.add("ServiceAccount", "bot", {"name": "bot"})


def test_a_missing_login_is_told_with_its_places(
    started: FunctionStack, emulator: Emulator
) -> None:
    """At the first call, and not before."""
    started.env = {"MIXPANEL_BASE_URL": emulator.base_url, "MIXPANEL_ORGANIZATION_ID": "1001"}
    started.program = account
    assert started.planned() != []
    assert (
        "Creating a ServiceAccount: Mixpanel credentials are missing. Give a username and a secret, both "
        "in one of: the arguments username and secret of an explicit provider; the environment variables "
        "MIXPANEL_SERVICE_ACCOUNT_USERNAME and MIXPANEL_SERVICE_ACCOUNT_SECRET; or the stack's "
        "configuration: pulumi config set mixpanel:username …, pulumi config set --secret mixpanel:secret."
    ) in started.up(fails=True).line


def test_a_missing_organization_is_told_with_its_places(
    started: FunctionStack, emulator: Emulator
) -> None:
    """If `/me` names more than one."""
    started.env = {k: v for k, v in emulator.env.items() if k != "MIXPANEL_ORGANIZATION_ID"}
    emulator.faults([{"kind": "switch", "name": "me", "value": "two"}])
    started.program = account
    assert (
        "The organization is missing, and the login belongs to 2. Give its number in one of: the input "
        "organizationId; the argument organizationId of an explicit provider; the environment variable "
        "MIXPANEL_ORGANIZATION_ID; or the stack's configuration: pulumi config set "
        "mixpanel:organizationId …."
    ) in started.up(fails=True).line
