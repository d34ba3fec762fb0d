"""Create exactly once, in company: other threads, other logins, late lists, missing creators.

In doubt nothing is deleted and everything is named.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.faults.conftest import World
from tests.rules import new_session

from mixpanel_service_accounts.api import Client, Credentials, MixpanelError, Refused, StatusError
from mixpanel_service_accounts.api.models import Place
from mixpanel_service_accounts.api.organization import Organization
from mixpanel_service_accounts.configuration import Configuration

LOST = {"kind": "cut-after-effect", "method": "POST", "path": "accounts$", "times": 1}
LOST_BEFORE = {"kind": "cut-before-effect", "method": "POST", "path": "accounts$", "times": 1}


def switch(name: str, value: object) -> dict[str, Any]:
    """Set a switch."""
    return {"kind": "switch", "name": name, "value": value}


def other_login(world: World) -> Organization:
    """Log in as somebody else, an admin that the seeded login made."""
    made = world.client().create_service_account(1001, "colleague", role="admin")
    return world.organization(world.client(made.account.username, made.secret.reveal()))


def ids(world: World, name: str = "bot") -> list[int]:
    """Tell which accounts of a name are there."""
    return [row["id"] for row in world.accounts(name)]


def test_a_colleague_s_account_of_that_name_stays(bulk: World) -> None:
    """Made before: it is known. Ours that was lost is deleted and made again."""
    theirs = other_login(bulk).create_account("bot", None, None, ()).account.id
    one = bulk.organization()
    bulk.emulator.faults([LOST])
    created = one.create_account("bot", None, None, ())
    assert ids(bulk) == [theirs, created.account.id]
    assert bulk.warnings == []


def test_a_colleague_s_account_made_meanwhile_is_never_deleted(bulk: World) -> None:
    """Nothing reached the server; the only new account of that name is somebody else's."""
    one, colleague = bulk.organization(), other_login(bulk)
    one.create_account("first", None, None, ())  # reads the list
    theirs = colleague.create_account("bot", None, None, ()).account.id
    bulk.emulator.faults([LOST_BEFORE])
    with pytest.raises(Refused) as caught:
        one.create_account("bot", None, None, ())
    assert ids(bulk) == [theirs]
    (row,) = bulk.accounts("bot")
    made = row["created"][:19]
    assert str(caught.value) == (
        "the answer to the creation of 'bot' in organization 1001 was lost: POST "
        "/organizations/1001/service-accounts was cut off before the whole answer had arrived. New "
        f"accounts of that name, one of which may be what was lost: {theirs} ({row['username']}, made "
        f"{made}Z). Nothing was deleted. Delete in Mixpanel's organization settings, under Service "
        "Accounts, those that nothing uses, and run up again."
    )


def test_two_new_accounts_of_that_name_are_both_left_alone(bulk: World) -> None:
    """Ours and somebody else's: both are named."""
    one, colleague = bulk.organization(), other_login(bulk)
    one.create_account("first", None, None, ())
    theirs = colleague.create_account("bot", None, None, ()).account.id
    bulk.emulator.faults([LOST])
    with pytest.raises(Refused) as caught:
        one.create_account("bot", None, None, ())
    assert len(ids(bulk)) == 2
    assert theirs in ids(bulk)
    assert all(f"{number} (" in str(caught.value) for number in ids(bulk))


@pytest.mark.parametrize(
    "switches",
    [
        [switch("creator", "null")],
        [switch("last-used", "absent")],
        [switch("caller-listed", "no")],
    ],
    ids=["creator null", "last_used absent", "our own user unknown"],
)
def test_without_every_sign_nothing_is_deleted(bulk: World, switches: list[dict[str, Any]]) -> None:
    """Each sign that is missing leaves a doubt."""
    one = bulk.organization()
    bulk.emulator.faults([LOST, *switches])
    with pytest.raises(Refused, match="Nothing was deleted"):
        one.create_account("bot", None, None, ())
    assert len(ids(bulk)) == 1


