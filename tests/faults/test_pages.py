"""Lists that come page by page, or look as if more of them were to come: never a short list."""

from __future__ import annotations

from typing import Any

import pytest
from tests.faults.conftest import World

from mixpanel_service_accounts.api import MalformedAnswer, MixpanelError
from mixpanel_service_accounts.api.dialects import pages

ACCOUNTS = "/organizations/1001/service-accounts"


SIZE = {"kind": "switch", "name": "page-size"}


def switch(value: str) -> dict[str, Any]:
    """Set how lists are given."""
    return {"kind": "switch", "name": "pagination", "value": value}


def prepared(world: World) -> list[int]:
    """Make five accounts with a grant each in one project; tell their numbers."""
    one = world.organization()
    numbers = [one.create_account(f"bot-{at}", None, None, ()).account.id for at in range(5)]
    for number in numbers:
        one.writes.set_role(number, 2001, "analyst")
    return numbers


@pytest.mark.parametrize("form", ["cursor", "doubled", "slipped", "last"])
def test_every_page_is_read_in_every_use_of_a_list(world: World, form: str) -> None:
    """Accounts, members and grants are all there, also where a row moves between two pages."""
    numbers = prepared(world)
    for number in numbers:
        world.emulator.faults([switch(form)])
        one = world.organization()
        assert [row.role for row in one.reads.rows(number, 2001)] == ["analyst"]
        account = one.reads.account(number)
        assert account is not None
        assert account.id == number
    world.emulator.faults([switch("cursor" if form == "slipped" else form)])
    client = world.client()
    assert {account.id for account in client.list_service_accounts(1001)} >= {*numbers}
    assert {member.account.id for member in client.list_project_members(1001, 2001)} >= {*numbers}


def test_a_cursor_is_sent_back_encoded_on_the_same_route(bulk: World) -> None:
    """The emulator's cursors have every character that a query would misread."""
    prepared(bulk)
    bulk.emulator.faults([switch("cursor")])
    client = bulk.client()
    bulk.emulator.forget_calls()
    assert client.list_service_accounts(1001).pages == 3
    assert [call["path"] for call in bulk.emulator.calls()] == [ACCOUNTS] * 3


def test_a_paged_list_without_it_and_a_404_is_gone_only_after_a_second_reading(
    bulk: World,
) -> None:
    """The row slipped between two pages of the first reading, and the 404 was wrong."""
    number = prepared(bulk)[1]
    bulk.emulator.faults(
        [switch("slipped"), {"kind": "not-found", "path": rf"/{number}$", "times": 1}]
    )
    with pytest.raises(MixpanelError, match="the list of accounts, read after it, shows it"):
        bulk.organization().reads.account(number)


def test_a_create_before_a_paged_list_knows_all_that_was_there(bulk: World) -> None:
    """An account whose row slipped is not new, and is not deleted for a lost answer."""
    numbers = prepared(bulk)
    lost = {"kind": "cut-before-effect", "method": "POST", "path": "accounts$", "times": 1}
    bulk.emulator.faults([switch("slipped"), lost])
    bulk.organization().create_account("bot-1", None, None, ())
    left = [row["id"] for row in bulk.accounts()]
    assert left[:5] == numbers


def test_what_a_lost_answer_left_is_found_though_it_slipped_between_pages(bulk: World) -> None:
    """It is deleted and made again, and no second one stays."""
    numbers = prepared(bulk)
    one = bulk.organization()
    one.create_account("first", None, None, ())
    lost = {"kind": "500-after-effect", "method": "POST", "path": "accounts$", "times": 1}
    # Six rows are before it, and so many are a page: it is the first of the second page.
    bulk.client().delete_service_account(1001, numbers[0])
    slipping = [switch("slipped"), {**SIZE, "value": 6}]
    bulk.emulator.faults([*slipping, lost])
    # Each look is announced, and in each it slips from the first reading.
    one.client.announce = lambda _line: bulk.emulator.faults(slipping)
    created = one.create_account("bot", None, None, ()).account
    assert [row["id"] for row in bulk.accounts("bot")] == [created.id]


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ("next", "a list in pages: it has the key 'next'"),
        ("page", "a list in pages: it has the key 'page'"),
        ("has-more", "a list in pages: `has_more` is true"),
        ("count", "a list in pages: `count` is 7, and 3 rows came"),
        ("link", "a list in pages: it has the header Link with rel=next"),
        ("cycle", "a list in pages that never ends: a cursor came twice"),
        ("endless", "a list of more than 1000 pages"),
    ],
)
def test_a_list_that_may_be_short_is_an_error(world: World, form: str, problem: str) -> None:
    """It says what was seen."""
    prepared(world)
    world.emulator.faults([switch(form)])
    with pytest.raises(MalformedAnswer) as caught:
        world.client().list_service_accounts(1001)
    assert str(caught.value).endswith(f", not what this API describes ({problem}).")
    assert str(caught.value).startswith(f"GET {ACCOUNTS}")


def test_a_list_of_too_many_bytes_is_an_error(bulk: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """All pages together count."""
    prepared(bulk)
    bulk.emulator.faults([switch("cursor")])
    monkeypatch.setattr(pages, "LARGEST_LIST", 600)
    with pytest.raises(MalformedAnswer, match="a list of more than 0 MB"):
        bulk.client().list_service_accounts(1001)
