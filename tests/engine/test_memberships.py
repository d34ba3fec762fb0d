"""Memberships on the real engine: what their deletion leaves, and two of one account and project."""

from __future__ import annotations

import json
import textwrap

import pytest
from tests.engine.harness import Stack

from mixpanel_service_accounts.emulator import Emulator

ACCOUNT = 'bot = ServiceAccount("export", name="bot")\n'
MEMBER = 'ProjectMembership("web", service_account=bot, project_id=2001, role="analyst")\n'


def grants(emulator: Emulator) -> list[tuple[str, int, str]]:
    """Tell which account, by its name, has which role in which project; the logins aside."""
    state = emulator.state()
    names = {row["id"]: row["name"] for row in state["accounts"] if not row["login"]}
    rows = [row for row in state["memberships"] if row["account"] in names]
    return sorted((names[row["account"]], row["project"], row["role"]) for row in rows)


def deleted_with(stack: Stack) -> list[str]:
    """Tell the resources in the state that the engine would not delete by a call of their own."""
    resources = stack.state()["deployment"]["resources"]
    return [one["urn"].rsplit("::", 1)[1] for one in resources if one.get("deletedWith")]


RETAINED = {
    "its component": """
        team = pulumi.ComponentResource("test:Team", "team", None, pulumi.ResourceOptions(
            transforms=[lambda args: pulumi.ResourceTransformResult(
                props=args.props,
                opts=pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(retain_on_delete=True)),
            ) if args.type_.endswith("ServiceAccount") else None]))
        bot = ServiceAccount("export", name="bot", opts=pulumi.ResourceOptions(parent=team))
    """,
    "a transform": """
        def retain(args):
            if args.type_.endswith("ServiceAccount"):
                args.opts.retain_on_delete = True
                return pulumi.ResourceTransformResult(args.props, args.opts)
        pulumi.runtime.register_resource_transform(retain)
        bot = ServiceAccount("export", name="bot")
    """,
}  # fmt: skip


@pytest.mark.parametrize("program", RETAINED.values(), ids=RETAINED)
def test_a_membership_is_removed_although_a_transform_keeps_its_account(
    emulator: Emulator, stack: Stack, program: str
) -> None:
    """Whatever keeps the account: what the engine calls deleted is gone in Mixpanel."""
    remains_of_a_destroy(emulator, stack, textwrap.dedent(program) + MEMBER)


def test_a_membership_is_removed_although_its_account_stays(
    emulator: Emulator, stack: Stack
) -> None:
    """The account's own option keeps it."""
    kept = 'name="bot", opts=pulumi.ResourceOptions(retain_on_delete=True)'
    remains_of_a_destroy(emulator, stack, ACCOUNT.replace('name="bot"', kept) + MEMBER)


def remains_of_a_destroy(emulator: Emulator, stack: Stack, program: str) -> None:
    """Run a program up and down: its account stays in Mixpanel, and its membership does not."""
    stack.write(program)
    stack.up()
    assert grants(emulator) == [("bot", 2001, "analyst")]
    assert "1 unchanged" not in stack.destroy().line
    assert stack.resources() == {}
    assert [row["name"] for row in emulator.state()["accounts"] if not row["login"]] == ["bot"]
    assert grants(emulator) == []


def test_a_membership_is_removed_although_its_account_cannot_be_deleted(
    emulator: Emulator, stack: Stack
) -> None:
    """The account's deletion is refused afterwards: the state and Mixpanel still agree."""
    stack.write(ACCOUNT + MEMBER)
    stack.up()
    emulator.faults([{"kind": "forbidden", "method": "DELETE"}])
    stack.destroy(fails=True)
    assert list(stack.resources()) == ["export"]
    assert grants(emulator) == []


def test_a_removal_that_is_refused_leaves_the_membership_and_says_what_takes_the_access(
    emulator: Emulator, stack: Stack
) -> None:
    """The login lacks the right: the state says what is true, and the message the way out."""
    stack.write(ACCOUNT + MEMBER)
    stack.up()
    number = stack.resources()["export"]["id"]
    emulator.faults([{"kind": "forbidden", "path": "remove-from-project"}])
    shown = stack.destroy(fails=True)
    assert (
        "The membership is still in the state, and the account still in the project. Deleting service "
        f"account {number} takes its access too: if it is to go, take the membership out of the state "
        "(pulumi state delete URN) and run again."
    ) in shown.line
    assert sorted(stack.resources()) == ["export", "web"]
    assert grants(emulator) == [("bot", 2001, "analyst")]


def test_the_first_up_takes_deleted_with_out_of_the_state_and_says_nothing_else(
    emulator: Emulator, stack: Stack
) -> None:
    """As version 0.1.0 wrote it, with `deleted_with` on each membership of `service_account=`."""
    stack.write(
        ACCOUNT + MEMBER.replace(")\n", ", opts=pulumi.ResourceOptions(deleted_with=bot))\n")
    )
    stack.up()
    assert deleted_with(stack) == ["web"]
    stack.write(ACCOUNT + MEMBER)
    emulator.forget_calls()
    assert stack.steps() == {}
    shown = stack.up("--expect-no-changes")
    assert "mixpanel:" not in shown.text.replace("dynamic/mixpanel:", "")
    assert "3 unchanged" in shown.line
    assert (deleted_with(stack), emulator.calls()) == ([], [])
    stack.destroy()
    removals = [call for call in emulator.calls() if call["path"].endswith("remove-from-project")]
    assert len(removals) == 1


