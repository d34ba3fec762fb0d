"""A stack made with one version of the package is refreshed and destroyed by the next."""

from __future__ import annotations

import json

import pytest
from tests.engine.harness import Stack
from tests.unit.test_pickles import RECORDED

from mixpanel_service_accounts.emulator import Emulator


@pytest.mark.parametrize("protocol", [4, 5])
def test_a_stack_of_recorded_pickles_is_refreshed_and_destroyed(
    emulator: Emulator, stack: Stack, protocol: int
) -> None:
    """Without the program: what stands in the outputs is all that refresh and destroy have."""
    stack.write("""
        bot = ServiceAccount("export", name="bot")
        ProjectMembership("web", service_account=bot, project_id=2001, role="analyst")
    """)
    stack.up()
    deployment = stack.state()
    for resource in deployment["deployment"]["resources"]:
        for side in ("inputs", "outputs"):
            if "__provider" in resource.get(side, {}):
                kind = resource["type"].rsplit(":", 1)[1]
                resource[side]["__provider"] = RECORDED[kind, protocol]
    stack.write("raise SystemExit('broken')")
    stack.run("stack", "import", stdin=json.dumps(deployment))
    stack.refresh()
    assert list(stack.resources()) == ["export", "web"]
    stack.destroy()
    assert [row["name"] for row in emulator.state()["accounts"] if not row["login"]] == []