def test_an_account_that_was_used_is_somebody_s(bulk: World) -> None:
    """Its secret reached somebody, though not us."""
    one = bulk.organization()
    one.create_account("first", None, None, ())
    bulk.emulator.faults([{**LOST, "times": 1}])
    original = one.client.list_service_accounts

    def used_meanwhile(organization: int) -> Any:  # noqa: ANN401
        row = bulk.accounts("bot")[0]
        assert bulk.logs_in(row["username"], row["secret"])
        return original(organization)

    one.client.list_service_accounts = used_meanwhile  # type: ignore[method-assign, assignment]
    with pytest.raises(Refused, match="Nothing was deleted"):
        one.create_account("bot", None, None, ())
    assert len(ids(bulk)) == 1


@pytest.mark.parametrize("lists", [1, 3, 5])
def test_a_late_list_is_waited_for(bulk: World, lists: int) -> None:
    """New accounts show late; looked for until the server's own deadline has passed."""
    one = bulk.organization()
    one.create_account("first", None, None, ())
    bulk.emulator.faults([LOST, switch("list-delay", lists)])
    created = one.create_account("bot", None, None, ())
    assert ids(bulk) == [created.account.id]
    assert bulk.slept <= 120


def test_what_never_reached_the_server_is_made_after_the_deadline(bulk: World) -> None:
    """Not before: the server may still be at it."""
    one = bulk.organization()
    bulk.emulator.faults([LOST_BEFORE])
    created = one.create_account("bot", None, None, ())
    assert ids(bulk) == [created.account.id]
    assert bulk.slept == 120
    assert bulk.lines[0] == (
        "the answer to the creation of 'bot' was lost (was cut off before the whole answer had "
        "arrived.); looking for what it left behind"
    )
    assert bulk.lines[1] == "waiting 2 s for 'bot' to show in the list of accounts, look 2"


def test_after_a_vendor_shaped_error_two_looks_are_enough(bulk: World) -> None:
    """The server has answered: it is not still at it."""
    one = bulk.organization()
    fault = {"kind": "500-before-effect", "method": "POST", "path": "accounts$", "times": 1}
    bulk.emulator.faults([fault])
    one.create_account("bot", None, None, ())
    assert bulk.slept == 5


def test_it_is_tried_again_twice_and_leaves_nothing(bulk: World) -> None:
    """Three lost answers in a row are given up, and none of the accounts stays."""
    one = bulk.organization()
    bulk.emulator.faults([{**LOST, "times": 3}])
    with pytest.raises(Refused) as caught:
        one.create_account("bot", None, None, ())
    assert ids(bulk) == []
    assert str(caught.value).endswith(
        "That was the last of 3 tries; no account of them is in the list. Run up again later."
    )
    assert one.create_account("bot", None, None, ()).account.id in ids(bulk)


def test_where_the_list_cannot_be_read_the_doubt_is_told(bulk: World) -> None:
    """Nobody can say what is there."""
    one = bulk.organization()
    one.create_account("first", None, None, ())
    bulk.emulator.faults([LOST, {"kind": "forbidden", "method": "GET"}])
    with pytest.raises(
        Refused, match="an account of that name may be there whose secret nobody has"
    ):
        one.create_account("bot", None, None, ())


def test_a_list_that_lost_our_own_login_is_not_believed(bulk: World) -> None:
    """Rights were lost meanwhile: that it shows nothing does not mean that nothing is there."""
    one = bulk.organization()
    one.create_account("first", None, None, ())
    fault = {"kind": "500-after-effect", "method": "POST", "path": "accounts$", "times": 1}
    bulk.emulator.faults([fault, {"kind": "empty-list", "method": "GET"}])
    with pytest.raises(Refused) as caught:
        one.create_account("bot", None, None, ())
    assert len(ids(bulk)) == 1
    assert (
        "The list of accounts could not be read afterwards (it does not show our own login, which it "
        "showed before), so an account of that name may be there whose secret nobody has."
    ) in str(caught.value)


