"""Explicit providers of the native plugin: two organizations, secret and unknown configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from tests.engine.test_life import logs_in, made
from tests.native.attached import FunctionStack, attached
from tests.native.monitor import Program, secret

from mixpanel_plugin_rpc.messages import Message
from mixpanel_service_accounts.emulator import Emulator
from pulumi_mixpanel.plugin import provider

PROVIDER = "pulumi:providers:mixpanel"


def organizations(emulator: Emulator) -> dict[str, int]:
    """Return the organization of each account that is no login, by its name."""
    rows = emulator.state()["accounts"]
    return {row["name"]: row["organization"] for row in rows if not row["login"]}


def test_one_program_reaches_two_organizations(started: FunctionStack, emulator: Emulator) -> None:
    """Each provider has its own login; secrets of both are encrypted, however they were given."""
    there = next(row for row in emulator.state()["accounts"] if row["organization"] == 1002)
    europe = {
        "organizationId": 1001, "baseUrl": emulator.base_url,
        "username": emulator.username, "secret": emulator.secret,
    }  # fmt: skip
    asia = {**europe, "organizationId": 1002, "username": there["username"]}
    asia["secret"] = secret(there["secret"])

    def program(program: Program) -> None:
        for name, arguments in (("europe", europe), ("asia", asia)):
            provider = program.add(PROVIDER, name, arguments)
            program.add(
                "ServiceAccount", f"{name}-bot", {"name": f"{name}-bot"},
                provider=provider.reference,
            )  # fmt: skip

    started.program = program
    started.up()
    assert organizations(emulator) == {"europe-bot": 1001, "asia-bot": 1002}
    assert started.planned() == []
    europe["totalTimeout"] = "170"
    assert [step["op"] for step in started.planned()] == ["update"]
    started.up()
    started.refresh()
    assert started.planned() == []
    started.program = None
    started.destroy()
    assert made(emulator) == []


def test_a_login_that_the_same_program_makes_is_unknown_in_a_preview(
    started: FunctionStack, emulator: Emulator
) -> None:
    """The preview calls what depends on it unknown; the up logs in with it and its organization."""
    started.env = {
        name: value for name, value in emulator.env.items() if "ORGANIZATION" not in name
    }
    projects = [{"projectId": 2001, "role": "admin"}]

    def program(program: Program) -> dict[str, Any]:
        inputs = {"name": "deployer", "role": "admin", "projects": projects}
        deployer = program.add("ServiceAccount", "deployer", inputs)
        login = program.add(
            PROVIDER, "made",
            {"username": deployer["username"], "secret": deployer["secret"],
             "organizationId": deployer["home"]["organizationId"],
             "baseUrl": emulator.base_url},
        )  # fmt: skip
        bot = program.add("ServiceAccount", "bot", {"name": "bot"}, provider=login.reference)
        web = {"serviceAccountId": bot["serviceAccountId"], "projectId": 2001, "role": "analyst"}
        program.add("ProjectMembership", "web", web, provider=login.reference)
        return {"username": bot["username"], "secret": bot["secret"]}

    started.program = program
    planned = started.planned()
    assert [step["op"] for step in planned] == ["create"] * 4
    assert emulator.calls() == []
    started.up()
    rows = {row["name"]: row for row in emulator.state()["accounts"]}
    assert rows["bot"]["creator"] != rows["deployer"]["creator"]
    assert str(rows["bot"]["creator"]).endswith(str(rows["deployer"]["id"]))
    outputs = started.outputs()
    assert logs_in(emulator, outputs["username"], outputs["secret"])
    assert started.planned() == []


@pytest.mark.parametrize("kind", ["default", "explicit"])
def test_the_engine_does_not_tell_whether_a_secret_was_marked(
    tmp_path: Path, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """So the plugin cannot refuse a plain one, as docs/native.md says; once it can, this fails."""
    asked: list[dict[str, Any]] = []
    check_config = provider._check_config

    def note(request: Message) -> Message:
        asked.append(MessageToDict(request.news))
        return check_config(request)

    monkeypatch.setattr(provider, "_check_config", note)
    login = {"username": emulator.username, "baseUrl": emulator.base_url}
    for is_marked in (False, True):
        with attached({}) as port:
            debugged = {"PULUMI_DEBUG_PROVIDERS": f"mixpanel:{port}"}
            stack = FunctionStack(tmp_path / f"marked-{is_marked}", debugged)
            given = secret(emulator.secret) if is_marked else emulator.secret
            if kind == "default":
                for key, value in login.items():
                    stack.config(f"mixpanel:{key}", value)
                stack.config("mixpanel:secret", emulator.secret, secret=is_marked)

            def program(program: Program, given: object = given) -> None:
                options = {}
                if kind == "explicit":
                    login_of_it = program.add(PROVIDER, "own", {**login, "secret": given})
                    options["provider"] = login_of_it.reference
                program.add("ServiceAccount", "bot", {}, **options)

            stack.program = program
            stack.preview()
    assert asked == [{**login, "secret": emulator.secret}] * 2


def test_a_stack_configures_the_default_provider(
    started: FunctionStack, emulator: Emulator
) -> None:
    """With a secret that is one; its resources are found again by refresh and destroy."""
    for key, value in (
        ("organizationId", "1001"), ("baseUrl", emulator.base_url), ("username", emulator.username)
    ):  # fmt: skip
        started.config(f"mixpanel:{key}", value)
    started.config("mixpanel:secret", emulator.secret, secret=True)
    keys = ("organizationId", "baseUrl", "username", "secret")

    def program(program: Program) -> None:
        # An SDK sends the package's configuration as inputs of the default provider; here the
        # engine itself does, for the program names none.
        assert {f"mixpanel:{key}" for key in keys} <= program.config.keys()
        program.add("ServiceAccount", "bot", {})

    started.program = program
    started.up()
    assert organizations(emulator) == {"dev-bot": 1001}
    started.refresh()
    started.destroy()
    assert made(emulator) == []
