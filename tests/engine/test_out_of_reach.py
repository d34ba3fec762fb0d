"""A login that is no member of the project, and a project that is deleted, on the real engine."""

from __future__ import annotations

from pathlib import Path

from tests.engine.harness import Stack

from mixpanel_service_accounts.api import Client, Credentials, Secret
from mixpanel_service_accounts.emulator import Emulator

QUICKSTART = Path(__file__).parents[2] / "examples" / "quickstart" / "__main__.py"
MEMBER = """
bot = ServiceAccount("export", name="bot")
ProjectMembership("web", service_account=bot, project_id=2001, role="analyst")
"""


def roles(emulator: Emulator) -> list[tuple[int, str]]:
    """List project and role of each membership, the seeded logins' aside."""
    state = emulator.state()
    logins = {row["id"] for row in state["accounts"] if row["login"]}
    rows = state["memberships"]
    return sorted((row["project"], row["role"]) for row in rows if row["account"] not in logins)


def log_in_as_outsider(emulator: Emulator, stack: Stack) -> None:
    """Log in as an admin of the organization who is in no project."""
    login = Credentials(username=emulator.username, secret=Secret(emulator.secret))
    made = Client(emulator.base_url, login).create_service_account(1001, "deployer", role="admin")
    stack.env = {
        **stack.env,
        "MIXPANEL_SERVICE_ACCOUNT_USERNAME": made.account.username,
        "MIXPANEL_SERVICE_ACCOUNT_SECRET": made.secret.reveal(),
    }


def test_the_quickstart_of_an_admin_who_is_in_no_project(emulator: Emulator, stack: Stack) -> None:
    """The likeliest first surprise of a real organization: each message says what to do."""
    log_in_as_outsider(emulator, stack)
    stack.write(QUICKSTART.read_text(encoding="utf-8"))
    stack.up()
    assert roles(emulator)
    refused = stack.refresh(fails=True)
    assert "is not a member of project" in refused.line
    assert "Make the login a member of the project again" in refused.line
    stack.destroy()
    assert roles(emulator) == []


def test_a_demotion_really_happens(emulator: Emulator, stack: Stack) -> None:
    """Though adding again changes nothing here and the role cannot be read back: one warning."""
    stack.write(MEMBER)
    stack.up()
    log_in_as_outsider(emulator, stack)
    emulator.faults([{"kind": "switch", "name": "add-again", "value": "ignored"}])
    stack.write(MEMBER.replace("analyst", "consumer"))
    assert "it could not be read back: GET /projects/2001/service-accounts" in stack.up().line
    assert roles(emulator) == [(2001, "consumer")]
    assert stack.up().line.count("could not be read back") == 0


def test_a_deleted_project_is_no_dead_end(emulator: Emulator, stack: Stack) -> None:
    """Refresh and the way out of the program fail until it is named; then nothing goes silently."""
    stack.write(MEMBER)
    stack.up()
    switches = {"deleted-projects": [2001], "deleted-project-removal": "403"}
    emulator.faults([{"kind": "switch", "name": n, "value": v} for n, v in switches.items()])
    assert "name it in mixpanel:goneProjects" in stack.refresh(fails=True).line
    stack.write('ServiceAccount("export", name="bot")\n')
    assert "Either project 2001 is deleted" in stack.up(fails=True).line
    stack.config("mixpanel:goneProjects", "2001")
    told = stack.up().line
    assert "nobody has confirmed that service account" in told
    assert "If the project exists, the account still has access to it." in told
    assert [one["type"] for one in stack.state()["deployment"]["resources"]].count(
        "pulumi-python:dynamic/mixpanel:ProjectMembership"
    ) == 0


def test_one_warning_of_a_destroy_names_all_that_nobody_confirmed(
    emulator: Emulator, stack: Stack
) -> None:
    """Three memberships of a project that is named as gone, removed together."""
    stack.write("""
for number in range(3):
    bot = ServiceAccount(f"bot{number}", name=f"bot{number}")
    ProjectMembership(f"web{number}", service_account=bot, project_id=2001, role="analyst")
""")
    stack.up()
    switches = {"deleted-projects": [2001], "deleted-project-removal": "403"}
    emulator.faults([{"kind": "switch", "name": n, "value": v} for n, v in switches.items()])
    stack.config("mixpanel:goneProjects", "2001")
    stack.up()  # a destroy sees the configuration of the last up
    told = stack.destroy().line
    assert told.count("nobody has confirmed") == 1
    assert "nobody has confirmed 3 removals" in told
    assert told.count("left project 2001, where it had the role 'analyst'") == 3
