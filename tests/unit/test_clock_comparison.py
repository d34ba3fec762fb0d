"""A step that is due by this machine's clock alone is compared with the server's time first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from tests.rules import Rules, rotating_service_account, service_account
from tests.tiny_engine import TinyEngine

from mixpanel_service_accounts.api import Refused
from mixpanel_service_accounts.api.server_time import ServerTime
from mixpanel_service_accounts.emulator import Emulator

DAY = 24
NOW = datetime(2027, 1, 1, tzinfo=timezone.utc)
ROTATING: dict[str, Any] = {
    "name": "bot",
    "validity_period_hours": 90 * DAY,
    "overlap_hours": 7 * DAY,
}
RENEWED: dict[str, Any] = {"name": "bot", "validity_period_hours": 30 * DAY}
NO_DATE = (
    "no response of Mixpanel says what time it is (the header Date is missing), so this machine's "
    "clock alone decides which accounts are due for renewal, rotation or retirement."
)


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """Run one emulator for the module."""
    with Emulator() as running:
        yield running


def engine(emulator: Emulator, rules: Rules) -> TinyEngine:
    """Make a stack with a clock of its own."""
    emulator.reset()
    made = TinyEngine(emulator, rules)
    made.wait(0)
    return made


@pytest.fixture
def rotating(emulator: Emulator) -> TinyEngine:
    """Make a stack of a rotating account."""
    return engine(emulator, rotating_service_account)


@pytest.fixture
def renewed(emulator: Emulator) -> TinyEngine:
    """Make a stack of an account that is renewed."""
    return engine(emulator, service_account)


def differ(step: str, ours: str, theirs: str) -> str:
    """Write the error."""
    return (
        f"{step} is due by this machine's clock alone, and that clock says {ours} while Mixpanel's "
        f"says {theirs}. Nothing was created and nothing was deleted. Set this machine's clock and "
        "run again."
    )


def test_a_rotation_of_a_wrong_clock_is_refused(rotating: TinyEngine) -> None:
    """400 days ahead: no account is made, none is retired, and the state stays."""
    rotating.up(**ROTATING)
    before, accounts = dict(rotating.state), rotating.there()
    rotating.hours += 400 * DAY
    with pytest.raises(Refused) as caught:
        rotating.up(**ROTATING)
    ours, theirs = rotating.at(400 * DAY), rotating.at(0)
    assert str(caught.value) == differ("The rotation of 'bot'", ours, theirs)
    assert (rotating.there(), rotating.state) == (accounts, before)
    rotating.hours -= 400 * DAY
    assert rotating.up(**ROTATING) == []


def test_a_retirement_of_a_wrong_clock_is_refused(rotating: TinyEngine) -> None:
    """The previous account goes on working; what else there is to do is done."""
    rotating.up(**ROTATING)
    rotating.wait(90 * DAY)
    rotating.up(**ROTATING)
    accounts = rotating.there()
    rotating.hours += 8 * DAY
    with pytest.raises(Refused) as caught:
        rotating.up(**ROTATING, projects=[{"project_id": 2001, "role": "analyst"}])
    ours, theirs = rotating.at(98 * DAY), rotating.at(90 * DAY)
    username = rotating.state["previous_username"]
    assert str(caught.value) == differ(f"The retirement of {username}", ours, theirs)
    assert rotating.there() == accounts
    current = rotating.state["service_account_id"]
    rows = rotating.emulator.state()["memberships"]
    assert [row["project"] for row in rows if row["account"] == current] == [2001]
    rotating.wait(0)
    rotating.up(**ROTATING)
    assert rotating.there() == [rotating.state["service_account_id"]]


def test_what_an_input_asks_for_goes_by_no_clock(rotating: TinyEngine) -> None:
    """A rotation on demand needs no clock that is right."""
    rotating.up(**ROTATING)
    rotating.hours += DAY
    assert rotating.up(**ROTATING, rotate_when_changed={"ticket": "1"}) == ["update"]
    assert len(rotating.there()) == 2


def test_a_renewal_of_a_wrong_clock_is_refused(renewed: TinyEngine) -> None:
    """Before the replacement is made, and so before the old account is deleted."""
    renewed.up(**RENEWED)
    accounts, id_, state = renewed.there(), renewed.id, renewed.state
    renewed.hours += 400 * DAY
    with pytest.raises(Refused) as caught:
        renewed.up(**RENEWED)
    ours, theirs = renewed.at(400 * DAY), renewed.at(0)
    assert str(caught.value) == differ("The renewal of 'bot'", ours, theirs)
    assert (renewed.there(), renewed.id, renewed.state) == (accounts, id_, state)


def test_a_renewal_that_deletes_first_is_refused_too(renewed: TinyEngine) -> None:
    """With delete_before_replace the deletion comes before the creation."""
    renewed.up(**RENEWED)
    renewed.hours += 400 * DAY
    context = renewed.context()
    inputs = renewed.check(context, renewed.inputs, RENEWED)
    assert service_account.diff(context, renewed.id, renewed.state, inputs).replaces == ("expires",)
    with pytest.raises(
        Refused, match=r"^The renewal of 'bot' is due by this machine's clock alone"
    ):
        service_account.delete(context, renewed.id, renewed.state)
    assert renewed.there() == [int(renewed.id)]


def test_a_replacement_for_another_reason_goes_by_no_clock(renewed: TinyEngine) -> None:
    """Nor does a destroy."""
    renewed.up(**RENEWED)
    renewed.hours += DAY
    assert renewed.up(**{**RENEWED, "validity_period_hours": 40 * DAY})[1:] == ["create"]
    renewed.destroy()
    assert renewed.there() == []


@pytest.mark.parametrize(("minutes", "refused"), [(5, False), (-5, False), (6, True), (-6, True)])
def test_five_minutes_are_let_pass(rotating: TinyEngine, minutes: int, *, refused: bool) -> None:
    """No two clocks are the same; ahead and behind count alike."""
    rotating.up(**ROTATING)
    rotating.wait(91 * DAY)
    rotating.hours += minutes / 60
    if refused:
        with pytest.raises(Refused, match=r"^The rotation of 'bot' is due by this machine's"):
            rotating.up(**ROTATING)
    else:
        assert rotating.up(**ROTATING) == ["update"]
    assert len(rotating.there()) == (1 if refused else 2)


def test_without_a_date_one_warning_says_so(rotating: TinyEngine) -> None:
    """The step is done: nothing says that the clock is wrong."""
    rotating.up(**ROTATING)
    rotating.wait(90 * DAY)
    rotating.emulator.faults([{"kind": "switch", "name": "date-header", "value": "absent"}])
    assert rotating.up(**ROTATING) == ["update"]
    assert rotating.lines.count(NO_DATE) == 1
    assert len(rotating.there()) == 2
    rotating.wait(7 * DAY)
    assert rotating.up(**ROTATING) == ["update"]
    assert rotating.lines.count(NO_DATE) == 1
    assert len(rotating.there()) == 1


def test_a_rotation_reads_no_second_list_for_it(rotating: TinyEngine) -> None:
    """The list that is read before a create gives the date."""
    rotating.up(**ROTATING)
    rotating.wait(90 * DAY)
    rotating.emulator.forget_calls()
    rotating.up(**ROTATING)
    assert [call["method"] for call in rotating.emulator.calls()] == ["GET", "POST"]


@pytest.mark.parametrize(
    ("date", "offset"),
    [
        ("Fri, 01 Jan 2027 00:10:00 GMT", timedelta(minutes=10)),
        ("Thu, 31 Dec 2026 23:00:00 -0000", timedelta(hours=-1)),
        ("yesterday", None),
        ("", None),
        (None, None),
        ("Fri, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        ("Fri, 01 Jan 2027 00:00:00 +99999999999999999999", None),
    ],
)
def test_a_date_that_is_none_counts_as_missing(date: str | None, offset: timedelta | None) -> None:
    """It was heard that there was a response all the same."""
    time = ServerTime()
    assert not time.heard
    time.note(date, NOW)
    assert (time.heard, time.offset) == (True, offset)


def test_the_last_date_counts() -> None:
    """A response without one takes nothing back."""
    time = ServerTime()
    for date in ("Fri, 01 Jan 2027 01:00:00 GMT", "Fri, 01 Jan 2027 00:01:00 GMT", None):
        time.note(date, NOW)
    assert time.offset == timedelta(minutes=1)
