"""A rotation with overlap, in time that the test moves, against an emulator over a socket."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.rules import ledger_of, recorded_place, rotating_service_account
from tests.tiny_engine import CheckError, TinyEngine

from mixpanel_service_accounts.api import (
    Client,
    CreatedAccount,
    Credentials,
    MixpanelError,
    Refused,
    Secret,
)
from mixpanel_service_accounts.emulator import Emulator
from mixpanel_service_accounts.resources.fields import UNKNOWN

DAY = 24
TERMS: dict[str, Any] = {
    "name": "bot",
    "role": "consumer",
    "validity_period_hours": 90 * DAY,
    "early_renewal_hours": 10 * DAY,
    "overlap_hours": 7 * DAY,
    "projects": [{"project_id": 2001, "role": "analyst"}],
}
PERIOD = 80 * DAY
DELETES = {"kind": "forbidden", "method": "DELETE"}


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """Run one emulator for the module."""
    with Emulator() as running:
        yield running


@pytest.fixture
def bot(emulator: Emulator) -> TinyEngine:
    """Make a stack with a clock of its own."""
    emulator.reset()
    engine = TinyEngine(emulator, rotating_service_account)
    engine.wait(0)
    return engine


def roles(emulator: Emulator, account: int) -> dict[int, str]:
    """Tell an account's projects."""
    rows = emulator.state()["memberships"]
    return {row["project"]: row["role"] for row in rows if row["account"] == account}


def test_the_first_account(bot: TinyEngine) -> None:
    """It is made with its projects in one call, and lasts for the validity and the overlap."""
    assert bot.up(**TERMS) == ["create"]
    assert bot.works()
    state = bot.state
    assert (state["rotated_at"], state["expires"]) == (bot.at(0), bot.at(97 * DAY))
    assert state["next_rotation_at"] == bot.at(PERIOD)
    assert "retires_at" not in state
    assert bot.id == f"1001/rotating/{state['service_account_id']}"
    assert roles(bot.emulator, state["service_account_id"]) == {2001: "analyst"}
    assert bot.up(**TERMS) == []
    bot.refresh()
    assert bot.up(**TERMS) == []


def test_a_whole_rotation(bot: TinyEngine) -> None:
    """Nothing before its time; both work in the overlap; then the previous one goes."""
    bot.up(**TERMS)
    first = dict(bot.state)
    bot.wait(PERIOD - 1)
    assert bot.up(**TERMS) == []
    bot.wait(1)
    assert bot.up(**TERMS) == ["update"]
    assert bot.lines == [f"rotation of 'bot' is due: it was since {bot.at(PERIOD)}"]
    assert bot.state["previous_service_account_id"] == first["service_account_id"]
    assert bot.state["previous_secret"] == first["secret"]
    assert bot.state["previous_username"] == first["username"]
    assert bot.state["rotated_at"] == bot.at(PERIOD)
    assert bot.state["retires_at"] == bot.at(PERIOD + 7 * DAY)
    assert bot.state["next_rotation_at"] == bot.at(2 * PERIOD)
    assert bot.works()
    assert bot.works("previous_")
    assert roles(bot.emulator, bot.state["service_account_id"]) == {2001: "analyst"}
    bot.wait(7 * DAY - 1)
    assert bot.up(**TERMS) == []
    assert bot.lines == [
        f"the previous account of 'bot' works until {bot.at(PERIOD + 7 * DAY)}, 1 h from now; the first "
        "up after that retires it"
    ]
    bot.refresh()
    assert bot.up(**TERMS) == []
    bot.wait(1)
    assert bot.up(**TERMS) == ["update"]
    assert bot.lines == [
        f"retirement of the previous account of 'bot' is due since {bot.at(PERIOD + 7 * DAY)}"
    ]
    assert bot.there() == [bot.state["service_account_id"]]
    assert not [key for key in bot.state if key.startswith(("previous", "retir"))]
    assert bot.up(**TERMS) == []
    bot.destroy()
    assert bot.there() == []


def test_a_rotation_in_the_last_hour_leaves_the_overlap(bot: TinyEngine) -> None:
    """The server lets the previous account work for the overlap after the validity."""
    bot.up(**TERMS)
    bot.wait(90 * DAY - 1)
    bot.up(**TERMS)
    bot.wait(7 * DAY - 1)
    assert bot.works("previous_")


def test_an_up_that_comes_late_says_how_much_of_the_overlap_is_left(bot: TinyEngine) -> None:
    """The previous account expires when it expires."""
    bot.up(**TERMS)
    bot.wait(92 * DAY)
    bot.up(**TERMS)
    assert bot.lines[-1] == (
        "of the overlap of 168 h 120 h are left: the account that becomes the previous one expires at "
        f"{bot.at(97 * DAY)}"
    )
    assert bot.state["retires_at"] == bot.at(97 * DAY)
    assert bot.works("previous_")
    bot.wait(5 * DAY)
    bot.up(**TERMS)
    assert bot.there() == [bot.state["service_account_id"]]


