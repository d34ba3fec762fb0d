"""Every switch for what nobody knows: each side is survived."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from tests.faults.conftest import World

from mixpanel_service_accounts.api import MixpanelError, StatusError
from mixpanel_service_accounts.emulator import Emulator
from mixpanel_service_accounts.emulator.faults import SWITCHES

SIDES = [
    (name, choice)
    for name, choices in SWITCHES.items()
    for choice in choices
    if not isinstance(choice, type)
] + [
    ("name-limit", 60),
    ("name-pattern", "[a-z-]+"),
    ("default-role", "custom"),
    ("list-delay", 2),
    ("membership-delay", 0),
    ("project-region", [2009]),  # ours on the host that lists it; the other side has its own test
]
UNENDING = ("next", "page", "has-more", "count", "link", "cycle", "endless")
REFUSED = {("trailing-slash", "on"), *(("pagination", form) for form in UNENDING)}
"""Sides under which the life below ends in an error: a write is redirected, a list may be short."""


def switch(name: str, value: object) -> dict[str, Any]:
    """Set a switch."""
    return {"kind": "switch", "name": name, "value": value}


@pytest.mark.parametrize(("name", "value"), SIDES, ids=str)
def test_a_life_under_each_side(world: World, name: str, value: object) -> None:
    """Create, read, add, change, remove, delete: done, or told."""
    if (name, str(value)) in REFUSED:
        world.emulator.faults([switch(name, value)])
        with pytest.raises(MixpanelError):
            world.organization().create_account("bot", None, None, ())
        assert world.accounts("bot") == []
        return
    one = world.organization()
    world.emulator.faults([switch(name, value)])
    created = one.create_account("bot", None, None, ())
    account = created.account.id
    assert created.account.created is not None
    later = world.organization()
    found = later.reads.account(account)
    assert found is not None
    assert found.username == created.account.username
    later.writes.set_role(account, 2001, "analyst")
    assert world.roles(account) == {2001: "analyst"}
    later.writes.set_role(account, 2001, "admin")
    assert world.roles(account) == {2001: "admin"}
    later.writes.remove(account, 2001)
    later.writes.remove(account, 2001)
    assert world.roles(account) == {}
    later.delete_account(account)
    later.delete_account(account)
    assert world.accounts("bot") == []


@pytest.mark.parametrize("form", ["z", "micro", "offset", "naive", "mixed"])
def test_every_form_of_a_date_is_the_same_instant(bulk: World, form: str) -> None:
    """Instants are compared, never texts."""
    bulk.emulator.faults([switch("dates", form)])
    expires = datetime(2031, 6, 30, 12, 30, 1, tzinfo=timezone.utc)
    one = bulk.organization()
    created = one.create_account("bot", None, expires, ()).account
    listed = one.client.list_service_accounts(1001)
    assert {account.expires for account in [created, *listed] if account.name == "bot"} == {expires}


def test_a_custom_role_with_another_spelling_is_no_drift(bulk: World) -> None:
    """The server's own word for it is remembered."""
    one = bulk.organization()
    account = one.create_account("bot", None, None, ()).account.id
    later = bulk.organization()
    bulk.emulator.faults([switch("role-spelling", "spelled")])
    word = later.writes.set_role(account, 2001, "Data Team")
    assert word is not None
    assert word.startswith("custom_")
    assert bulk.roles(account) == {2001: "Data Team"}
    assert [row.role for row in bulk.organization().reads.rows(account, 2001)] == [word]


def test_a_membership_that_shows_late_is_not_taken_for_missing_by_its_own_add(bulk: World) -> None:
    """The account was made here, so nothing is read back."""
    one = bulk.organization()
    bulk.emulator.faults([switch("membership-delay", 3)])
    account = one.create_account("bot", None, None, ()).account.id
    assert one.writes.set_role(account, 2001, "analyst") is None


def test_a_project_that_lives_on_another_host(tmp_path: Path) -> None:
    """Its list is a 404 on the default host: told, and never taken for gone; its own host has it."""
    store = tmp_path / "shared.sqlite"
    with Emulator(db=store) as default, Emulator(db=store) as regional:
        default.faults([switch("project-region", [2001])])
        here, there = World(default, "bulk"), World(regional, "bulk")
        account = here.organization().create_account("bot", None, None, ()).account.id
        there.organization().writes.set_role(account, 2001, "analyst")
        one = here.organization()
        asks: list[Callable[[], object]] = [
            lambda: one.reads.rows(account, 2001),
            lambda: one.writes.set_role(account, 2001, "admin"),
        ]
        for ask in asks:
            with pytest.raises(StatusError) as caught:
                ask()
            assert str(caught.value) == (
                "GET /projects/2001/service-accounts answered 404: Project 2001 is not in this region. "
                "Check the organization, the region and the base URL."
            )
        there.organization().writes.set_role(account, 2001, "consumer")
        assert [row.role for row in there.organization().reads.rows(account, 2001)] == ["consumer"]


@pytest.mark.parametrize("value", ["listed", "vanishes", "404"])
def test_an_expired_account_is_read_or_proven_gone(bulk: World, value: str) -> None:
    """It stays listed, or vanishes; where its own route answers 404, its row keeps it."""
    one = bulk.organization()
    expires = datetime(2031, 1, 1, tzinfo=timezone.utc)
    made = one.create_account("bot", None, expires, ()).account
    bulk.emulator.clock("2031-02-01T00:00:00Z")
    bulk.emulator.faults([switch("expired", value)])
    bulk.now = datetime(2031, 2, 1, tzinfo=timezone.utc)
    found = bulk.organization().reads.account(made.id)
    assert (found is None) == (value == "vanishes")
    told = (
        f"service account {made.id} ({made.username}) has expired, on 2031-01-01T00:00:00Z: its own "
        "route answers 404, and the list of accounts still shows it."
    )
    assert bulk.warnings == ([told] if value == "404" else [])
    bulk.organization().delete_account(made.id)


@pytest.mark.parametrize("value", ["separate", "merged"])
def test_a_team_s_grant_beside_ours(bulk: World, value: str) -> None:
    """Rows may be merged into one, with the higher role: ours is not fought over for ever."""
    account = bulk.organization().create_account("bot", None, None, ()).account.id
    bulk.emulator.grant(account, 2001, "admin", "team")
    bulk.emulator.faults([switch("grants", value)])
    later = bulk.organization()
    later.writes.set_role(account, 2001, "analyst")
    rows = later.reads.rows(account, 2001)
    assert {row.role for row in rows} == ({"admin"} if value == "merged" else {"admin", "analyst"})
    own = [
        row["role"]
        for row in bulk.emulator.state()["memberships"]
        if row["account"] == account and row["target_type"] == "individual"
    ]
    assert own == ["analyst"]
