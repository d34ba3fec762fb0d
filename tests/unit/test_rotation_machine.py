"""Random lives of a rotating account: whatever comes, in whatever order, nobody is locked out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.random_lives import run_lives
from tests.rules import accounts_of, rotates, rotating_service_account
from tests.tiny_engine import START, TinyEngine
from tests.unit.test_rotation import by_hand, delete_by_hand

from mixpanel_service_accounts.api.instants import parse_instant
from mixpanel_service_accounts.emulator import Emulator
from mixpanel_service_accounts.resources.rotating_service_account.dates import ON_DEMAND

PERIODS = st.sampled_from([(100, 0, 10), (100, 30, 40), (30, 5, 20), (400, 30, 40), (40, 10, 5)])
HOURS = st.sampled_from([0, 1, 3, 6, 9, 19, 25, 38, 60, 96, 130])
CHANGES = st.one_of(
    st.just({}),
    PERIODS.map(lambda periods: periods_of(*periods)),
    st.sampled_from(
        [
            {"name": "bot"},
            {"name": "robot"},
            {"role": "admin"},
            {"rotate_when_changed": {"ticket": "1"}},
            {"rotate_when_changed": {"ticket": "2"}},
            {"projects": [{"project_id": 2001, "role": "analyst"}]},
            {"projects": [{"project_id": 2002, "role": "admin"}]},
        ]
    ),
)


def periods_of(validity: int, early: int, overlap: int) -> dict[str, Any]:
    """Name the three periods."""
    return {
        "validity_period_hours": validity,
        "early_renewal_hours": early,
        "overlap_hours": overlap,
    }


def hours_of(instant: str) -> float:
    """Tell how many hours after the start of a life an instant is."""
    read = parse_instant(instant)
    assert read is not None
    return (read - START) / timedelta(hours=1)


class Life(RuleBasedStateMachine):
    """One rotating account; an up changes nothing that it does not tell, and a second one nothing."""

    emulator: Emulator

    def __init__(self) -> None:
        super().__init__()
        self.emulator.reset()
        self.bot = TinyEngine(self.emulator, rotating_service_account)
        self.bot.wait(0)
        self.inputs: dict[str, Any] = {"name": "bot"}

    @initialize(periods=PERIODS, unique=st.booleans())
    def make(self, periods: tuple[int, int, int], unique: bool) -> None:  # noqa: FBT001
        """Make the first account; names may have to be unique."""
        self.inputs |= periods_of(*periods)
        value = "409" if unique else "second"
        self.emulator.faults([{"kind": "switch", "name": "duplicate-name", "value": value}])
        assert self.bot.up(**self.inputs) == ["create"]

    @precondition(lambda self: self.bot.hours == 0)
    @rule(lasts=st.sampled_from([None, 45, 99, 105, 109, 130, 150]))
    def adopt_instead(self, lasts: int | None) -> None:
        """Or adopt one that has some expiry."""
        self.bot.destroy()
        expires = None if lasts is None else parse_instant(self.bot.at(lasts))
        number, secret = by_hand(self.bot, expires)
        inputs = {**self.inputs, "name": "bot", "adopt": number, "secret": secret}
        assert self.bot.up(**inputs) == ["create"]
        self.inputs["name"] = "bot"
        self.bot.up(**self.inputs)

    @rule(hours=HOURS, change=CHANGES, refresh=st.booleans())
    def up(self, hours: int, change: dict[str, Any], refresh: bool) -> None:  # noqa: FBT001
        """Let time pass, change something, run an up, and another one."""
        bot = self.bot
        bot.wait(hours)
        if refresh:
            bot.refresh()
        self.inputs |= change
        before, there = dict(bot.state), bot.there()
        demanded = any(before.get(key) != self.inputs.get(key) for key in ON_DEMAND)
        bot.up(**self.inputs)
        gone = set(there) - set(bot.there())
        rotated = before.get("service_account_id") != bot.state["service_account_id"]
        assert any("rotation of" in line for line in bot.lines) == rotated
        ends = {before.get("service_account_id"): before.get("expires", "for ever")}
        if not demanded and "retires_at" in before:
            ends[before["previous_service_account_id"]] = self.end_of_overlap(before)
        for number in gone & set(ends):
            assert ends[number] <= bot.at(bot.hours), "deleted before its time"
        assert gone <= {number for number, _ in accounts_of(before)}
        assert bot.works()
        assert bot.up(**self.inputs) == []

    def end_of_overlap(self, state: dict[str, Any]) -> str:
        """Tell until when the previous account was to work; a shorter overlap counts at once."""
        ends: str = state["retires_at"]
        if "rotated_at" in state:
            ends = min(
                ends, self.bot.at(hours_of(state["rotated_at"]) + self.inputs["overlap_hours"])
            )
        return ends

    @precondition(lambda self: len(list(accounts_of(self.bot.state))) == 2)
    @rule(which=st.sampled_from(["", "previous_"]))
    def delete_by_hand(self, which: str) -> None:
        """Somebody deletes an account, and a refresh sees it."""
        delete_by_hand(self.bot, self.bot.state[f"{which}service_account_id"])
        self.bot.refresh()

    @invariant()
    def the_state_knows_what_is_there(self) -> None:
        """No orphan, and nothing that is not there."""
        if self.bot.id:
            assert sorted(self.bot.there()) == sorted(dict(accounts_of(self.bot.state)))

    @invariant()
    def next_rotation_is_true(self) -> None:
        """An hour before it nothing is due; from then on it is."""
        state, inputs = self.bot.state, self.bot.inputs
        if state.get("next_rotation_at", "") <= self.bot.at(self.bot.hours):
            return
        now, hours = self.bot.hours, hours_of(state["next_rotation_at"])
        for at, is_due in ((max(now, hours - 1), False), (hours, True)):
            self.bot.hours = at
            context = self.bot.context()
            assert rotates(context, state, inputs) is is_due
        self.bot.hours = now


def test_random_lives() -> None:
    """Many lives, the same ones in every run."""
    with Emulator() as emulator:
        run_lives(Life, 60, emulator=emulator)
