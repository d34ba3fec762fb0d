"""A stack of a Python program with everything in it moves to the plugin, changes there, and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from tests.engine.test_life import made
from tests.native.attached import FunctionStack
from tests.native.moved_program import DYNAMIC, MovedProgram

from mixpanel_service_accounts.cli import main
from mixpanel_service_accounts.emulator import Emulator

PROGRAM = """
    class Team(pulumi.ComponentResource):
        def __init__(self, name, opts=None):
            super().__init__("teams:index:Team", name, None, opts)
            inside = pulumi.ResourceOptions(parent=self, protect=True)
            bot = ServiceAccount(name, name="bot", role="consumer", opts=inside,
                                 projects=[{"project_id": 2003, "role": "analyst"}])
            child = pulumi.ResourceOptions(parent=bot)
            ProjectMembership("web", service_account=bot, project_id=2001, role="analyst", opts=child)

    Team("team")
    login = Provider("login", organization_id=1001, base_url=BASE_URL, username=USERNAME,
                     secret=pulumi.Config("tested").require_secret("login"))
    ServiceAccount("kept", name="kept", rotate_when_changed={"ticket_no": "1"},
                   opts=pulumi.ResourceOptions(retain_on_delete=True, provider=login))
    RotatingServiceAccount("rotating", name="rotating", validity_period_hours=200,
                           overlap_hours=20, rotate_when_changed={"ticket_no": KEEPER},
                           opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="former")]))
"""
NAMES = {"team", "web", "kept", "rotating"}


def secrets_of(stack: FunctionStack) -> dict[str, tuple[str, Any]]:
    """Return id and secret of each resource in state."""
    export = json.loads(stack.run("stack", "export", "--show-secrets").stdout)
    return {
        entry["urn"].rpartition("::")[2]: (entry["id"], entry["outputs"].get("secret"))
        for entry in export["deployment"]["resources"]
        if "mixpanel:" in entry["type"] and not entry["type"].startswith("pulumi:providers")
    }


def test_a_stack_moves_there_and_back(
    live: FunctionStack, emulator: Emulator, tmp_path: Path
) -> None:
    """No call either way, and the secrets that a rotation made in between are those of the state."""
    live.env.update(emulator.env)
    live.config("tested:login", emulator.secret, secret=True)

    def python(keeper: str) -> None:
        live.program = None
        text = PROGRAM.replace("KEEPER", repr(keeper)).replace("USERNAME", repr(emulator.username))
        live.write(text.replace("BASE_URL", repr(emulator.base_url)))

    python("1")
    live.up()
    held = secrets_of(live)
    assert set(held) == NAMES
    before = json.loads(live.run("stack", "export", "--show-secrets").stdout)

    native = MovedProgram(before)
    live.program = native
    emulator.forget_calls()
    assert live.steps() == {**dict.fromkeys(NAMES, "update"), "login": "update"}
    live.up()
    assert emulator.calls() == []
    assert secrets_of(live) == held
    assert live.planned() == []
    moved = live.resources()
    assert (moved["team"]["protect"], moved["kept"]["retainOnDelete"]) == (True, True)
    assert moved["web"]["parent"] == moved["team"]["urn"]

    native.change = ('{"ticket_no": "1"}', '{"ticket_no": "2"}')
    live.up("--target", moved["rotating"]["urn"])
    native.change = ("", "")
    later = secrets_of(live)
    assert later["rotating"] != held["rotating"]

    for shown in ([], ["--show-secrets"]):
        file = tmp_path / "state.json"
        file.write_text(live.run("stack", "export", *shown).stdout)
        back = CliRunner().invoke(main, ["export", "--dynamic", str(file)])
        assert (back.exit_code, back.stderr) == (
            0,
            "next: pulumi stack import --file FILE, and pulumi preview of the Python program\n",
        )
        assert "mixpanel:index:" not in back.stdout
        assert (emulator.secret in back.stdout) == bool(shown)
        live.run("stack", "import", stdin=back.stdout)
        python("2")
        emulator.forget_calls()
        assert live.steps() == {}
        assert emulator.calls() == []
        assert secrets_of(live) == later
        if not shown:
            live.refresh()
            assert live.steps() == {}
            assert secrets_of(live) == later
            assert "ciphertext" in str(live.state())
            live.up()
            live.run("stack", "import", "--file", str(file))

    live.run("state", "unprotect", "--all", "--yes")
    live.destroy()
    assert made(emulator) == ["kept"]


def test_what_cannot_be_rewritten_is_refused(tmp_path: Path) -> None:
    """Nothing of the plugin, a pending operation, an encrypted value with names in it."""
    urn = "urn:pulumi:dev::tested::mixpanel:index:ServiceAccount::bot"
    sealed = {"4dabf18193072939515e22adb298388d": "1b47", "ciphertext": "v1:abc"}
    bot = {"urn": urn, "type": "mixpanel:index:ServiceAccount", "id": "5003", "outputs": {}}
    pending = [{"type": "creating", "resource": bot}]
    for deployment, message in (
        ({"resources": []}, "no resource of the native plugin is in this export: nothing to rewrite."),
        (
            {"resources": [bot], "pending_operations": pending},
            f"1 operations are pending, such as on {urn}: let `pulumi refresh` of the native program "
            "finish them, and export the stack again.",
        ),
        (
            {"resources": [{**bot, "outputs": {"projects": sealed}}]},
            "the value of projects is encrypted, and the names in it differ in a Python program: "
            "export the stack with `pulumi stack export --show-secrets`.",
        ),
    ):  # fmt: skip
        file = tmp_path / "state.json"
        file.write_text(json.dumps({"version": 3, "deployment": deployment}))
        refused = CliRunner().invoke(main, ["export", "--dynamic", str(file)])
        assert (refused.exit_code, refused.stderr) == (1, f"Error: {message}\n")
        assert DYNAMIC not in refused.stdout