def test_threads_that_make_one_name_do_not_delete_each_other_s(bulk: World) -> None:
    """Eight at once, three of them lose their answer."""
    one = bulk.organization()
    one.create_account("first", None, None, ())
    bulk.emulator.faults([{**LOST, "times": 3}])
    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(one.create_account, "bot", None, None, ()) for _ in range(8)]
        outcomes = [future.exception() for future in futures]
    known = {future.result().account.id for future in futures if not future.exception()}
    assert set(ids(bulk)) == known
    assert all(outcome is None or isinstance(outcome, MixpanelError) for outcome in outcomes)
    assert len(known) >= 7


def test_what_this_process_made_is_never_taken_for_what_was_lost(bulk: World) -> None:
    """The first of the name is held by a resource; the second never reached the server."""
    one = bulk.organization()
    first = one.create_account("bot", None, None, ()).account.id
    bulk.emulator.faults([LOST_BEFORE])
    second = one.create_account("bot", None, None, ()).account.id
    assert ids(bulk) == [first, second]


@pytest.mark.parametrize("lost", [LOST, LOST_BEFORE], ids=["after", "before"])
def test_two_that_may_be_ours_are_both_left_alone(bulk: World, lost: dict[str, Any]) -> None:
    """Another pipeline with the same login made accounts of that name meanwhile."""
    one, pipeline = bulk.organization(), bulk.organization()
    one.create_account("first", None, None, ())
    for _ in range(2):
        pipeline.create_account("bot", None, None, ())
    bulk.emulator.faults([lost])
    there = ids(bulk)
    with pytest.raises(Refused, match="Nothing was deleted"):
        one.create_account("bot", None, None, ())
    assert ids(bulk)[:2] == there


@pytest.mark.parametrize("value", ["409", "400"])
def test_unique_names_are_told_as_such(bulk: World, value: str) -> None:
    """A second account of a name may be refused; nothing is looked for then."""
    one = bulk.organization()
    one.create_account("bot", None, None, ())
    bulk.emulator.faults([switch("duplicate-name", value)])
    with pytest.raises(MixpanelError, match="A service account with this name already exists"):
        one.create_account("bot", None, None, ())
    bulk.emulator.faults([switch("duplicate-name", value), {**LOST, "times": 1}])
    other = one.create_account("other", None, None, ())
    assert ids(bulk, "other") == [other.account.id]


def test_an_earlier_run_s_account_is_named_once(bulk: World) -> None:
    """Of the wanted name, made by our login, held by no resource: a possible orphan."""
    earlier = bulk.organization().create_account("bot", None, None, ()).account
    one = bulk.organization()
    one.create_account("bot", None, None, ())
    assert len(bulk.warnings) == 1
    assert bulk.warnings[0].startswith(
        "accounts of the name 'bot' that this login made earlier and nobody ever used, perhaps left "
        f"behind by a killed run: {earlier.id} ({earlier.username}, made "
    )
    assert bulk.warnings[0].endswith(
        "). Or a resource that this run did not look at holds them (a new name, --target, --replace): "
        "`pulumi-mixpanel report --orphans`, which reads the states, tells them apart. Nothing was done "
        "about them."
    )
    assert len(ids(bulk)) == 2


def test_an_account_that_this_run_deleted_is_not_named(bulk: World) -> None:
    """A replacement that deletes first: the list of before still shows what is gone."""
    old = bulk.organization().create_account("bot", None, None, ()).account
    later = bulk.organization()
    later.delete_account(old.id)
    later.create_account("bot", None, None, ())
    assert bulk.warnings == []
    assert len(ids(bulk)) == 1


@pytest.mark.parametrize("known", [True, False])
def test_an_earlier_account_that_may_be_in_use_is_not_named(bulk: World, known: bool) -> None:  # noqa: FBT001
    """`last_used` counts, and so does a server that does not tell it: a live credential."""
    earlier = bulk.organization().create_account("bot", None, None, ())
    if known:
        login = Credentials(username=earlier.account.username, secret=earlier.secret)
        Client(bulk.emulator.base_url, login).me()
    else:
        bulk.emulator.faults([switch("last-used", "absent")])
    bulk.organization().create_account("bot", None, None, ())
    assert bulk.warnings == []


