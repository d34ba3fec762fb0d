"""A component in a package, and the explicit provider that it is given, on the real engine."""

from __future__ import annotations

from pathlib import Path

from tests.engine.harness import Stack

from mixpanel_service_accounts.emulator import Emulator

PACKAGE = '''
import pulumi
from pulumi_mixpanel import ProjectMembership, ServiceAccount


class Team(pulumi.ComponentResource):
    """An account and its place in a project."""

    def __init__(self, name, *, project_id, opts=None):
        super().__init__("teams:index:Team", name, None, opts)
        here = pulumi.ResourceOptions(parent=self)
        bot = ServiceAccount(name, name=name, opts=here)
        ProjectMembership(f"{name}-in", service_account=bot, project_id=project_id,
                          role="analyst", opts=here)


class Division(pulumi.ComponentResource):
    """A team in a component, which names a provider of its own."""

    def __init__(self, name, *, providers, opts):
        super().__init__("teams:index:Division", name, None, opts)
        Team(name, project_id=3001, opts=pulumi.ResourceOptions(parent=self, providers=providers))
'''
PROGRAM = """
from teams import Division, Team
there = Provider("there", organization_id=1002, username={username!r}, secret={secret!r})
here = Provider("here")
spellings = {{
    "mixpanel": dict(providers={{"mixpanel": there}}),
    "package": dict(providers={{"pulumi_mixpanel": there}}),
    "engine": dict(providers={{"pulumi-python": there}}),
    "list": dict(providers=[there]),
    "one": dict(provider=there),
    "both": dict(providers={{"pulumi-python": there, "mixpanel": here}}),
}}
for name, opts in spellings.items():
    Team(name, project_id=3001, opts=pulumi.ResourceOptions(**opts))
outer = pulumi.ResourceOptions(providers=[here])
Division("nearest", providers={{"mixpanel": there}}, opts=outer)
Team("none", project_id=2001)
"""


def test_every_spelling_reaches_the_resources_of_a_component(
    emulator: Emulator, stack: Stack
) -> None:
    """They are made in the other organization, by its login, and a destroy finds them there."""
    state = emulator.state()
    (login,) = [row for row in state["accounts"] if row["organization"] == 1002]
    package = Path(stack.folder) / "teams"
    package.mkdir()
    (package / "__init__.py").write_text(PACKAGE)
    stack.write(PROGRAM.format(username=login["username"], secret=login["secret"]))
    shown = stack.up()
    assert "disagrees with associated provider" not in shown.line
    made = {
        row["name"]: row["organization"] for row in emulator.state()["accounts"] if not row["login"]
    }
    there = ("mixpanel", "package", "engine", "list", "one", "both", "nearest")
    assert made == {**dict.fromkeys(there, 1002), "none": 1001}
    assert stack.steps() == {}
    stack.destroy()
    assert [row for row in emulator.state()["accounts"] if not row["login"]] == []
