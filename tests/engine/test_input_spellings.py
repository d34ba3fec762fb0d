"""What a user's program gives: outputs of None, ids as text, plain dictionaries, Pulumi's own import."""

from __future__ import annotations

import pytest
from tests.engine.harness import Stack
from tests.engine.test_life import made, roles

from mixpanel_service_accounts.api import Client, Credentials, Secret
from mixpanel_service_accounts.emulator import Emulator


def test_what_a_program_may_give(emulator: Emulator, stack: Stack) -> None:
    """Previewed, made, and no change afterwards; a preview of it knows the id."""
    stack.config("hours", "720")
    stack.write("""
        projects = [{"project_id": "2001", "role": "Analyst"}]
        account = ServiceAccount("export:eu", name=pulumi.Output.from_input(None), projects=projects,
                                 validity_period_hours=pulumi.Config().require("hours"),
                                 rotate_when_changed={"round": 7})
        ProjectMembership("web", service_account_id=account.id, project_id="2002", role="CONSUMER")
        ServiceAccount("other", name=pulumi.Output.from_input("given"))
    """)
    shown = stack.preview()
    assert "none of Mixpanel's own roles" not in shown.line
    stack.up()
    assert sorted(made(emulator)) == ["dev-export-eu", "given"]
    assert roles(emulator) == [(2001, "analyst"), (2002, "consumer")]
    stack.up("--expect-no-changes")
    stack.refresh()
    stack.up("--expect-no-changes")


def test_a_state_with_another_spelling_of_a_role_is_no_change(
    emulator: Emulator, stack: Stack
) -> None:
    """An earlier version recorded it as it was given."""
    text = """
        ServiceAccount("export", name="bot", role={role!r}, projects=[{{"project_id": 2001, "role": {role!r}}}])
    """
    stack.write(text.format(role="analyst"))
    stack.up()
    recorded = stack.run("stack", "export").stdout.replace('"analyst"', '"Analyst"')
    stack.run("stack", "import", stdin=recorded)
    for role in ("Analyst", "analyst"):
        stack.write(text.format(role=role))
        stack.up("--expect-no-changes")
    stack.refresh()
    stack.up("--expect-no-changes")
    stack.write(text.format(role="Admin"))
    assert list(stack.steps().values()) == ["replace"] or "create-replacement" in str(stack.steps())


def test_a_role_of_the_organization_s_own_that_the_refresh_shows_stays(
    emulator: Emulator, stack: Stack
) -> None:
    """Its name is a built-in role's in another case, and the run has read the list."""
    two = 'ServiceAccount("export", name="bot")\nServiceAccount("import", name="bot 2")\n'
    stack.write(two)
    stack.up()
    login = Credentials(username=emulator.username, secret=Secret(emulator.secret))
    Client(emulator.base_url, login).create_service_account(1001, "other", role="Analyst")
    stack.write(two + 'ServiceAccount("new", name="new", role="Analyst")')
    assert "role 'Analyst' is none of Mixpanel's own roles" in stack.up("--refresh").line
    (made_here,) = [row for row in emulator.state()["accounts"] if row["name"] == "new"]
    assert made_here["role"] == "Analyst"
    stack.up("--expect-no-changes")


@pytest.mark.parametrize(
    ("resource", "message"),
    [
        (
            'ServiceAccount("one", opts=pulumi.ResourceOptions(import_="5003"))',
            "ServiceAccount 'one': Pulumi cannot import a dynamic resource by "
            "ResourceOptions(import_=…): give adopt=, the account's number, instead, and the first up "
            "takes it over.",
        ),
        (
            'RotatingServiceAccount("one", validity_period_hours=9, overlap_hours=1, '
            'opts=pulumi.ResourceOptions(import_="1001/rotating/5003"))',
            "RotatingServiceAccount 'one': Pulumi cannot import a dynamic resource by "
            "ResourceOptions(import_=…): give adopt=, the account's number, instead, and the first up "
            "takes it over.",
        ),
        (
            'ProjectMembership("one", service_account_id=1, project_id=1, role="admin", '
            'opts=pulumi.ResourceOptions(import_="1001/1/1"))',
            "ProjectMembership 'one': Pulumi cannot import a dynamic resource by "
            "ResourceOptions(import_=…): leave it out, and the first up takes over the membership that "
            "exists.",
        ),
        (
            'one = ServiceAccount("one", name="one")\n'
            '        ServiceAccount("two", name=f"two-{one.username}")',
            "name was made from an output by str() or an f-string, which cannot see the output's value. "
            "Use pulumi.Output.concat(…), pulumi.Output.format(…) or output.apply(lambda value: …).",
        ),
    ],
)
def test_what_a_preview_refuses_in_one_sentence(
    emulator: Emulator, stack: Stack, resource: str, message: str
) -> None:
    """Without a traceback, and before any call."""
    stack.write(f"""
        {resource}
    """)
    shown = stack.preview(fails=True)
    assert message in shown.line
    assert "Traceback" not in shown.text
    assert emulator.calls() == []
