"""An answer that another contradicts is not believed, in each place that takes one."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from tests.faults.conftest import World
from tests.faults.test_out_of_reach import deleted, member, membership, outsider, session
from tests.rules import new_session, project_membership, service_account

from mixpanel_service_accounts.api import MalformedAnswer, MixpanelError, Refused, StatusError
from mixpanel_service_accounts.api.dialects.decoding import acknowledged
from mixpanel_service_accounts.api.dialects.pages import read_list
from mixpanel_service_accounts.api.wire import Answer, Request
from mixpanel_service_accounts.configuration import Configuration

LOST = {"kind": "cut-after-effect", "method": "POST", "path": "accounts$", "times": 1}
NOT_FOUND = {"kind": "not-found", "form": "json", "times": 1}
ON_DELETE = {**NOT_FOUND, "method": "DELETE", "path": r"accounts/\d+$"}


def test_a_lost_account_whose_deletion_is_answered_404_is_named_if_the_list_shows_it(
    bulk: World,
) -> None:
    """It is not called deleted, and no further one is created."""
    bulk.emulator.faults([LOST, ON_DELETE])
    with pytest.raises(Refused) as caught:
        bulk.organization().create_account("bot", None, None, ())
    (left,) = bulk.accounts("bot")
    assert f"{left['id']} ({left['username']}" in str(caught.value)
    assert "The list, read after that, shows it." in str(caught.value)


def test_an_expiry_by_this_machine_s_clock_alone_makes_no_404_believed(bulk: World) -> None:
    """The server's clock says that the account lives."""
    expires = datetime.now(timezone.utc) + timedelta(days=100)
    number = bulk.organization().create_account("bot", None, expires, ()).account.id
    bulk.now = datetime.now(timezone.utc) + timedelta(days=400)
    bulk.emulator.faults([ON_DELETE])
    with pytest.raises(Refused, match="It is not gone, and nothing was changed"):
        bulk.organization().delete_account(number)
    assert len(bulk.accounts("bot")) == 1


def test_a_removal_that_is_answered_404_is_not_believed_if_the_list_shows_the_row(
    world: World,
) -> None:
    """In both dialects; the access is there, and so is the state."""
    number = world.client().create_service_account(1001, "bot").account.id
    world.client().add_to_project(1001, number, 2001, "analyst")
    world.emulator.faults([{**NOT_FOUND, "path": "remove-from-project|projects/2001$"}])
    with pytest.raises(Refused) as caught:
        world.organization().writes.remove(number, 2001)
    assert str(caught.value) == (
        f"the removal of service account {number} in project 2001 was answered with 404, and the "
        "list read after it shows the account there. It was not removed. Run the command again."
    )
    world.organization().writes.remove(number, 2001)
    assert world.roles(number) == {}


@pytest.mark.parametrize("body", [b'{"error": "you may not"}', b'{"status": "error"}'])
def test_an_error_with_status_200_is_no_yes(body: bytes) -> None:
    """In the vendor's own shape, with or without its status."""
    with pytest.raises(MalformedAnswer):
        acknowledged(Answer(Request("DELETE", "/x"), 200, body, "application/json"))


def test_a_role_that_is_refused_removes_nothing_where_the_role_before_is_unknown(
    bulk: World,
) -> None:
    """A membership that is created, in a project that is closed to us."""
    organization = bulk.organization(outsider(bulk))
    first, second = member(bulk, "analyst"), member(bulk, "analyst")
    organization.writes.set_role(first, 2001, "consumer")
    bulk.emulator.faults([{"kind": "switch", "name": "owner", "value": "refused"}])
    with pytest.raises(StatusError, match="add-to-project answered 400"):
        organization.writes.set_role(second, 2001, "owner")
    assert bulk.roles(second) == {2001: "analyst"}


