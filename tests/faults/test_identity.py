"""Whose account it is: an answer that speaks of another account is not believed anywhere."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.faults.conftest import World
from tests.rules import home_of, service_account

from mixpanel_service_accounts.api import MalformedAnswer, MixpanelError, Refused
from mixpanel_service_accounts.api.models import Place
from mixpanel_service_accounts.api.naming import may_have_name, plain_form

ACCOUNTS = "/organizations/1001/service-accounts"
CREATES = {"method": "POST", "path": "accounts$", "times": 1}
LOST = {**CREATES, "kind": "cut-after-effect"}
LOST_BEFORE = {**CREATES, "kind": "cut-before-effect"}


def changed(method: str, path: str, **results: object) -> dict[str, Any]:
    """Change one answer."""
    return {
        "kind": "changed",
        "method": method,
        "path": path,
        "results": results,
        "times": 1,
    }


def naming(form: str) -> dict[str, Any]:
    """Set what the server makes of names."""
    return {"kind": "switch", "name": "naming", "value": form}


def number_of_login(world: World) -> int:
    """Tell the number of the seeded login."""
    rows = world.emulator.state()["accounts"]
    (number,) = (row["id"] for row in rows if row["username"] == world.emulator.username)
    return int(number)


@pytest.mark.parametrize(
    "which",
    ["old", "made here", "login", "zero", "negative", "named otherwise", "another's username"],
)
def test_a_create_answered_with_another_account_counts_as_lost(world: World, which: str) -> None:
    """Nothing foreign is taken into the state; what was made is recovered, or named."""
    old = world.organization().create_account("old", None, None, ()).account
    bots = world.organization().create_account("bo", None, None, ()).account
    one = world.organization()
    here = one.create_account("here", None, None, ()).account
    choices: dict[str, dict[str, Any]] = {
        "old": {"id": old.id},
        "made here": {"id": here.id},
        "login": {"id": number_of_login(world)},
        "zero": {"id": 0},
        "negative": {"id": -5},
        "another's username": {"username": bots.username},
        "named otherwise": {"username": "stranger.1a2b3c.mp-service-account", "name": "stranger"},
    }
    world.emulator.faults([changed("POST", "accounts$", **choices[which])])
    if world.dialect == "nested":
        with pytest.raises(Refused, match="Nothing was deleted"):
            one.create_account("bot", None, None, ())
        assert len(world.accounts("bot")) == 1
        return
    created = one.create_account("bot", None, None, ())
    (row,) = world.accounts("bot")
    assert (row["id"], row["secret"]) == (created.account.id, created.secret.reveal())
    assert created.account.username == row["username"]
    assert [row["id"] for row in world.accounts()][:3] == [old.id, bots.id, here.id]


@pytest.mark.parametrize("value", ["yes", "no"])
def test_a_create_answered_with_our_own_login_s_user_counts_as_lost(
    bulk: World, value: str
) -> None:
    """Where the list does not show who we are, `/me` does."""
    bulk.organization().create_account("old", None, None, ())
    user = bulk.client().me().user_id
    one = bulk.organization()
    listed = {"kind": "switch", "name": "caller-listed", "value": value}
    bulk.emulator.faults([listed, changed("POST", "accounts$", id=7777, user=user)])
    if value == "yes":
        assert one.create_account("bot", None, None, ()).account.id != 7777
        return
    with pytest.raises(Refused) as caught:
        one.create_account("bot", None, None, ())
    assert (
        "was lost: POST /organizations/1001/service-accounts was answered with service account 7777, "
        "which is our own login; that is not believed."
    ) in str(caught.value)


def test_a_read_answered_with_another_account_is_an_error(world: World) -> None:
    """The state stays as it was, with its own username."""
    made = world.organization().create_account("bot", None, None, ()).account
    other = world.organization().create_account("other", None, None, ()).account
    path = rf"accounts/{made.id}$"
    world.emulator.faults([changed("GET", path, id=other.id, username=other.username)])
    context = world.context()
    home = home_of(Place(world.emulator.base_url, 1001))
    state = {"home": home, "name": "bot", "username": made.username, "secret": "made-up"}
    with pytest.raises(MalformedAnswer) as caught:
        service_account.read(context, str(made.id), state)
    assert str(caught.value).endswith(
        f", not what this API describes (service account {other.id}, and {made.id} was asked for)."
    )


@pytest.mark.parametrize(
    ("results", "problem"),
    [
        ({}, "lists service account {id} twice"),
        ({"id": 7777}, "lists the username {username!r} for two service accounts, {id} and 7777"),
    ],
    ids=["an id twice", "a username twice"],
)
def test_a_list_that_contradicts_itself_is_an_error(
    world: World, results: dict[str, Any], problem: str
) -> None:
    """For every use of it: reads, creates, deletions, and projects under `bulk`."""
    made = world.organization().create_account("bot", None, None, ()).account
    world.organization().writes.set_role(made.id, 2001, "analyst")
    world.emulator.faults([{"kind": "doubled", "path": "accounts$", "results": results}])
    told = problem.format(id=made.id, username=made.username)
    message = f"GET {ACCOUNTS} {told}; such a list is not believed."
    one = world.organization()
    uses: list[Any] = [
        one.reads.accounts,
        lambda: one.create_account("new", None, None, ()),
        lambda: one.delete_account(made.id),
    ]
    if world.dialect == "bulk":
        uses.append(lambda: one.reads.rows(made.id, 2001))
    for use in uses:
        with pytest.raises(MalformedAnswer) as caught:
            use()
        assert str(caught.value) == message.replace(
            ACCOUNTS,
            "/projects/2001/service-accounts" if use is uses[-1] and len(uses) > 3 else ACCOUNTS,
        )
    assert [row["name"] for row in world.accounts()] == ["bot"]


@pytest.mark.parametrize("dialect", ["bulk", "nested"])
def test_our_own_login_is_never_deleted_by_its_number(
    worlds: dict[str, World], dialect: str
) -> None:
    """A state that holds its number under another username does not lead to its deletion."""
    world = worlds[dialect]
    number = number_of_login(world)
    world.emulator.forget_calls()
    with pytest.raises(Refused) as caught:
        world.organization().delete_account(number)
    assert str(caught.value) == (
        f"{world.emulator.username!r} is the account that this provider logs in with, and would be "
        "deleted. Log in with another account first."
    )
    assert [call["method"] for call in world.emulator.calls()] == ["GET"]


def test_our_own_login_is_known_by_the_user_of_me(bulk: World) -> None:
    """A row with another username and our own user is our login."""
    made = bulk.organization().create_account("bot", None, None, ()).account
    user = bulk.client().me().user_id
    hidden = {"kind": "switch", "name": "caller-listed", "value": "no"}
    bulk.emulator.faults([hidden, changed("GET", "accounts$", user=user)])
    with pytest.raises(Refused, match="is the account that this provider logs in with"):
        bulk.organization().delete_account(made.id)
    assert len(bulk.accounts("bot")) == 1


def test_the_list_is_read_once_before_the_first_deletion(bulk: World) -> None:
    """A run that deletes A accounts costs A + 1 calls."""
    numbers = [
        bulk.organization().create_account(f"bot-{at}", None, None, ()).account.id
        for at in range(8)
    ]
    one = bulk.organization()
    bulk.emulator.forget_calls()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one.delete_account, numbers))
    assert len(bulk.emulator.calls()) == len(numbers) + 1
    assert bulk.accounts() == []


@pytest.mark.parametrize(
    ("form", "name", "made"),
    [
        ("lower", "Data Export", "data export"),
        ("slug", "Data Export", "data-export"),
        ("cut", "data-export-of-the-warehouse", "data-export-of-the-w"),
    ],
)
def test_a_normalised_name_is_ours_and_told(bulk: World, form: str, name: str, made: str) -> None:
    """One warning; and a later lost answer of that name is recovered by the form seen."""
    one = bulk.organization()
    bulk.emulator.faults([naming(form)])
    created = one.create_account(name, None, None, ()).account
    assert bulk.warnings == [
        f"service account {created.id} was asked for as {name!r}, and the server named it {made!r} "
        f"({created.username}): it normalises names."
    ]
    bulk.emulator.faults([naming(form), LOST])
    again = one.create_account(name, None, None, ()).account
    assert [row["id"] for row in bulk.accounts()] == [created.id, again.id]


@pytest.mark.parametrize("form", ["lower", "slug", "cut"])
def test_a_normalised_match_is_named_and_left(bulk: World, form: str) -> None:
    """A form that this process has not seen the server make deletes nothing."""
    bulk.emulator.faults([naming(form), LOST])
    with pytest.raises(Refused, match="Nothing was deleted") as caught:
        bulk.organization().create_account("Data Export of the Warehouse", None, None, ())
    (row,) = bulk.accounts()
    assert f"{row['id']} ({row['username']}, made " in str(caught.value)


@pytest.mark.parametrize("form", ["lower", "slug", "cut"])
def test_two_processes_whose_names_become_one_delete_nothing_foreign(
    bulk: World, form: str
) -> None:
    """The other's account is new, ours by its creator and never used, and it stays."""
    one, other = bulk.organization(), bulk.organization()
    one.create_account("first", None, None, ())
    bulk.emulator.faults([naming(form)])
    theirs = other.create_account("Data Export for the team of web", None, None, ()).account.id
    bulk.emulator.faults([naming(form), LOST_BEFORE])
    with pytest.raises(Refused, match="Nothing was deleted"):
        one.create_account("Data.Export for the TEAM of web", None, None, ())
    assert theirs in [row["id"] for row in bulk.accounts()]


