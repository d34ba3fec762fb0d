"""Imports, functions and explicit providers of the native plugin, on the real engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.native.by_hand import make
from tests.native.program import NativeStack

from mixpanel_service_accounts.emulator import Emulator


def test_an_imported_account_shows_no_change_and_keeps_a_given_secret(
    native: NativeStack, emulator: Emulator
) -> None:
    """By the command, and by the option; a membership too. A secret can be given afterwards."""
    number, secret = make(emulator, "bot")
    other, _ = make(emulator, "other")
    imported = native.run(
        "import", "mixpanel:index:ServiceAccount", "bot", f"1001/{number}",
        "--yes", "--protect=false", "--generate-code=false", "--skip-preview",
    )  # fmt: skip
    assert "failed to validate" not in imported.text
    role = native.resources()["bot"]["inputs"]["role"]
    program = f"""
        Resource("ServiceAccount", "bot", {{"name": "bot", "role": "{role}"}})
        Resource("ServiceAccount", "other", {{"name": "other", "role": "{role}"}},
            pulumi.ResourceOptions(import_="{other}"))
        Resource("ProjectMembership", "web", {{"serviceAccountId": {other}, "projectId": 2001,
            "role": "analyst"}}, pulumi.ResourceOptions(import_="1001/{other}/2001"))
    """
    native.write(program)
    assert native.steps() == {"other": "import", "web": "import"}
    native.up()
    assert native.steps() == {}
    assert native.resources()["bot"]["id"] == str(number)

    native.write(program.replace('"name": "bot",', f'"name": "bot", "secret": "{secret}",'))
    assert native.steps() == {"bot": "update"}
    native.up()
    assert native.steps() == {}
    found = native.resources()["bot"]
    assert found["outputs"]["secret"]["ciphertext"]
    assert found["inputs"]["secret"]["ciphertext"]
    files = "".join(one.read_text() for one in (native.folder / "state").rglob("*.json"))
    assert secret not in files
    assert secret not in "".join(native.printed)


LOOKUPS = """
def look(function, **arguments):
    return pulumi.runtime.invoke(f"mixpanel:index:{function}", arguments, OPTIONS).value

pulumi.export("one", look("getServiceAccount", name="bot")["id"])
pulumi.export("all", [one["name"] for one in look("getServiceAccounts", namePattern="b*")["serviceAccounts"]])
pulumi.export("inside", [[row["account"]["name"], row["role"]]
    for row in look("getProjectServiceAccounts", projectId=2001)["serviceAccounts"]])
"""


def test_functions_find_what_is_there(native: NativeStack, emulator: Emulator) -> None:
    """One account, several, and those of a project; what is not there is an error of one line."""
    number, _ = make(emulator, "bot")
    native.write("OPTIONS = None\n" + LOOKUPS)
    native.up()
    assert native.outputs() == {
        "one": number,
        "all": ["bot"],
        "inside": [["emulator-login", "admin"], ["bot", "analyst"]],
    }

    native.write("OPTIONS = None\n" + LOOKUPS.replace('name="bot"', 'name="nobody"'))
    failed = native.preview(fails=True)
    assert (
        f"getServiceAccount: no service account of organization 1001 at {emulator.base_url} has the name 'nobody'; it has 2 in all."
        in failed.line
    )


def test_an_explicit_provider_brings_its_own_login(tmp_path: Path, emulator: Emulator) -> None:
    """Nothing of it stands in clear in the state; a login that is missing is told at a call."""
    stack = NativeStack(tmp_path / "explicit", {})
    stack.write(f"""
        class Provider(pulumi.ProviderResource):
            pass

        europe = Provider("mixpanel", "europe", {{"username": {emulator.username!r},
            "secret": pulumi.Output.secret(pulumi.Config("tested").require_secret("login")),
            "organizationId": 1001, "baseUrl": {emulator.base_url!r}}})
        Resource("ServiceAccount", "bot", {{"name": "bot"}}, pulumi.ResourceOptions(provider=europe))
        Resource("ServiceAccount", "stray")
    """)
    stack.config("tested:login", emulator.secret, secret=True)
    failed = stack.up(fails=True)
    assert "Creating a ServiceAccount: Mixpanel credentials are missing." in failed.line
    assert [
        one["name"] for one in emulator.state()["accounts"] if one["name"] in {"bot", "stray"}
    ] == ["bot"]
    files = "".join(one.read_text() for one in (stack.folder / "state").rglob("*.json"))
    assert emulator.secret not in files + "".join(stack.printed)


def test_an_account_deleted_by_hand_is_gone_after_a_refresh(
    native: NativeStack, emulator: Emulator, run_by_hand: Callable[[int], None]
) -> None:
    """And comes back with the next up; a wrong input is told with its property."""
    native.write('Resource("ServiceAccount", "bot")')
    native.up()
    found = native.resources()["bot"]
    assert found["outputs"]["name"] == "dev-bot"
    run_by_hand(int(found["id"]))
    native.refresh()
    assert native.resources() == {}
    assert native.steps() == {"bot": "create"}

    native.write(
        'Resource("ServiceAccount", "bot", {"adopt": 5001, "projects": [{"projectId": 0, "role": "admin"}]})'
    )
    failed = native.preview(fails=True).line
    assert (
        "property adopt value {5001} has a problem: ServiceAccount has no input 'adopt'; it has "
        in failed
    )
    assert "property projects[0].projectId" in failed