def test_an_up_after_everything_has_expired(bot: TinyEngine) -> None:
    """A new account is made; of the overlap nothing is left, and the old one goes at once."""
    bot.up(**TERMS)
    bot.wait(200 * DAY)
    bot.up(**TERMS)
    assert bot.lines[1] == (
        "of the overlap of 168 h 0 h are left: the account that becomes the previous one expired at "
        f"{bot.at(97 * DAY)}"
    )
    assert bot.works()
    assert bot.there() == [bot.state["service_account_id"]]
    assert bot.up(**TERMS) == []
    assert bot.lines == []


@pytest.mark.parametrize(
    "change",
    [{"rotate_when_changed": {"incident": "42"}}, {"role": "analyst"}, {"name": "robot"}],
    ids=str,
)
def test_on_demand(bot: TinyEngine, change: dict[str, Any]) -> None:
    """A change that needs a new account rotates, with the overlap, and replaces nothing."""
    bot.up(**TERMS)
    first = bot.state["service_account_id"]
    bot.wait(1)
    assert bot.up(**{**TERMS, **change}) == ["update"]
    assert bot.lines == [f"rotation of 'bot' is due: {next(iter(change))} changed"] or (
        bot.lines == ["rotation of 'robot' is due: name changed"]
    )
    assert bot.state["previous_service_account_id"] == first
    assert bot.works()
    assert bot.works("previous_")
    assert bot.up(**{**TERMS, **change}) == []


def test_a_rotation_before_the_last_overlap_is_over_keeps_no_third(bot: TinyEngine) -> None:
    """The one before the previous is retired by the same up, which says so."""
    bot.up(**TERMS)
    first = bot.state["username"]
    bot.wait(1)
    bot.up(**TERMS, rotate_when_changed={"a": "1"})
    second = bot.state["service_account_id"]
    bot.wait(1)
    bot.up(**TERMS, rotate_when_changed={"a": "2"})
    assert bot.lines == [
        "rotation of 'bot' is due: rotate_when_changed changed",
        f"the previous account of 'bot', {first}, is deleted by this up, though it was to work until "
        f"{bot.at(1 + 7 * DAY)}: the current one takes its place",
    ]
    assert bot.there() == [second, bot.state["service_account_id"]]
    assert bot.works("previous_")


def test_a_rotation_and_a_retirement_that_are_both_due(bot: TinyEngine) -> None:
    """No up ran between them: both are told, and done."""
    bot.up(**TERMS)
    bot.wait(PERIOD)
    bot.up(**TERMS)
    second = bot.state["service_account_id"]
    bot.wait(PERIOD)
    bot.up(**TERMS)
    assert bot.lines == [
        f"rotation of 'bot' is due: it was since {bot.at(2 * PERIOD)}",
        f"retirement of the previous account of 'bot' is due since {bot.at(PERIOD + 7 * DAY)}",
    ]
    assert bot.there() == [second, bot.state["service_account_id"]]


def test_a_retirement_that_is_due_when_the_current_account_is_gone(bot: TinyEngine) -> None:
    """Both are told, and done; in the overlap the previous one stays, and that is told too."""
    bot.up(**TERMS)
    bot.wait(PERIOD)
    bot.up(**TERMS)
    delete_by_hand(bot, bot.state["service_account_id"])
    bot.refresh()
    context = bot.context()
    gone = "rotation of 'bot' is due: its current account is gone"
    until = bot.at(PERIOD + 7 * DAY)
    bot.lines.clear()
    rotating_service_account.diff(context, bot.id, bot.state, bot.check(context, bot.inputs, TERMS))
    assert bot.lines == [
        f"the previous account of 'bot' works until {until}, 168 h from now; the first up after that "
        "retires it",
        gone,
    ]
    bot.wait(7 * DAY)
    bot.up(**TERMS)
    assert bot.lines == [gone, f"retirement of the previous account of 'bot' is due since {until}"]
    assert bot.there() == [bot.state["service_account_id"]]


def test_a_shorter_overlap_counts_at_once(bot: TinyEngine) -> None:
    """Somebody wants the previous account gone now."""
    bot.up(**TERMS)
    bot.wait(PERIOD)
    bot.up(**TERMS)
    bot.wait(2)
    assert bot.up(**{**TERMS, "overlap_hours": 1}) == ["update"]
    assert bot.there() == [bot.state["service_account_id"]]


