"""The life of a stack on the real engine, against the emulator over a socket."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from tests.engine.harness import Stack

from mixpanel_service_accounts.api import Client, Credentials, MixpanelError, Secret
from mixpanel_service_accounts.emulator import Emulator

PROGRAM = """
    bot = ServiceAccount("export", name={name!r}, role="consumer", expires="2030-06-30T02:00:00+02:00")
    ProjectMembership("web", service_account_id=bot.service_account_id, project_id=2001, role={role!r})
    pulumi.export("id", bot.service_account_id)
    pulumi.export("organization", bot.organization_id)
    pulumi.export("username", bot.username)
    pulumi.export("secret", bot.secret)
"""  # fmt: skip


def program(name: str = "bot", role: str = "analyst") -> str:
    """Write a program with one account in one project."""
    return PROGRAM.format(name=name, role=role)


def logs_in(emulator: Emulator, username: str, secret: str) -> bool:
    """Tell whether a login works."""
    credentials = Credentials(username=username, secret=Secret(secret))
    try:
        Client(emulator.base_url, credentials).me()
    except MixpanelError:
        return False
    return True


def made(emulator: Emulator) -> list[str]:
    """Tell the names of the accounts that are there beside the logins."""
    return [row["name"] for row in emulator.state()["accounts"] if not row["login"]]


def roles(emulator: Emulator) -> list[tuple[int, str]]:
    """Tell the memberships of the accounts that are there beside the logins."""
    state = emulator.state()
    logins = {row["id"] for row in state["accounts"] if row["login"]}
    rows = [row for row in state["memberships"] if row["account"] not in logins]
    return [(row["project"], row["role"]) for row in rows]


def writes(emulator: Emulator) -> list[str]:
    """Tell the calls that changed something, since they were last forgotten."""
    calls = [call for call in emulator.calls() if call["method"] != "GET"]
    return [f"{call['method']} {call['path'].rsplit('/', 1)[-1]}" for call in calls]


def test_a_preview_needs_no_credentials_and_makes_no_call(emulator: Emulator, stack: Stack) -> None:
    """A pull request's job has none; ids of what is not yet made are unknown."""
    stack.env = {}
    stack.write(program())
    shown = stack.preview()
    assert stack.spelled("service_account_id: [unknown]") in shown.text
    assert emulator.calls() == []
    stack.env = emulator.env
    stack.up()
    emulator.forget_calls()
    stack.env = {}
    assert stack.steps() == {}
    assert emulator.calls() == []


def test_the_whole_life(emulator: Emulator, stack: Stack) -> None:
    """First up, no change, a role in place, a name by replacement, destroy."""
    stack.write(program())
    stack.up()
    outputs = stack.outputs()
    assert outputs["username"].startswith("bot.")
    assert outputs["organization"] == 1001
    assert logs_in(emulator, outputs["username"], outputs["secret"])
    assert roles(emulator) == [(2001, "analyst")]
    account = next(row for row in emulator.state()["accounts"] if row["name"] == "bot")
    assert (account["role"], account["expires"]) == ("consumer", "2030-06-30T00:00:00.000000Z")

    emulator.forget_calls()
    stack.preview("--expect-no-changes")
    stack.up("--expect-no-changes")
    assert emulator.calls() == []

    stack.write(program(role="admin"))
    assert stack.steps() == {"web": "update"}
    stack.up()
    assert roles(emulator) == [(2001, "admin")]
    assert stack.outputs() == outputs

    stack.write(program(name="renamed", role="admin"))
    emulator.forget_calls()
    shown = stack.up()
    assert "[diff: ~name]" in shown.text or "~ name" in shown.text
    assert writes(emulator) == [
        "POST service-accounts",
        "POST add-to-project",
        "POST remove-from-project",
        f"DELETE {outputs['id']}",
    ]
    renamed = stack.outputs()
    assert logs_in(emulator, renamed["username"], renamed["secret"])
    assert not logs_in(emulator, outputs["username"], outputs["secret"])
    assert (made(emulator), roles(emulator)) == (["renamed"], [(2001, "admin")])

    stack.destroy()
    assert (made(emulator), roles(emulator)) == ([], [])
    assert stack.resources() == {}