def test_what_is_refused_after_a_loss_is_told_with_it(bulk: World) -> None:
    """Names are unique, and the list shows the lost account too late: 409 alone would mislead."""
    one = bulk.organization()
    switches = [switch("duplicate-name", "409"), switch("list-delay", 8)]
    bulk.emulator.faults([LOST, *switches])
    with pytest.raises(Refused) as caught:
        one.create_account("bot", None, None, ())
    (row,) = bulk.accounts("bot")
    text = str(caught.value)
    assert text.startswith("the answer to the creation of 'bot' in organization 1001 was lost: ")
    assert (
        "The next try was refused: POST /organizations/1001/service-accounts answered 409: A service "
        "account with this name already exists. New accounts of that name, one of which may be what "
        f"was lost: {row['id']} ({row['username']}, made "
    ) in text


def test_an_orphan_that_cannot_be_deleted_is_named(bulk: World) -> None:
    """It is there, nobody has its secret, and the error says so."""
    one = bulk.organization()
    bulk.emulator.faults([LOST, {"kind": "forbidden", "method": "DELETE"}])
    with pytest.raises(Refused) as caught:
        one.create_account("bot", None, None, ())
    (row,) = bulk.accounts("bot")
    text = str(caught.value)
    assert (
        f"It could not be deleted: DELETE /organizations/1001/service-accounts/{row['id']} " in text
    )
    assert f"one of which may be what was lost: {row['id']} ({row['username']}, made " in text


def test_somebody_else_s_new_account_does_not_end_the_search(bulk: World) -> None:
    """Theirs shows at once and ours late: both are named, for ours may be the orphan."""
    one, colleague = bulk.organization(), other_login(bulk)
    one.create_account("first", None, None, ())
    theirs = colleague.create_account("bot", None, None, ()).account.id
    bulk.emulator.faults([LOST, switch("list-delay", 3)])
    with pytest.raises(Refused, match="Nothing was deleted") as caught:
        one.create_account("bot", None, None, ())
    assert len(ids(bulk)) == 2
    assert theirs in ids(bulk)
    assert all(f"{number} (" in str(caught.value) for number in ids(bulk))


def test_one_organization_on_two_hosts_is_one(bulk: World) -> None:
    """What the process made through the one is not taken for lost through the other."""
    here = bulk.emulator.base_url
    configuration = Configuration(credentials=bulk.login())
    context = new_session(configuration, clock=bulk.clock)
    one = context.organization(Place(here, 1001))
    other = context.organization(Place(here.replace("127.0.0.1", "localhost"), 1001))
    one.create_account("first", None, None, ())
    held = other.create_account("bot", None, None, ()).account.id
    bulk.emulator.faults([LOST_BEFORE])
    made = one.create_account("bot", None, None, ()).account.id
    assert ids(bulk) == [held, made]


def test_a_first_list_that_fails_fails_for_all_at_once(bulk: World) -> None:
    """Not for one after the other, each with its own deadline."""
    one = bulk.organization()
    threads, asked, waiting = 4, [], threading.Semaphore(0)
    original = one._creator._lists.get

    def get(key: str, load: Any) -> Any:  # noqa: ANN401
        waiting.release()
        return original(key, load)

    def fail(organization: int) -> Any:  # noqa: ANN401
        asked.append(organization)
        for _ in range(threads if len(asked) == 1 else 0):
            waiting.acquire()
        raise StatusError("GET", "/list", 503, "No.", vendor_shaped=True)

    one._creator._lists.get = get  # type: ignore[method-assign, assignment]
    one.client.list_service_accounts = fail  # type: ignore[method-assign, assignment]
    with ThreadPoolExecutor(threads) as pool:
        futures = [
            pool.submit(one.create_account, f"bot-{at}", None, None, ()) for at in range(threads)
        ]
        errors = [future.exception() for future in futures]
    assert all(isinstance(error, StatusError) for error in errors)
    assert len(asked) < threads