def test_changed_periods(bot: TinyEngine) -> None:
    """A shorter validity may make a rotation due; a longer one never outlives the server's expiry."""
    bot.up(**TERMS)
    bot.wait(30 * DAY)
    assert bot.up(**{**TERMS, "validity_period_hours": 60 * DAY}) == ["update"]
    assert bot.state["next_rotation_at"] == bot.at(50 * DAY)
    assert len(bot.there()) == 1
    assert bot.up(**{**TERMS, "validity_period_hours": 35 * DAY}) == ["update"]
    assert len(bot.there()) == 2
    bot.wait(8 * DAY)
    bot.up(**{**TERMS, "validity_period_hours": 365 * DAY})
    # Issued at day 30 for 35 + 7 days.
    assert bot.state["next_rotation_at"] == bot.at((30 + 35 - 10) * DAY)


@pytest.mark.parametrize("longer", ["early_renewal_hours", "overlap_hours"])
def test_longer_periods_bring_no_third_account_in_an_overlap(bot: TinyEngine, longer: str) -> None:
    """They ask for more than the current account lasts: it is rotated when the previous has gone."""
    terms = {**TERMS, "validity_period_hours": 30 * DAY, "early_renewal_hours": 5 * DAY}
    bot.up(**terms)
    bot.wait(25 * DAY)
    bot.up(**terms)
    second = bot.state["service_account_id"]
    bot.wait(DAY)
    terms |= {"validity_period_hours": 90 * DAY, longer: 31 * DAY}
    assert bot.up(**terms) == ["update"]
    assert len(bot.there()) == 2
    assert bot.works("previous_")
    assert bot.state["next_rotation_at"] == bot.at(32 * DAY)
    assert bot.inputs["rotated_at"] == bot.at(25 * DAY)
    bot.wait(6 * DAY - 1)
    assert bot.up(**terms) == []
    bot.wait(1)
    assert bot.up(**terms) == ["update"]
    assert (
        f"rotation of 'bot' is due: its current account expires at {bot.at(62 * DAY)}" in bot.lines
    )
    assert bot.there() == [second, bot.state["service_account_id"]]