def test_creates_whose_normalised_names_are_equal_wait_for_each_other(bulk: World) -> None:
    """Threads that ask for forms of one name, some of whose answers are lost, lose nothing."""
    one = bulk.organization()
    bulk.emulator.faults([naming("slug")])
    names = ["my bot", "My Bot", "my-bot", "MY.BOT"]
    for name in names:
        one.create_account(name, None, None, ())
    bulk.emulator.faults([naming("slug"), {**LOST, "times": 2}])
    with ThreadPoolExecutor(4) as pool:
        made = [
            created.account.id
            for created in pool.map(lambda name: one.create_account(name, None, None, ()), names)
        ]
    assert {*made} <= {row["id"] for row in bulk.accounts()}
    assert len(bulk.accounts()) == 8
    locks = {id(one._creator._created_here.one_by_one(1001, name)) for name in names}
    assert len(locks) == 1


def test_names_that_a_server_does_not_make_of_each_other() -> None:
    """Letters and digits decide; nothing at all is no form of anything."""
    from mixpanel_service_accounts.api import Account  # noqa: PLC0415

    def named(username: str) -> Account:
        return Account(id=1, username=username, name=username)

    assert may_have_name(named("caf-bot"), "café bot") is True
    assert may_have_name(named("***"), "bot") is False
    assert may_have_name(named("bots"), "bot") is False
    assert may_have_name(named("***"), "***") is True
    assert plain_form("Straße 1") == "strasse1"