def test_the_secret_is_secret_and_stays(emulator: Emulator, stack: Stack) -> None:
    """Through preview, up, refresh, update and replacement, on screen and in state."""
    stack.write(program())
    planned = json.loads(stack.run("preview", "--json").stdout)["steps"]
    (account,) = [step for step in planned if step["urn"].endswith("::export")]
    assert account["newState"]["additionalSecretOutputs"] == ["secret"]
    stack.up()
    for change in (program(), program(role="admin"), program(name="renamed")):
        stack.write(change)
        assert "[secret]" in stack.up().text
        stack.refresh()
        outputs = stack.outputs()
        assert logs_in(emulator, outputs["username"], outputs["secret"])
        recorded = stack.resources()["export"]["outputs"]["secret"]
        assert "ciphertext" in recorded


def test_a_role_changed_by_hand_is_shown_and_put_right(emulator: Emulator, stack: Stack) -> None:
    """Drift of a membership is seen by refresh as a change, and repaired by up."""
    stack.write(program())
    stack.up()
    emulator.grant(stack.outputs()["id"], 2001, "admin")
    shown = re.sub(r" +:", ":", stack.refresh().line)
    assert '~ role: "analyst" => "admin"' in shown
    assert stack.steps() == {"web": "update"}
    stack.up()
    assert roles(emulator) == [(2001, "analyst")]


def test_refresh_and_destroy_need_no_program(emulator: Emulator, stack: Stack) -> None:
    """They work where the program no longer runs."""
    stack.write(program())
    stack.up()
    stack.write("raise SystemExit('broken')")
    stack.refresh()
    stack.destroy()
    assert made(emulator) == []


def test_under_nested(nested_emulator: Emulator, make_stack: Callable[..., Stack]) -> None:
    """The same life in the other dialect, which knows a name and memberships alone."""
    stack = make_stack(nested_emulator.env)
    stack.config("mixpanel:dialect", "nested")
    text = """
        bot = ServiceAccount("export", name={name!r})
        ProjectMembership("web", service_account=bot, project_id=2001, role={role!r})
        pulumi.export("id", bot.service_account_id)
        pulumi.export("username", bot.username)
        pulumi.export("secret", bot.secret)
    """
    stack.write(text.format(name="bot", role="analyst"))
    stack.up()
    outputs = stack.outputs()
    assert logs_in(nested_emulator, outputs["username"], outputs["secret"])
    stack.up("--expect-no-changes")
    stack.write(text.format(name="bot", role="admin"))
    stack.up()
    assert roles(nested_emulator) == [(2001, "admin")]
    nested_emulator.grant(outputs["id"], 2001, "consumer")
    assert "consumer" in stack.refresh().text
    stack.up()
    assert roles(nested_emulator) == [(2001, "admin")]
    stack.write(text.format(name="renamed", role="admin"))
    stack.up()
    assert made(nested_emulator) == ["renamed"]
    stack.destroy()
    assert made(nested_emulator) == []


def test_destroying_both_sends_the_removal_too(emulator: Emulator, stack: Stack) -> None:
    """`service_account=` leaves nothing to the account's deletion, which may be refused or retained."""
    stack.write("""
        bot = ServiceAccount("export", name="bot")
        ProjectMembership("web", service_account=bot, project_id=2001, role="analyst")
    """)
    stack.up()
    emulator.forget_calls()
    stack.destroy()
    assert [call.split()[0] for call in writes(emulator)] == ["POST", "DELETE"]
    assert (made(emulator), roles(emulator)) == ([], [])


def test_a_grant_stays_where_another_resource_takes_it_over(
    emulator: Emulator, stack: Stack
) -> None:
    """A new name, a forced replacement, a move to `projects` and back: never a moment without."""
    account = 'bot = ServiceAccount("export", name="bot", projects={projects})\n'
    member = 'ProjectMembership({name!r}, service_account=bot, project_id=2001, role="analyst")'
    listed = [{"project_id": 2001, "role": "analyst"}]
    both = [(2001, "analyst")]

    def becomes(text: str, steps: dict[str, str], *arguments: str) -> None:
        stack.write(text)
        assert stack.steps(*arguments) == steps
        shown = stack.up(*arguments).line
        stays = "stays: another resource of this program has it now"
        assert (stays in shown) == ("delete" in steps.values() or "replace" in steps.values())
        assert roles(emulator) == both
        stack.refresh()
        stack.up("--expect-no-changes")

    stack.write(account.format(projects=[]) + member.format(name="web"))
    stack.up()
    renamed = account.format(projects=[]) + member.format(name="renamed")
    becomes(renamed, {"renamed": "create", "web": "delete"})
    urn = stack.resources()["renamed"]["urn"]
    becomes(renamed, {"renamed": "replace"}, "--replace", urn)
    becomes(account.format(projects=listed), {"export": "update", "renamed": "delete"})
    becomes(renamed, {"export": "update", "renamed": "create"})
    stack.destroy()
    assert made(emulator) == []