def test_the_next_rotation_follows_what_the_server_granted(
    bot: TinyEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may let an account work for less than was asked for."""
    bot.up(**TERMS)
    bot.wait(PERIOD)
    ask = Client.create_service_account

    def granted(*args: Any, expires: datetime, **others: Any) -> CreatedAccount:  # noqa: ANN401
        return ask(*args, expires=expires - timedelta(days=30), **others)

    monkeypatch.setattr(Client, "create_service_account", granted)
    bot.up(**TERMS)
    assert bot.state["next_rotation_at"] == bot.at(PERIOD + 50 * DAY)


def test_an_expired_account_that_the_server_dropped_is_said_to_have_expired(
    bot: TinyEngine,
) -> None:
    """And not only to be gone."""
    bot.emulator.faults([{"kind": "switch", "name": "expired", "value": "vanishes"}])
    bot.up(**TERMS)
    bot.wait(PERIOD)
    bot.up(**TERMS)
    username = bot.state["username"]
    bot.wait(98 * DAY)
    bot.refresh()
    assert (
        f"the current account of 'bot', {username}, expired at {bot.at(PERIOD + 97 * DAY)} and is no "
        "longer there: the next up makes another one."
    ) in bot.lines


def test_a_name_that_is_not_known_yet_is_told_as_the_last_one(bot: TinyEngine) -> None:
    """In a preview."""
    bot.up(**TERMS)
    bot.wait(PERIOD)
    context = bot.context()
    bot.lines.clear()
    inputs = bot.check(context, bot.inputs, {**TERMS, "name": UNKNOWN})
    rotating_service_account.diff(context, bot.id, bot.state, inputs)
    assert bot.lines == [f"rotation of 'bot' is due: it was since {bot.at(PERIOD)}"]


def test_projects_change_for_both_accounts(bot: TinyEngine) -> None:
    """Their users are the same."""
    bot.up(**TERMS)
    bot.wait(PERIOD)
    bot.up(**TERMS)
    other = [{"project_id": 2002, "role": "admin"}]
    bot.wait(1)
    assert bot.up(**{**TERMS, "projects": other}) == ["update"]
    for number in bot.there():
        assert roles(bot.emulator, number) == {2002: "admin"}
    assert bot.up(**{**TERMS, "projects": other}) == []


def test_drift_of_a_project_is_seen_and_put_right(bot: TinyEngine) -> None:
    """On the current account."""
    bot.up(**TERMS)
    bot.emulator.grant(bot.state["service_account_id"], 2001, "admin")
    bot.refresh()
    assert bot.up(**TERMS) == ["update"]
    assert roles(bot.emulator, bot.state["service_account_id"]) == {2001: "analyst"}


def test_a_create_that_fails_leaves_everything_as_it_was(bot: TinyEngine) -> None:
    """The next up rotates."""
    bot.up(**TERMS)
    before = dict(bot.state)
    bot.wait(PERIOD)
    bot.emulator.faults([{"kind": "forbidden", "method": "POST"}])
    with pytest.raises(MixpanelError, match="answered 403"):
        bot.up(**TERMS)
    assert bot.state == before
    bot.emulator.faults([])
    bot.wait(3)
    assert bot.up(**TERMS) == ["update"]
    assert bot.state["rotated_at"] == bot.at(PERIOD + 3)


@pytest.mark.parametrize("kind", ["500-after-effect", "cut-after-effect", "truncated"])
def test_a_lost_answer_makes_one_account(bot: TinyEngine, kind: str) -> None:
    """Exactly once, also in a rotation, beside an account of the same name."""
    bot.up(**TERMS)
    bot.wait(PERIOD)
    bot.emulator.faults([{"kind": kind, "method": "POST", "path": "accounts$", "times": 1}])
    bot.up(**TERMS)
    assert sorted(bot.there()) == sorted(
        [bot.state["service_account_id"], bot.state["previous_service_account_id"]]
    )
    assert bot.works()
    assert bot.works("previous_")


def test_a_retirement_that_fails_is_told_and_done_by_the_next_up(bot: TinyEngine) -> None:
    """The state is as it was."""
    bot.up(**TERMS)
    bot.wait(PERIOD)
    bot.up(**TERMS)
    previous = bot.state["previous_service_account_id"]
    bot.wait(8 * DAY)
    bot.emulator.faults([DELETES])
    with pytest.raises(
        Refused, match=f"service account {previous} .* could not be retired: DELETE"
    ):
        bot.up(**TERMS)
    assert bot.state["previous_service_account_id"] == previous
    bot.emulator.faults([])
    assert bot.up(**TERMS) == ["update"]
    assert bot.there() == [bot.state["service_account_id"]]


def test_the_new_secret_is_in_state_even_when_retiring_fails(bot: TinyEngine) -> None:
    """The account that could not be deleted stays on a list, and the next up goes on."""
    bot.up(**TERMS)
    first = bot.state["service_account_id"]
    bot.wait(1)
    bot.up(**TERMS, rotate_when_changed={"a": "1"})
    bot.wait(1)
    bot.emulator.faults([DELETES])
    bot.up(**TERMS, rotate_when_changed={"a": "2"})
    assert bot.works()
    assert bot.works("previous_")
    assert [entry["service_account_id"] for entry in bot.state["retiring"]] == [first]
    (told,) = [line for line in bot.lines if "was rotated" in line]
    assert told.startswith(
        f"'bot' was rotated, and its new secret is in the state, but: service account {first} (bot."
    )
    assert told.endswith("The next up goes on from there.")
    bot.refresh()
    assert [entry["service_account_id"] for entry in bot.state["retiring"]] == [first]
    bot.emulator.faults([])
    (left,) = bot.state["retiring"]
    assert bot.up(**TERMS, rotate_when_changed={"a": "2"}) == ["update"]
    assert (
        f"retirement of {left['username']} of 'bot' is still due: an earlier up could not delete it"
        in bot.lines
    )
    assert first not in bot.there()
    assert "retiring" not in bot.state
    assert bot.up(**TERMS, rotate_when_changed={"a": "2"}) == []


def test_projects_that_cannot_change_with_a_rotation_are_changed_by_the_next_up(
    bot: TinyEngine,
) -> None:
    """The new account has them from its birth; the previous one is behind."""
    bot.up(**TERMS)
    bot.wait(PERIOD)
    other = [{"project_id": 2002, "role": "admin"}]
    bot.emulator.faults([{"kind": "forbidden", "method": "POST", "path": "project$"}])
    bot.up(**{**TERMS, "projects": other})
    assert bot.works()
    bot.emulator.faults([])
    assert bot.up(**{**TERMS, "projects": other}) == ["update"]
    assert roles(bot.emulator, bot.state["previous_service_account_id"]) == {2002: "admin"}


def test_a_destroy_that_fails_half_way_is_ended_by_the_next(bot: TinyEngine) -> None:
    """What is gone already counts as done."""
    bot.up(**TERMS)
    bot.wait(PERIOD)
    bot.up(**TERMS)
    bot.emulator.faults([{**DELETES, "times": 1}])
    with pytest.raises(Refused, match="answered 403"):
        bot.destroy()
    assert len(bot.there()) == 1
    bot.destroy()
    assert bot.there() == []


def test_the_current_account_deleted_by_hand(bot: TinyEngine) -> None:
    """The next up makes another; the previous one stays for its overlap."""
    bot.up(**TERMS)
    bot.wait(PERIOD)
    bot.up(**TERMS)
    previous = bot.state["previous_service_account_id"]
    delete_by_hand(bot, bot.state["service_account_id"])
    bot.refresh()
    assert bot.lines == [
        f"the current account of 'bot', {username_of(bot)}, is no longer there: the next up makes "
        "another one."
    ]
    assert bot.up(**TERMS) == ["update"]
    assert "rotation of 'bot' is due: its current account is gone" in bot.lines
    assert bot.works()
    assert bot.state["previous_service_account_id"] == previous
    assert bot.works("previous_")
    bot.wait(8 * DAY)
    bot.up(**TERMS)
    assert bot.there() == [bot.state["service_account_id"]]


def username_of(bot: TinyEngine) -> str:
    """Tell whom the last line names."""
    return bot.lines[0].split(", ")[1]


def delete_by_hand(bot: TinyEngine, number: int) -> None:
    """Delete an account behind the stack's back."""
    login = Credentials(username=bot.emulator.username, secret=Secret(bot.emulator.secret))
    Client(bot.emulator.base_url, login).delete_service_account(1001, number)


def test_the_previous_account_deleted_by_hand(bot: TinyEngine) -> None:
    """It is dropped, and nothing else changes."""
    bot.up(**TERMS)
    bot.wait(PERIOD)
    bot.up(**TERMS)
    delete_by_hand(bot, bot.state["previous_service_account_id"])
    bot.refresh()
    assert "is no longer there." in bot.lines[0]
    assert "previous_username" not in bot.state
    assert bot.up(**TERMS) == []


def test_all_deleted_by_hand(bot: TinyEngine) -> None:
    """The resource is gone, and comes back."""
    bot.up(**TERMS)
    delete_by_hand(bot, bot.state["service_account_id"])
    bot.refresh()
    assert bot.id == ""
    assert bot.up(**TERMS) == ["create"]
    assert bot.works()


def test_a_clock_that_runs_backwards(bot: TinyEngine) -> None:
    """Nothing is due, and somebody is told."""
    bot.up(**TERMS)
    bot.hours = -48
    assert bot.up(**TERMS) == []
    assert bot.lines == [
        f"this machine's clock says {bot.at(-48)}, and 'bot' was issued at {bot.at(0)}, which is later. "
        "Nothing is taken for due before the clock has caught up: check the clock."
    ]
    assert bot.up(**TERMS, rotate_when_changed={"a": "1"}) == ["update"]
    assert bot.state["rotated_at"] == "2027-01-01T00:00:01Z"


def test_an_account_that_falls_due_between_check_and_diff_is_rotated_once(bot: TinyEngine) -> None:
    """A slow machine, or a long queue: the inputs know nothing of it, and the state does."""
    bot.up(**TERMS)
    first = bot.state["service_account_id"]
    bot.wait(PERIOD - 1)
    context = bot.context()
    inputs = bot.check(context, bot.inputs, TERMS)
    bot.wait(2)
    assert rotating_service_account.diff(context, bot.id, bot.state, inputs).changes
    bot.state = rotating_service_account.update(context, bot.id, bot.state, inputs)
    bot.inputs = inputs
    assert bot.state["rotated_at"] == bot.at(PERIOD + 1)
    bot.wait(1)
    assert bot.up(**TERMS) == []
    assert bot.there() == [first, bot.state["service_account_id"]]
    bot.wait(7 * DAY)
    assert bot.up(**TERMS) == ["update"]
    assert bot.there() == [bot.state["service_account_id"]]
    bot.wait(PERIOD - 7 * DAY - 2)
    assert bot.up(**TERMS) == []
    bot.wait(1)
    assert bot.up(**TERMS) == ["update"]
    assert bot.state["expires"] == bot.at(PERIOD + 1 + PERIOD + 97 * DAY)


@pytest.mark.parametrize("value", ["409", "400"])
def test_where_names_are_unique_the_next_account_is_dated(bot: TinyEngine, value: str) -> None:
    """Nobody knows whether they are."""
    bot.up(**TERMS)
    bot.wait(PERIOD)
    bot.emulator.faults([{"kind": "switch", "name": "duplicate-name", "value": value}])
    bot.up(**TERMS)
    assert bot.state["username"].startswith("bot-20270322t000000.")
    assert bot.works()
    assert bot.up(**TERMS) == []


UNIQUE = {"kind": "switch", "name": "duplicate-name", "value": "409"}


def test_where_names_are_unique_the_previous_account_may_have_the_name(bot: TinyEngine) -> None:
    """The current one, which was dated, is deleted by hand: the next is dated again."""
    bot.emulator.faults([UNIQUE])
    bot.up(**TERMS)
    bot.wait(PERIOD)
    bot.up(**TERMS)
    previous = bot.state["previous_service_account_id"]
    delete_by_hand(bot, bot.state["service_account_id"])
    bot.refresh()
    bot.wait(1)
    assert bot.up(**TERMS) == ["update"]
    assert bot.state["username"].startswith("bot-20270322t010000.")
    assert bot.there() == [previous, bot.state["service_account_id"]]


def test_where_names_are_unique_a_name_that_is_given_back_is_dated(bot: TinyEngine) -> None:
    """The previous account still has it."""
    bot.emulator.faults([UNIQUE])
    bot.up(**TERMS)
    bot.wait(1)
    bot.up(**{**TERMS, "name": "robot"})
    assert bot.state["username"].startswith("robot.")
    bot.wait(1)
    assert bot.up(**TERMS) == ["update"]
    assert bot.state["username"].startswith("bot-20270101t020000.")


def test_where_names_are_unique_a_stranger_s_name_is_refused(bot: TinyEngine) -> None:
    """Nothing of ours has it, so it is a mistake, and not a rotation."""
    number, _ = by_hand(bot)
    bot.up(**{**TERMS, "name": "robot"})
    bot.emulator.faults([UNIQUE])
    with pytest.raises(MixpanelError, match="answered 409"):
        bot.up(**TERMS)
    assert bot.there() == [number, bot.state["service_account_id"]]


def test_a_refusal_of_both_names_is_told_as_the_first(bot: TinyEngine) -> None:
    """Whatever else the server dislikes."""
    bot.up(**TERMS)
    bot.wait(PERIOD)
    bot.emulator.faults([{"kind": "switch", "name": "name-pattern", "value": "nothing"}])
    with pytest.raises(MixpanelError, match="has characters that are not allowed"):
        bot.up(**TERMS)


# -- adoption -----------------------------------------------------------------------------------


def by_hand(bot: TinyEngine, expires: datetime | None = None) -> tuple[int, str]:
    """Make an account by hand."""
    login = Credentials(username=bot.emulator.username, secret=Secret(bot.emulator.secret))
    made = Client(bot.emulator.base_url, login).create_service_account(1001, "bot", expires=expires)
    return made.account.id, made.secret.reveal()


def test_adopting_an_account_made_by_hand(bot: TinyEngine) -> None:
    """It is the current one, and the rotation moves on from it without an outage."""
    number, secret = by_hand(bot)
    bot.up(**TERMS, adopt=number, secret=secret)
    assert bot.there() == [number]
    assert bot.works()
    assert roles(bot.emulator, number) == {2001: "analyst"}
    assert bot.state["next_rotation_at"] == bot.at(PERIOD)
    assert "expires" not in bot.state
    assert bot.up(**TERMS) == []
    bot.wait(PERIOD)
    assert bot.up(**TERMS, adopt=number) == ["update"]
    assert bot.state["previous_service_account_id"] == number
    assert bot.works()
    assert bot.works("previous_")
    bot.wait(7 * DAY)
    bot.up(**TERMS)
    assert bot.there() == [bot.state["service_account_id"]]


def test_adopting_without_the_secret(bot: TinyEngine) -> None:
    """It is null until the first rotation, and somebody is told."""
    number, _ = by_hand(bot)
    bot.up(**TERMS, adopt=number)
    assert "was adopted without its secret" in bot.lines[0]
    assert "secret" not in bot.state
    bot.wait(1)
    bot.up(**TERMS, adopt=number, rotate_when_changed={"a": "1"})
    assert bot.works()
    assert "previous_secret" not in bot.state


@pytest.mark.parametrize(("form", "told"), [("echoed", True), ("spelled", True), ("absent", False)])
def test_an_adopted_account_of_another_role_is_told(
    bot: TinyEngine,
    form: str,
    told: bool,  # noqa: FBT001
) -> None:
    """Where the server says it, which the list alone may do, and not the answer for one account."""
    bot.emulator.faults([{"kind": "switch", "name": "org-role", "value": form}])
    login = Credentials(username=bot.emulator.username, secret=Secret(bot.emulator.secret))
    client = Client(bot.emulator.base_url, login)
    number = client.create_service_account(1001, "bot", role="admin").account.id
    context = bot.context()
    inputs = bot.check(context, {}, {**TERMS, "adopt": number})
    context.organization(recorded_place(inputs)).reads.accounts()
    rotating_service_account.create(context, inputs)
    assert any("no route changes it" in line for line in bot.lines) is told
    if form == "echoed":
        assert bot.lines[0] == (
            f"service account {number} ({bot.emulator.state()['accounts'][-1]['username']}) has the role "
            "'admin' in the organization, and not 'consumer': no route changes it. The account that the "
            "next rotation makes has the role that was asked for."
        )


def test_a_secret_that_is_given_with_the_rotation_is_the_previous_account_s(
    bot: TinyEngine,
) -> None:
    """It is that of the account that was adopted."""
    number, secret = by_hand(bot)
    bot.up(**TERMS, adopt=number)
    bot.wait(1)
    bot.up(**TERMS, adopt=number, secret=secret, rotate_when_changed={"a": "1"})
    assert bot.state["previous_service_account_id"] == number
    assert bot.works()
    assert bot.works("previous_")


def test_an_adopted_account_that_expires_late_is_not_rotated_twice(bot: TinyEngine) -> None:
    """Its expiry makes the rotation due a day before the periods do; no refresh tells the inputs."""
    number, secret = by_hand(bot, expires=bot.now() + timedelta(days=96))
    bot.up(**TERMS, adopt=number, secret=secret)
    bot.wait(79 * DAY)
    assert bot.up(**TERMS) == ["update"]
    assert bot.lines == [
        f"rotation of 'bot' is due: its current account expires at {bot.at(96 * DAY)}"
    ]
    retires = bot.at(86 * DAY)
    for days_left in range(6, 0, -1):
        bot.wait(DAY)
        assert bot.up(**TERMS) == []
        assert bot.lines == [
            f"the previous account of 'bot' works until {retires}, {days_left * DAY} h from now; the "
            "first up after that retires it"
        ]
        assert bot.works("previous_")
    bot.wait(DAY)
    assert bot.up(**TERMS) == ["update"]
    assert bot.lines == [f"retirement of the previous account of 'bot' is due since {retires}"]
    assert bot.there() == [bot.state["service_account_id"]]
    assert bot.state["next_rotation_at"] == bot.at((79 + 80) * DAY)
    bot.wait((79 + 80 - 86) * DAY - 1)
    assert bot.up(**TERMS) == []
    bot.wait(1)
    assert bot.up(**TERMS) == ["update"]
    assert bot.works()


def test_a_demand_counts_though_the_clock_stands_before_the_last_rotation(bot: TinyEngine) -> None:
    """One that only the state knows of, made a moment ago by another machine."""
    number, secret = by_hand(bot, expires=bot.now() + timedelta(days=31))
    bot.up(**TERMS, adopt=number, secret=secret)
    bot.wait(20 * DAY)
    bot.up(**TERMS)
    second = bot.state["service_account_id"]
    bot.hours -= 0.05
    assert bot.up(**TERMS, rotate_when_changed={"incident": "1"}) == ["update"]
    assert bot.state["previous_service_account_id"] == second
    assert bot.state["rotated_at"] == "2027-01-21T00:00:01Z"


def test_an_adopted_account_that_expires_soon_says_what_is_left_of_its_overlap(
    bot: TinyEngine,
) -> None:
    """The dates in the inputs say nothing of its retirement, for they do not know its expiry."""
    number, secret = by_hand(bot, expires=bot.now() + timedelta(days=4))
    terms = {**TERMS, "early_renewal_hours": 0, "overlap_hours": 3 * DAY}
    bot.up(**terms, adopt=number, secret=secret)
    bot.wait(2 * DAY)
    bot.up(**terms, rotate_when_changed={"a": "1"})
    assert bot.lines == [
        "rotation of 'bot' is due: rotate_when_changed changed",
        "of the overlap of 72 h 48 h are left: the account that becomes the previous one expires at "
        f"{bot.at(4 * DAY)}",
    ]
    assert bot.state["retires_at"] == bot.at(4 * DAY)
    assert "retires_at" not in bot.inputs
    bot.wait(1)
    bot.up(**terms, rotate_when_changed={"a": "1"})
    assert bot.lines == [
        f"the previous account of 'bot' works until {bot.at(4 * DAY)}, 47 h from now; the first up "
        "after that retires it"
    ]


def test_an_adopted_account_that_expires_early_is_rotated_in_time(bot: TinyEngine) -> None:
    """Its own expiry counts, less the overlap and the early renewal."""
    expires = bot.now().replace(month=2)  # day 31
    number, secret = by_hand(bot, expires=expires)
    bot.up(**TERMS, adopt=number, secret=secret)
    assert bot.state["next_rotation_at"] == bot.at((31 - 7 - 10) * DAY)
    bot.wait((31 - 7 - 10) * DAY - 1)
    assert bot.up(**TERMS) == []
    bot.wait(2)
    assert bot.up(**TERMS) == ["update"]
    assert bot.lines[-1] == (
        f"rotation of 'bot' is due: its current account expires at {bot.at(31 * DAY)}"
    )
    assert bot.works("previous_")
    made = bot.state["service_account_id"]
    assert bot.up(**TERMS) == []
    bot.refresh()
    assert bot.up(**TERMS) == []
    bot.wait(DAY)
    assert bot.up(**{**TERMS, "projects": []}) == ["update"]
    assert bot.there() == [number, made]
    bot.wait(7 * DAY)
    assert bot.up(**{**TERMS, "projects": []}) == ["update"]
    assert bot.there() == [made]


# -- refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"early_renewal_hours": 90 * DAY},
            "early_renewal_hours: early_renewal_hours must be less than validity_period_hours: 2160 hours "
            "before an expiry that comes after 2160 hours an account would be renewed at every up.",
        ),
        (
            {"overlap_hours": 80 * DAY},
            "overlap_hours: overlap_hours must be less than the 1920 hours between two rotations "
            "(validity_period_hours less early_renewal_hours), or a third account would come before the "
            "first has gone; 1920 was given.",
        ),
        (
            {"overlap_hours": 0},
            "overlap_hours: overlap_hours must be a number of hours above 0 and at most 876000, such as "
            "720 for thirty days; 0 was given.",
        ),
        (
            {"overlap_hours": None},
            "overlap_hours: overlap_hours is needed: for how many hours the previous account goes on "
            "working, so that its users can change over.",
        ),
        (
            {"validity_period_hours": None},
            "validity_period_hours: validity_period_hours is needed: for how many hours an account is "
            "good before the next one takes over.",
        ),
        (
            {"validity_period_hours": "a month"},
            "validity_period_hours: validity_period_hours must be a number of hours above 0 and at most "
            "876000, such as 720 for thirty days; 'a month' was given.",
        ),
        (
            {"rotate_when_changed": "today"},
            "rotate_when_changed: rotate_when_changed must be a map of texts, such as {'ticket': "
            "'OPS-12'}; something else was given.",
        ),
        (
            {"secret": "made-up"},
            ": secret= goes with adopt=: it is for an existing account whose secret you still have. The "
            "secret of an account that is made comes from Mixpanel.",
        ),
    ],
)
def test_what_is_refused(bot: TinyEngine, change: dict[str, Any], message: str) -> None:
    """Before any call, each with the reason."""
    with pytest.raises(CheckError) as caught:
        bot.up(**{**TERMS, **change})
    assert str(caught.value) == message
    assert bot.there() == []