def after_effect(status: int, form: str = "empty", **more: object) -> dict[str, Any]:
    """Let a create be answered with a status after it has acted."""
    place = {"method": "POST", "path": "accounts$", "times": 1}
    return {"kind": "status-after-effect", "status": status, "form": form, **place, **more}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_after_the_effect_is_recovered_from(bulk: World, status: int) -> None:
    """The server has answered: two looks are enough."""
    one = bulk.organization()
    bulk.emulator.faults([after_effect(status, location="/api/app/elsewhere")])
    created = one.create_account("bot", None, None, ())
    assert ids(bulk) == [created.account.id]
    assert bulk.lines == [
        f"the answer to the creation of 'bot' was lost (answered {status}, a redirect, which a "
        "write never follows. Check the base URL.); looking for what it left behind",
        f"deleting service account {created.account.id - 1} "
        f"({deleted(bulk, created.account.id - 1)}): it was made for 'bot' just now, and its "
        "secret was lost on the way",
    ]


def deleted(world: World, number: int) -> str:
    """Find the username of a deleted account in what was said."""
    return next(line for line in world.lines if f" {number} (" in line).split("(")[1].split(")")[0]


@pytest.mark.parametrize("status", [408, 418, 424, 425, 444, 460, 499])
@pytest.mark.parametrize("form", ["empty", "html", "json"])
def test_a_status_that_is_no_refusal_is_recovered_from(bulk: World, status: int, form: str) -> None:
    """Something in front of the API may say it after the API has acted."""
    one = bulk.organization()
    bulk.emulator.faults([after_effect(status, form)])
    created = one.create_account("bot", None, None, ())
    assert ids(bulk) == [created.account.id]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 422])
def test_a_refusal_in_another_shape_is_compared_with_the_list(bulk: World, status: int) -> None:
    """A page in front of the API may refuse what the API has done: nothing is deleted."""
    one = bulk.organization()
    bulk.emulator.faults([after_effect(status, "html")])
    with pytest.raises(Refused) as caught:
        one.create_account("bot", None, None, ())
    (row,) = bulk.accounts("bot")
    assert (
        f"New accounts of that name, one of which may be what was lost: {row['id']} "
        f"({row['username']}, made "
    ) in str(caught.value)
    assert f"answered {status}: text/html" in str(caught.value)


@pytest.mark.parametrize("form", ["json", "html", "empty"])
def test_a_refusal_that_left_nothing_is_told_as_it_is(bulk: World, form: str) -> None:
    """At once; one in the API's own shape without another look at the list."""
    one = bulk.organization()
    fault = {"kind": "not-found", "form": form, "method": "POST", "path": "accounts$"}
    bulk.emulator.faults([fault])
    bulk.emulator.forget_calls()
    with pytest.raises(StatusError, match="answered 404"):
        one.create_account("bot", None, None, ())
    assert len(bulk.emulator.calls()) == (2 if form == "json" else 3)
    assert bulk.slept == 0


def test_a_bug_that_keeps_an_answer_from_being_read_is_recovered_from(bulk: World) -> None:
    """Whatever happens after the request was sent; the error's text may hold the secret."""
    one = bulk.organization()
    send = one.client.create_service_account
    told: list[str] = []

    def failing(*asked: Any, **more: Any) -> Any:  # noqa: ANN401
        created = send(*asked, **more)
        if told:
            return created
        told.append(created.secret.reveal())
        raise KeyError(told[0])

    one.client.create_service_account = failing  # type: ignore[method-assign]
    created = one.create_account("bot", None, None, ())
    assert ids(bulk) == [created.account.id]
    assert bulk.lines[0] == (
        "the answer to the creation of 'bot' was lost (was answered, and a bug in pulumi-mixpanel "
        "(KeyError) kept the answer from being read. Please report it.); looking for what it left "
        "behind"
    )
    assert told[0] not in "".join(bulk.lines)


@pytest.mark.parametrize("levels", [1500, 100_000])
def test_a_deeply_nested_answer_to_a_create_loses_nothing(bulk: World, levels: int) -> None:
    """Read, or recovered from, as deep as the interpreter goes."""
    one = bulk.organization()
    deep = {"kind": "deep", "levels": levels, "method": "POST", "path": "accounts$", "times": 1}
    bulk.emulator.faults([deep])
    created = one.create_account("bot", None, None, ())
    assert ids(bulk) == [created.account.id]
    assert bulk.logs_in(created.account.username, created.secret.reveal())
