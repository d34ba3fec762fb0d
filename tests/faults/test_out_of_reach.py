"""Projects that this login may not read, and projects that are deleted: nothing goes silently."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice
from typing import Any

import pytest
from tests.faults.conftest import World
from tests.rules import new_session, project_membership, service_account

from mixpanel_service_accounts.api import Client, MixpanelError, Refused
from mixpanel_service_accounts.api.clock import SYSTEM_CLOCK, Clock
from mixpanel_service_accounts.configuration import resolve
from mixpanel_service_accounts.resources.session import Session
from pulumi_mixpanel.wording import PULUMI

MAY_NOT_READ = (
    "GET /projects/2001/service-accounts answered 403: User {user} is not a member of project 2001. "
    "The login lacks the right to do this: it needs the role admin or owner in the organization, and "
    "membership of the project in question."
)
EITHER_OR = (
    " Either project 2001 is deleted, or this login is no longer a member of it. Make the login a "
    "member of the project again; or, if the project is deleted, name it in mixpanel:goneProjects."
)


def outsider(world: World) -> Client:
    """Log in as an admin of the organization who is in no project: the likeliest first surprise."""
    made = world.client().create_service_account(1001, "deployer", role="admin")
    return world.client(made.account.username, made.secret.reveal())


def member(world: World, role: str) -> int:
    """Put an account that nobody here made into project 2001."""
    made = world.client().create_service_account(1001, "bot")
    world.client().add_to_project(1001, made.account.id, 2001, role)
    return made.account.id


@pytest.mark.parametrize("again", ["upsert", "ignored", "error"])
def test_a_role_that_cannot_be_read_back_is_given_by_removal_and_addition(
    bulk: World, again: str
) -> None:
    """Their two yeses need no upsert; one warning says why it was not read back."""
    account, organization = member(bulk, "admin"), bulk.organization(outsider(bulk))
    bulk.emulator.faults([{"kind": "switch", "name": "add-again", "value": again}])
    if again == "error":  # a refusal that may mean "is there already" is not read back either
        with pytest.raises(MixpanelError):
            organization.writes.set_role(account, 2001, "analyst")
        return
    assert organization.writes.set_role(account, 2001, "analyst") is None
    assert bulk.roles(account) == {2001: "analyst"}
    (line,) = bulk.warnings
    start, _, why = line.partition("read back: ")
    assert start == (
        f"service account {account} was given the role 'analyst' in project 2001, by a removal and "
        "an addition that the server accepted; it could not be "
    )
    assert why.startswith("GET /projects/2001/service-accounts answered 403")


def test_an_account_that_was_not_there_is_only_added(bulk: World) -> None:
    """A refused role is refused first; a removal that finds nothing is a yes; nothing is read."""
    first, second = (bulk.client().create_service_account(1001, "bot").account.id for _ in range(2))
    organization = bulk.organization(outsider(bulk))
    organization.writes.set_role(first, 2001, "analyst")
    bulk.emulator.forget_calls()
    organization.writes.set_role(second, 2001, "consumer")
    assert [row["path"].rpartition("/")[2] for row in bulk.emulator.calls()] == [
        "add-to-project",
        "remove-from-project",
        "add-to-project",
    ]
    assert (bulk.roles(first), bulk.roles(second)) == ({2001: "analyst"}, {2001: "consumer"})


def test_a_removal_that_is_refused_leaves_everything(bulk: World) -> None:
    """Neither half is called done."""
    account, organization = member(bulk, "admin"), bulk.organization(outsider(bulk))
    fault = {"kind": "forbidden", "method": "POST", "path": "remove-from-project"}
    add_again = {"kind": "switch", "name": "add-again", "value": "ignored"}
    bulk.emulator.faults([fault, add_again])
    with pytest.raises(MixpanelError, match="remove-from-project answered 403"):
        organization.writes.set_role(account, 2001, "analyst")
    assert bulk.roles(account) == {2001: "admin"}
    assert bulk.warnings == []


@pytest.mark.parametrize("reads", [True, False], ids=["member", "outsider"])
def test_a_role_that_is_refused_leaves_the_one_before(bulk: World, *, reads: bool) -> None:
    """It is removed for the new one, and added again where the new one is refused."""
    account = member(bulk, "admin")
    organization = bulk.organization(None if reads else outsider(bulk))
    bulk.emulator.faults([{"kind": "switch", "name": "owner", "value": "refused"}])
    if not reads:  # from then on the project is known to be closed to us
        organization.writes.set_role(account, 2001, "consumer")
    before = "admin" if reads else "consumer"
    with pytest.raises(Refused) as caught:
        organization.writes.set_role(account, 2001, "owner", before=before)
    assert "add-to-project answered 400" in str(caught.value)
    assert str(caught.value).endswith(
        f"The role {before!r}, which was removed for it, was added again."
    )
    assert bulk.roles(account) == {2001: before}


# ---- deleted projects -------------------------------------------------------------------------


def deleted(world: World, listed: str = "403", removal: str = "400") -> None:
    """Delete project 2001 on the server."""
    values = {
        "deleted-projects": [2001],
        "deleted-project-list": listed,
        "deleted-project-removal": removal,
    }
    switches = [{"kind": "switch", "name": name, "value": value} for name, value in values.items()]
    world.emulator.faults(switches)


def session(world: World, gone: str | None = None, clock: Clock | None = None) -> Session:
    """Start a process, in which the user may have named projects as gone."""
    found = resolve({"goneProjects": gone}.get, world.emulator.env)
    return new_session(
        found, clock=clock or world.clock, warn=world.warnings.append, announce=world.lines.append
    )


def membership(world: World, account: int) -> tuple[str, dict[str, Any]]:
    """Return the id and the state of a membership of project 2001."""
    home = {"base_url": world.emulator.base_url, "organization_id": 1001}
    state = {"service_account_id": account, "project_id": 2001, "role": "analyst", "home": home}
    return f"1001/{account}/2001", state


@pytest.mark.parametrize("listed", ["403", "404"])
def test_a_refresh_says_both_things_that_it_may_mean(bulk: World, listed: str) -> None:
    """And the way out of each; the state is kept."""
    id_, state = membership(bulk, member(bulk, "analyst"))
    deleted(bulk, listed)
    with pytest.raises(Refused) as caught:
        project_membership.read(session(bulk), id_, state)
    assert f"answered {listed}: " in str(caught.value)
    assert str(caught.value).endswith(EITHER_OR)


@pytest.mark.parametrize("listed", ["403", "404"])
def test_a_refresh_keeps_what_is_in_a_project_that_is_named_as_gone(
    bulk: World, listed: str
) -> None:
    """Nothing is made up."""
    id_, state = membership(bulk, member(bulk, "analyst"))
    deleted(bulk, listed)
    found = project_membership.read(session(bulk, "[2001]"), id_, state)
    assert found is not None
    assert found.state == state


@pytest.mark.parametrize(
    ("removal", "gone", "outcome"),
    [
        ("200", None, "done"),
        ("404", None, "done"),
        ("403", None, "refused"),
        ("400", None, "refused"),
        ("403", "2001", "done"),
        ("404", "2001", "done"),
        ("400", "2001", "refused"),
    ],
)
def test_what_a_removal_answers_decides(
    bulk: World, removal: str, gone: str | None, outcome: str
) -> None:
    """A yes, or a not-found under the proof, is done; a 403 only if the user named the project."""
    account = member(bulk, "analyst")
    id_, state = membership(bulk, account)
    deleted(bulk, "403", removal)
    if outcome == "refused":
        with pytest.raises(MixpanelError, match=f"remove-from-project answered {removal}"):
            project_membership.delete(session(bulk, gone), id_, state)
        return
    project_membership.delete(session(bulk, gone), id_, state)
    told = (
        f"nobody has confirmed that service account {account} left project 2001, where it had the "
        "role 'analyst': mixpanel:goneProjects names the project. If the project exists, the "
        "account still has access to it."
    )
    assert bulk.warnings == ([told] if (removal, gone) == ("403", "2001") else [])


def test_a_project_that_our_login_left_is_not_let_go_silently(bulk: World) -> None:
    """It is alive, and its list is closed to us: the warning says that the access may be there."""
    account = member(bulk, "analyst")
    id_, state = membership(bulk, account)
    bulk.emulator.faults([{"kind": "forbidden", "path": "projects/2001|remove-from-project"}])
    with pytest.raises(Refused, match="Either project 2001 is deleted, or this login"):
        project_membership.delete(session(bulk), id_, state)
    project_membership.delete(session(bulk, "2001"), id_, state)
    assert "If the project exists, the account still has access to it." in bulk.warnings[-1]
    assert bulk.roles(account) == {2001: "analyst"}


def test_a_project_that_is_named_and_answers_is_an_error(bulk: World) -> None:
    """The setting is for projects that are gone, and this one is not."""
    account = member(bulk, "analyst")
    id_, state = membership(bulk, account)
    answers = (
        "mixpanel:goneProjects names project 2001, but its list answers, so it is not gone. Take its "
        "number out of the setting. Nothing was changed in it."
    )
    with pytest.raises(Refused) as read:
        project_membership.read(session(bulk, "2001"), id_, state)
    assert str(read.value) == answers
    bulk.emulator.faults([{"kind": "forbidden", "path": "remove-from-project"}])
    with pytest.raises(Refused) as removed:
        project_membership.delete(session(bulk, "2001"), id_, state)
    assert str(removed.value).startswith(answers)


def test_a_project_of_an_account_is_let_go_alike(bulk: World) -> None:
    """`projects` and memberships have one rule; what else the account has is read as ever."""
    account = member(bulk, "analyst")
    bulk.client().add_to_project(1001, account, 2002, "admin")
    home = {"base_url": bulk.emulator.base_url, "organization_id": 1001}
    listed = [{"project_id": 2001, "role": "analyst"}, {"project_id": 2002, "role": "admin"}]
    state = {"name": "bot", "home": home, "service_account_id": account, "projects": listed}
    deleted(bulk, "403", "403")
    found = service_account.read(session(bulk, "2001"), str(account), state)
    assert found is not None
    assert found.state["projects"] == listed
    news = {"name": "bot", "home": home, "projects": listed[1:]}
    with pytest.raises(Refused, match="Either project 2001 is deleted"):
        service_account.update(session(bulk), str(account), state, news)
    after = service_account.update(session(bulk, "2001"), str(account), state, news)
    assert after["projects"] == listed[1:]
    assert "nobody has confirmed" in bulk.warnings[-1]


def test_removals_that_go_together_are_named_in_one_warning(bulk: World) -> None:
    """One call waits for the others, and reports for all."""
    accounts = [member(bulk, "analyst") for _ in range(3)]
    deleted(bulk, "403", "403")
    process = session(bulk, "2001", SYSTEM_CLOCK)  # the world's passes for all while one waits
    with ThreadPoolExecutor(3) as pool, process.connections.unconfirmed_removals.under_way():
        calls = [
            pool.submit(project_membership.delete, process, *membership(bulk, account))
            for account in accounts
        ]
        # The third waits for us, who are still under way.
        assert [call.result() for call in islice(as_completed(calls), 2)] == [None, None]
    left = "left project 2001, where it had the role 'analyst'"
    named = "; ".join(f"service account {account} {left}" for account in accounts)
    assert bulk.warnings == [
        f"nobody has confirmed 3 removals, for mixpanel:goneProjects names the projects: {named}. If "
        "a project exists, these accounts still have access to it."
    ]


def test_the_projects_of_one_account_are_named_in_one_warning(bulk: World) -> None:
    """They are removed one after the other."""
    account = member(bulk, "analyst")
    bulk.client().add_to_project(1001, account, 2002, "admin")
    bulk.emulator.faults([{"kind": "forbidden", "path": "projects/200|remove-from-project"}])
    home = {"base_url": bulk.emulator.base_url, "organization_id": 1001}
    listed = [{"project_id": 2001, "role": "analyst"}, {"project_id": 2002, "role": "admin"}]
    state = {"name": "bot", "home": home, "service_account_id": account, "projects": listed}
    news = {"name": "bot", "home": home}
    service_account.update(session(bulk, "2001,2002"), str(account), state, news)
    (line,) = bulk.warnings
    assert line.startswith("nobody has confirmed 2 removals")
    assert "left project 2001, where it had the role 'analyst'; " in line
    assert "left project 2002, where it had the role 'admin'. If a project exists" in line


@pytest.mark.parametrize("value", ["x", "2001;2002", "-1", "0"])
def test_a_setting_that_is_no_list_of_numbers_is_a_problem(value: str) -> None:
    """Told in the preview, with what would do."""
    assert resolve({"goneProjects": value}.get, {}, words=PULUMI).problems == (
        "mixpanel:goneProjects must be numbers of projects with commas between them, such as "
        f"2195193,2195194; {value!r} was given.",
    )


def test_numbers_may_be_written_in_any_of_the_usual_ways() -> None:
    """As a list of `pulumi config set --path` is stored, or with commas."""
    for value in ("2001,2002", "2001, 2002", "[2001,2002]", "[2001, 2002]", "2001 2002"):
        assert resolve({"goneProjects": value}.get, {}).gone_projects == {2001, 2002}