def test_under_nested_it_is_refused(bot: TinyEngine) -> None:
    """That dialect knows no expiry."""
    bot.dialect = "nested"
    with pytest.raises(CheckError) as caught:
        bot.up(**TERMS)
    assert str(caught.value).startswith(
        ": RotatingServiceAccount cannot be had under the dialect `nested`: document 1.0 of the API knows "
        "no expiry. Use the dialect `bulk`."
    )


def test_our_own_login_is_rotated_but_never_retired(bot: TinyEngine) -> None:
    """A provider that logs in with the previous account has to change its login first."""
    bot.up(**{**TERMS, "role": "admin"})
    login = bot.state["username"], bot.state["secret"]
    bot.wait(PERIOD)
    bot.up(**{**TERMS, "role": "admin"})
    bot.wait(8 * DAY)
    bot.username = login[0]
    with pytest.raises(Refused) as caught:
        bot.up(**{**TERMS, "role": "admin"})
    assert (
        f"could not be retired: {login[0]!r} is the account that this provider logs in with, and would be "
        "retired. Log in with another account first."
    ) in str(caught.value)
    with pytest.raises(Refused, match="would be deleted"):
        bot.destroy()
    assert len(bot.there()) == 2


def test_the_id_has_one_parser(bot: TinyEngine) -> None:
    """Its error quotes the form."""
    with pytest.raises(Refused) as caught:
        rotating_service_account.first_account("5001")
    assert str(caught.value) == (
        "The id of a rotating service account is organization/rotating/first service account, such as "
        "1001/rotating/5001; an import may add validity_period_hours/overlap_hours, or these and "
        "early_renewal_hours, such as 1001/rotating/5001/720/48; '5001' was given."
    )
    assert rotating_service_account.first_account("1001/rotating/5001") == 5001


def test_a_project_that_is_listed_no_more_is_free_for_a_membership(bot: TinyEngine) -> None:
    """What the program lists now is claimed, and not what it listed before."""
    bot.up(**TERMS)
    account = bot.state["service_account_id"]
    for listed in ([], [{"project_id": 2002, "role": "analyst"}]):
        context = bot.context()
        rotating_service_account.read(context, bot.id, bot.state)
        rotating_service_account.diff(context, bot.id, bot.state, {**bot.state, "projects": listed})
        assert ledger_of(context).claims.listed == {
            (1001, account, row["project_id"]) for row in listed
        }