def test_a_gone_project_whose_list_fails_is_not_let_go(bulk: World) -> None:
    """Only a 403 or 404 of it is passed over."""
    account = member(bulk, "analyst")
    forbidden = {"kind": "forbidden", "path": "remove-from-project"}
    bulk.emulator.faults([forbidden, {"kind": "500-before-effect", "path": "projects/2001"}])
    with pytest.raises(MixpanelError, match="answered 500"):
        project_membership.delete(session(bulk, "2001"), *membership(bulk, account))
    assert bulk.warnings == []


def test_a_refusal_of_another_server_lets_no_grant_go(bulk: World) -> None:
    """A 403 in HTML says nothing of the project."""
    account = member(bulk, "analyst")
    deleted(bulk)
    html = {"kind": "html", "status": 403, "path": "remove-from-project"}
    bulk.emulator.faults([html, {"kind": "forbidden", "path": "projects/2001"}])
    with pytest.raises(StatusError, match="answered 403: text/html"):
        project_membership.delete(session(bulk, "2001"), *membership(bulk, account))


@pytest.mark.parametrize(
    "sign",
    [
        '"hasMore": true',
        '"nextCursor": "x"',
        '"nextPage": 2',
        '"totalCount": 50',
        '"links": {"next": "/more"}',
        '"meta": {"total": 50}',
        '"total": "50"',
        '"count": 50.0',
        '"paging": {"next_cursor": "x"}',
        '"pagination": {"nextCursor": "x"}',
        '"pagination": {"has_next_page": true}',
        '"pageInfo": {"hasNextPage": true}',
        '"page_info": {"has_next_page": true}',
        '"truncated": true',
        '"pagination": {"page": 1, "num_pages": 3}',
        '"num_pages": 3',
    ],
)
def test_a_sign_of_more_is_an_error_however_it_is_spelled(sign: str) -> None:
    """In camelCase, within an object, as digits."""
    with pytest.raises(MalformedAnswer, match="a list in pages"):
        read_list(lambda request: _list_with(request, sign), "/x")


@pytest.mark.parametrize(
    "sign", ['"hasMore": false', '"total": 1', '"links": {"next": null}', '"meta": {"pages": 1}']
)
def test_a_sign_of_no_more_is_none(sign: str) -> None:
    """A whole list is a list."""
    assert len(read_list(lambda request: _list_with(request, sign), "/x")) == 1


def _list_with(request: Request, sign: str) -> Answer:
    body = f'{{"results": [{{"id": 1}}], {sign}}}'
    return Answer(request, 200, body.encode(), "application/json")


LISTED = {"name": "bot", "projects": [{"project_id": 2001, "role": "analyst"}]}
BOTH = "; manage it in one place, there or here."


@pytest.mark.parametrize("organization", [1001, None], ids=["configured", "told by /me"])
def test_a_membership_beside_projects_is_refused_whichever_comes_first(
    bulk: World, organization: int | None
) -> None:
    """Its check may come before the list is known, and the organization may come from `/me`."""

    def process() -> Any:  # noqa: ANN401
        configuration = Configuration(
            organization_id=organization, base_url=bulk.emulator.base_url, credentials=bulk.login()
        )
        return new_session(configuration, clock=bulk.clock, warn=bulk.warnings.append)

    first = process()
    made = service_account.create(first, service_account.check(first, {}, LISTED).inputs)
    wanted = {"service_account_id": int(made.id), "project_id": 2001, "role": "admin"}
    listed_first, membership_first = process(), process()
    again = service_account.check(listed_first, made.state, LISTED).inputs
    early = project_membership.check(listed_first, {}, wanted)
    service_account.diff(listed_first, made.id, made.state, again)
    with pytest.raises(Refused, match=BOTH):
        project_membership.create(listed_first, early.inputs)
    assert project_membership.check(listed_first, {}, wanted).failures

    grant = project_membership.check(membership_first, {}, wanted).inputs
    project_membership.create(membership_first, grant)
    again = service_account.check(membership_first, made.state, LISTED).inputs
    with pytest.raises(Refused, match=BOTH):
        service_account.diff(membership_first, made.id, made.state, again)