def test_a_preview_of_a_change_in_place_replaces_no_membership(stack: Stack) -> None:
    """The engine calls the outputs of such an account unknown, but for its id."""
    text = """
        bot = ServiceAccount("export", name="bot", projects=[{{"project_id": 2002, "role": {role!r}}}])
        ProjectMembership("web", service_account=bot, project_id=2001, role="analyst")
        ProjectMembership("app", service_account_id=bot.service_account_id, project_id=2003,
                          role="analyst")
    """
    stack.write(text.format(role="analyst"))
    stack.up()
    stack.write(text.format(role="admin"))
    assert stack.steps() == {"export": "update"}


def test_with_retain_on_delete_the_grant_does_not_stay_behind(
    emulator: Emulator, stack: Stack
) -> None:
    """An account that stays behind would keep a membership that is deleted with it."""
    stack.write("""
        bot = ServiceAccount("export", name="bot", opts=pulumi.ResourceOptions(retain_on_delete=True))
        ProjectMembership("web", service_account=bot, project_id=2001, role="analyst")
    """)  # fmt: skip
    stack.up()
    stack.destroy()
    assert (made(emulator), roles(emulator)) == (["bot"], [])


def test_the_default_name_has_the_stack_s_name(emulator: Emulator, stack: Stack) -> None:
    """One organization serves many stacks."""
    stack.write('ServiceAccount("export")')
    stack.up()
    assert made(emulator) == ["dev-export"]


def test_an_explicit_provider_has_an_organization_of_its_own(
    emulator: Emulator, stack: Stack
) -> None:
    """Its secret is in no state in clear, and the environment does not override it."""
    other = next(row for row in emulator.state()["accounts"] if row["organization"] == 1002)
    stack.write(f"""
        other = Provider("other", organization_id=1002, base_url={emulator.base_url!r},
                         username={other["username"]!r}, secret={other["secret"]!r})
        ServiceAccount("there", name="there", opts=pulumi.ResourceOptions(provider=other))
        ServiceAccount("here", name="here")
    """)
    stack.up()
    rows = {row["name"]: row["organization"] for row in emulator.state()["accounts"]}
    assert (rows["there"], rows["here"]) == (1002, 1001)
    assert other["secret"] not in str(stack.state())
    stack.refresh()
    stack.destroy()
    assert made(emulator) == []


def test_an_explicit_provider_stands_on_the_stack_s_configuration(
    emulator: Emulator, stack: Stack
) -> None:
    """It logs in with what the stack has, encrypted in its state too, and moves where that says so."""
    stack.env = {}
    stack.config("mixpanel:organizationId", "1001")
    stack.config("mixpanel:baseUrl", emulator.base_url)
    stack.config("mixpanel:username", emulator.username)
    stack.config("mixpanel:secret", emulator.secret, secret=True)
    text = """
        wide = Provider("wide", concurrency=8{more})
        ServiceAccount("export", name="bot", opts=pulumi.ResourceOptions(provider=wide))
        found = get_service_account(username={login!r}, provider=wide)
        pulumi.export("login", found.username)
    """
    stack.write(text.format(more="", login=emulator.username))
    stack.up()
    assert stack.outputs()["login"] == emulator.username
    assert emulator.secret not in str(stack.state())
    there = emulator.base_url.replace("127.0.0.1", "localhost")
    stack.write(text.format(more=f", base_url={there!r}", login=emulator.username))
    assert (
        f"the configuration now says organization 1001 at {there}" in stack.preview(fails=True).line
    )
    stack.config("mixpanel:acceptMove", "true")
    assert stack.steps() == {"wide": "update", "export": "update"}
    stack.up()
    stack.refresh()
    stack.destroy()
    assert made(emulator) == []


@pytest.mark.parametrize("value", ["true"])
def test_the_organization_comes_from_me_where_it_names_one(
    emulator: Emulator, stack: Stack, value: str
) -> None:
    """With one organization the number need not be configured."""
    del stack.env["MIXPANEL_ORGANIZATION_ID"]
    stack.write(program())
    stack.up()
    assert stack.outputs()["organization"] == 1001
    stack.refresh()
    stack.up("--expect-no-changes")
    stack.destroy()
    assert made(emulator) == []