def test_a_404_that_the_list_contradicts_is_an_error_in_read_and_delete(world: World) -> None:
    """The list, read after it, shows the account: nothing is gone and nothing is done."""
    made = world.organization().create_account("bot", None, None, ()).account
    told = (
        f"service account {made.id} was answered with 404, and the list of accounts, read after it, "
        f"shows it ({made.username}). It is not gone, and nothing was changed. Run the command again."
    )
    for method in ("GET", "DELETE"):
        world.emulator.faults(
            [{"kind": "not-found", "method": method, "path": rf"/{made.id}$", "times": 1}]
        )
        one = world.organization()
        with pytest.raises(MixpanelError) as caught:
            one.reads.account(made.id) if method == "GET" else one.delete_account(made.id)
        assert str(caught.value) == told
    assert len(world.accounts("bot")) == 1


def test_a_list_from_before_the_404_does_not_contradict_it(bulk: World) -> None:
    """It is read again, once for both accounts that went meanwhile."""
    numbers = [
        bulk.organization().create_account(name, None, None, ()).account.id for name in ("a", "b")
    ]
    one = bulk.organization()
    assert {*numbers} < {*one.reads.accounts()}
    for number in numbers:
        bulk.client().delete_service_account(1001, number)
    bulk.emulator.forget_calls()
    assert [one.reads.require_gone(number) for number in numbers] == [None, None]
    assert [call["path"] for call in bulk.emulator.calls()] == [ACCOUNTS]


def test_many_that_are_gone_already_cost_one_list(bulk: World) -> None:
    """A destroy of accounts that somebody deleted reads no list for each of them."""
    numbers = [
        bulk.organization().create_account(f"bot-{at}", None, None, ()).account.id
        for at in range(6)
    ]
    for number in numbers:
        bulk.client().delete_service_account(1001, number)
    one = bulk.organization()
    bulk.emulator.forget_calls()
    for number in numbers:
        one.delete_account(number)
    lists = [call for call in bulk.emulator.calls() if call["method"] == "GET"]
    assert len(lists) == 2  # before the first deletion, and the proof