def test_a_membership_that_left_the_program_is_removed_by_an_up_that_refreshes(
    emulator: Emulator, stack: Stack
) -> None:
    """The refresh reads it in the same process; that is no resource of the program."""
    stack.write(ACCOUNT + MEMBER)
    stack.up()
    stack.write(ACCOUNT)
    stack.up("--refresh")
    assert (list(stack.resources()), grants(emulator)) == (["export"], [])


@pytest.mark.parametrize("refresh", [[], ["--refresh"]], ids=["up", "up --refresh"])
def test_a_project_moves_between_its_account_and_a_membership(
    emulator: Emulator, stack: Stack, refresh: list[str]
) -> None:
    """Both ways, and nothing of it is refused."""
    listed = ACCOUNT.replace(
        'name="bot"', 'name="bot", projects=[{"project_id": 2001, "role": "analyst"}]'
    )
    stack.write(listed)
    stack.up()
    for program in (ACCOUNT + MEMBER, listed):
        stack.write(program)
        stack.up(*refresh)
        assert grants(emulator) == [("bot", 2001, "analyst")]


# ---- two memberships of one account and project -----------------------------------------------

SECOND = 'ProjectMembership("app", service_account=bot, project_id=2001, role="admin")\n'
BY_OUTPUT = """
bot = ServiceAccount("export", name="bot")
for name, role in {"web": "analyst", "app": "admin"}.items():
    ProjectMembership(name, service_account_id=bot.service_account_id, project_id=2001, role=role)
"""
ONE_BY_OUTPUT = BY_OUTPUT.replace(', "app": "admin"', "")
REFUSED = (
    "another ProjectMembership of this program has the same service account {} and project 2001, and an "
    "account has one role in a project. Keep one of the two; the account stays in the project."
)
TOLD = (
    "mixpanel: two ProjectMembership resources of this stack have the same service account {} and "
    "project 2001, so each may change the role that the other gave. Remove one of them from the "
    "program: the account stays in the project."
)


def test_two_memberships_of_one_pair_are_refused_in_the_program(
    emulator: Emulator, stack: Stack
) -> None:
    """By the account itself and by numbers, before any call, in one sentence."""
    sentence = (
        "error: ProjectMembership 'app': ProjectMembership 'web' has the same service account and "
        "project 2001 already, and an account has one role in a project; keep one of the two."
    )
    numbers = (MEMBER + SECOND).replace("service_account=bot", "service_account_id=5003")
    for program in (ACCOUNT + MEMBER + SECOND, numbers):
        stack.write(program)
        shown = stack.preview(fails=True)
        assert sentence in shown.line
        assert "Traceback" not in shown.text
    assert emulator.calls() == []


def test_a_second_membership_of_a_pair_that_only_the_provider_knows_is_refused(
    emulator: Emulator, stack: Stack
) -> None:
    """Where both are made at once, and where one is there: the role that was given first stays."""
    stack.write(ACCOUNT)
    stack.up()
    number = stack.resources()["export"]["id"]
    stack.write(BY_OUTPUT)
    assert REFUSED.format(number) in stack.up(fails=True).line
    (made,) = grants(emulator)
    assert made[:2] == ("bot", 2001)
    stack.write(ONE_BY_OUTPUT)
    stack.up()
    stack.write(BY_OUTPUT)
    assert REFUSED.format(number) in stack.up(fails=True).line
    stack.write(ONE_BY_OUTPUT)
    stack.up()
    assert grants(emulator) == [("bot", 2001, "analyst")]


def two_in_state(stack: Stack) -> None:
    """Write a second membership into the state, as an earlier version would have made it."""
    stack.write(ONE_BY_OUTPUT)
    stack.up()
    state = stack.state()
    resources = state["deployment"]["resources"]
    (web,) = [one for one in resources if one["urn"].endswith("::web")]
    app = json.loads(json.dumps(web).replace("::web", "::app").replace('"analyst"', '"admin"'))
    resources.append(app)
    stack.run("stack", "import", stdin=json.dumps(state))


def test_two_in_the_state_are_told_in_one_warning(emulator: Emulator, stack: Stack) -> None:
    """The program goes on; with one of them taken out the grant stays, and nothing is told."""
    two_in_state(stack)
    number = stack.resources()["export"]["id"]
    stack.write(BY_OUTPUT)
    assert stack.preview().line.count(TOLD.format(number)) == 1
    assert stack.up().line.count(TOLD.format(number)) == 1
    stack.write(ONE_BY_OUTPUT)
    shown = stack.up().line
    assert "two ProjectMembership resources" not in shown
    assert (
        f"membership 1001/{number}/2001 stays: another resource of this program has it now" in shown
    )
    assert list(stack.resources()) == ["export", "web"]
    assert [row[:2] for row in grants(emulator)] == [("bot", 2001)]


def test_one_membership_is_never_taken_for_two(emulator: Emulator, stack: Stack) -> None:
    """Not refreshed, replaced or renamed; each leaves the grant, and tells nothing of a second."""
    stack.write(ACCOUNT + MEMBER)
    stack.up()
    urn = stack.resources()["web"]["urn"]
    shown = [stack.up("--refresh").line, stack.up("--replace", urn).line]
    stack.run("state", "taint", urn)
    shown.append(stack.up().line)
    stack.write(ACCOUNT + MEMBER.replace('"web"', '"renamed"'))
    shown.append(stack.up().line)
    assert all("ProjectMembership resources" not in line for line in shown)
    assert sorted(stack.resources()) == ["export", "renamed"]
    assert grants(emulator) == [("bot", 2001, "analyst")]
