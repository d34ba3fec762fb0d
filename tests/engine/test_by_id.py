"""`ResourceOptions(id=…)`: what is there is read by its id, and never managed."""

from __future__ import annotations

import pytest
from tests.engine.harness import Stack

from mixpanel_service_accounts.emulator import Emulator

PROGRAM = """
    def by_id(id):
        return pulumi.ResourceOptions(id=id)

    account = ServiceAccount("account", opts=by_id("{number}"))
    member = ProjectMembership("member", service_account_id={number}, project_id=2001, role="consumer",
                               opts=by_id("1001/{number}/2001"))
    pulumi.export("account", [account.service_account_id, account.username, account.secret])
    pulumi.export("role", member.role)
"""  # fmt: skip


def test_what_is_there_is_read_and_left_alone(emulator: Emulator, stack: Stack) -> None:
    """Its name was never asked for, so it is no drift; destroy leaves it."""
    emulator.reset(accounts=1)
    row = next(a for a in emulator.state()["accounts"] if a["name"] == "seeded-00000")
    emulator.grant(row["id"], 2001, "analyst")
    stack.write(PROGRAM.format(number=row["id"]))
    assert "warning" not in stack.up().text
    assert stack.outputs() == {"account": [row["id"], row["username"], None], "role": "analyst"}
    stack.refresh()
    stack.destroy()
    assert row in emulator.state()["accounts"]


@pytest.mark.parametrize(
    ("resource", "message"),
    [
        (
            'ServiceAccount("a", opts=pulumi.ResourceOptions(id="bot"))',
            "Reading ServiceAccount bot: The id of a service account is its number, such as 5001; 'bot' "
            "was given.",
        ),
        (
            'ServiceAccount("a", opts=pulumi.ResourceOptions(id="7"))',
            "Reading ServiceAccount 7: service account 7 was not found in organization 1001 at {}, so "
            "there is nothing to read by that id.",
        ),
        (
            'ProjectMembership("m", service_account_id=5001, project_id=2001, role="admin", '
            'opts=pulumi.ResourceOptions(id="5001/2001"))',
            "Reading ProjectMembership 5001/2001: The id of a project membership is "
            "organization/service account/project, three numbers such as 1001/5001/2001; '5001/2001' "
            "was given.",
        ),
        (
            'ProjectMembership("m", service_account_id=7, project_id=2001, role="admin", '
            'opts=pulumi.ResourceOptions(id="1001/7/2001"))',
            "Reading ProjectMembership 1001/7/2001: membership 1001/7/2001 was not found in organization "
            "1001 at {}, so there is nothing to read by that id.",
        ),
    ],
)  # fmt: skip
def test_what_is_not_there_cannot_be_read(
    emulator: Emulator, stack: Stack, resource: str, message: str
) -> None:
    """An empty answer would give the program outputs of nothing."""
    stack.write(resource)
    assert message.format(emulator.base_url) in stack.preview(fails=True).line
