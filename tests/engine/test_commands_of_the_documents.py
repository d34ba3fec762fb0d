"""Commands of Pulumi that the documents speak of do what these say."""

from __future__ import annotations

from collections.abc import Callable

from tests.engine.harness import Stack
from tests.engine.test_life import logs_in, made, roles

from mixpanel_service_accounts.api import Client, Credentials, Secret
from mixpanel_service_accounts.emulator import Emulator

EXPLICIT = """
    login = Provider("login", username={username!r}, secret={secret!r})
    ServiceAccount("export", name="bot", opts=pulumi.ResourceOptions(provider=login))
"""


def test_a_refresh_after_an_explicit_login_was_renewed(emulator: Emulator, stack: Stack) -> None:
    """It has the login of the last up: refused, with both ways out, which work."""
    seeded = Client(
        emulator.base_url, Credentials(username=emulator.username, secret=Secret(emulator.secret))
    )
    logins = [seeded.create_service_account(1001, name, role="admin") for name in ("old", "new")]
    old, new = (
        EXPLICIT.format(username=one.account.username, secret=one.secret.reveal()) for one in logins
    )
    stack.write(old)
    stack.up()
    seeded.delete_service_account(1001, logins[0].account.id)
    stack.write(new)
    refused = (
        "A refresh or destroy uses the login that an explicit provider had at the last up: if it was "
        "renewed since, run a plain `pulumi up` first, or add --run-program."
    )
    assert refused in stack.refresh(fails=True).line
    stack.refresh("--run-program")
    stack.up()
    stack.refresh()
    stack.destroy()
    assert made(emulator) == ["new"]


def test_a_saved_plan_does_not_fit_a_rotation(emulator: Emulator, stack: Stack) -> None:
    """Its dates come from the time of the check; a plain up goes on."""
    program = (
        'RotatingServiceAccount("export", name="bot", validity_period_hours=720, overlap_hours=24, '
        'rotate_when_changed={{"n": "{}"}})'
    )
    stack.write(program.format(1))
    stack.up()
    stack.write(program.format(2))
    plan = str(stack.folder / "plan.json")
    stack.run("preview", "--save-plan", plan)
    violated = stack.run("up", "--yes", "--skip-preview", "--plan", plan, fails=True).line
    assert "violates plan" in violated
    assert made(emulator) == ["bot"]
    stack.up()
    assert len(made(emulator)) == 2


def test_a_resource_moves_to_another_stack_with_its_secret(
    emulator: Emulator, make_stack: Callable[..., Stack]
) -> None:
    """No call is made, and both stacks are clean."""
    stack = make_stack(emulator.env)
    text = """
        bot = ServiceAccount("export", name="bot")
        ProjectMembership("web", service_account=bot, project_id=2001, role="analyst")
        pulumi.export("username", bot.username)
        pulumi.export("secret", bot.secret)
    """
    stack.write(text)
    stack.up()
    outputs = stack.outputs()
    urns = [one["urn"] for one in stack.resources().values()]
    stack.run("stack", "init", "other")
    emulator.forget_calls()
    stack.run(
        "state", "move", "--source", "dev", "--dest", "other", "--yes", "--include-parents", *urns
    )
    stack.env["PULUMI_STACK"] = "other"
    shown = stack.up()
    assert emulator.calls() == [], shown.text
    assert stack.outputs() == outputs
    assert logs_in(emulator, outputs["username"], outputs["secret"])
    stack.destroy()
    assert (made(emulator), roles(emulator)) == ([], [])


def test_one_account_past_its_expiry_is_left_out(emulator: Emulator, stack: Stack) -> None:
    """Everything else is brought up."""
    stack.write("""
        ServiceAccount("late", name="late", expires="2020-01-01T00:00:00Z")
        ServiceAccount("export", name="bot")
    """)
    assert "expires must lie ahead when an account is made" in stack.up(fails=True).line
    urn = "urn:pulumi:dev::tested::pulumi-python:dynamic/mixpanel:ServiceAccount::late"
    stack.up("--exclude", urn)
    assert made(emulator) == ["bot"]


def test_replace_on_changes_has_no_effect(emulator: Emulator, stack: Stack) -> None:
    """The engine hands it no detailed difference of a dynamic resource."""
    text = """
        ServiceAccount("export", name="bot", projects=[{{"project_id": 2001, "role": {!r}}}],
                       opts=pulumi.ResourceOptions(replace_on_changes=["projects"]))
    """
    stack.write(text.format("analyst"))
    stack.up()
    stack.write(text.format("admin"))
    assert stack.steps() == {"export": "update"}
