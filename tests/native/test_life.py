"""The life of an account under the native plugin, on the real engine."""

from __future__ import annotations

import json

from tests.native.program import NativeStack

from mixpanel_service_accounts.emulator import Emulator

ACCOUNT = """
bot = Resource("ServiceAccount", "bot", {"name": "bot", "role": "consumer",
    "projects": [{"projectId": 2001, "role": "analyst"}]})
Resource("ProjectMembership", "web", {"serviceAccountId": bot.get("serviceAccountId"),
    "projectId": 2002, "role": "analyst"})
pulumi.export("username", bot.get("username"))
pulumi.export("secret", bot.get("secret"))
"""


def bots(emulator: Emulator) -> list[dict[str, object]]:
    """Return the accounts named bot that are there."""
    return [row for row in emulator.state()["accounts"] if row["name"] == "bot"]


def writes(emulator: Emulator) -> list[str]:
    """Return the calls since the last look that write."""
    calls = [f"{call['method']} {call['path']}" for call in emulator.calls()]
    return [call for call in calls if not call.startswith("GET")]


def test_a_whole_life(native: NativeStack, emulator: Emulator) -> None:
    """Preview, up, no change, update, replacement, drift, gone, destroy; secrets are encrypted."""
    native.write(ACCOUNT)
    preview = native.preview()
    assert "mixpanel:index:ServiceAccount" in preview.text
    assert "+ 3 to create" in preview.text
    native.up()
    (made,) = bots(emulator)
    assert native.outputs()["secret"] == made["secret"]
    assert native.outputs()["username"] == made["username"]
    state = native.resources()
    assert state["bot"]["outputs"]["secret"]["ciphertext"]
    assert state["bot"]["inputs"]["projects"] == [{"projectId": 2001, "role": "analyst"}]
    assert native.steps() == {}

    native.write(ACCOUNT.replace('2001, "role": "analyst"', '2001, "role": "admin"'))
    changed = native.preview()
    assert '~ role: "analyst" => "admin"' in changed.line.replace("~ role : ", "~ role: ")
    native.up()
    assert native.outputs()["secret"] == made["secret"]

    native.write(ACCOUNT.replace('"consumer"', '"admin"'))
    assert native.steps()["bot"] in {"replace", "create-replacement", "delete-replaced"}
    native.up()
    (next_,) = bots(emulator)
    assert next_["id"] != made["id"]
    assert native.outputs()["secret"] == next_["secret"]

    native.refresh()
    assert native.steps() == {}
    native.destroy()
    assert bots(emulator) == []
    printed = "".join(native.printed)
    files = "".join(
        path.read_text(errors="replace") for path in (native.folder / "state").rglob("*.json")
    )
    for secret in (
        str(made["secret"]),
        str(next_["secret"]),
        emulator.env["MIXPANEL_SERVICE_ACCOUNT_SECRET"],
    ):
        assert secret not in printed
        assert secret not in files
    assert json.loads(native.run("stack", "export").stdout)["deployment"].get("resources", []) == []
