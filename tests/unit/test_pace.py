"""How long a removal may wait for company: only as long as that costs next to nothing."""

from __future__ import annotations

import pytest
from tests.unit.conftest import FakeTime

from mixpanel_service_accounts.api.pace import LONELY_AFTER, LONGEST_PATIENCE, Pace


def come(pace: Pace, time: FakeTime, gap: float, *, meeting: bool, times: int = 60) -> None:
    """Let changes come at a pace, each while the one before is under way, or after it."""
    if meeting:
        with pace.change():
            for _ in range(times):
                time.seconds += gap
                with pace.change():
                    pass
    else:
        for _ in range(times):
            time.seconds += gap
            with pace.change():
                pass


def test_one_alone_waits_for_nobody(time: FakeTime) -> None:
    """Nor does one who comes half a second after the last."""
    pace = Pace(time.clock, 4)
    with pace.change():
        assert pace.patience() == 0.0
    time.seconds += 0.1
    with pace.change():
        assert pace.patience() > 0.0
    time.seconds += LONELY_AFTER + 0.1
    with pace.change():
        assert pace.patience() == 0.0


@pytest.mark.parametrize(
    ("callers", "enough"),
    [(1, 1), (2, 2), (4, 2), (16, 2), (24, 3), (32, 4), (64, 8)],
)
def test_two_are_enough_or_an_eighth_of_all_that_can_come(
    time: FakeTime, callers: int, enough: int
) -> None:
    """More would be written down one after the other while nothing is under way."""
    assert Pace(time.clock, callers).enough == enough


@pytest.mark.parametrize(
    ("callers", "gap", "patience"),
    [
        (4, 0.01, 0.03),  # two: three times the pace, for one that is a little late
        (32, 0.01, 0.05),  # four: five times
        (4, 0.2, LONGEST_PATIENCE),
    ],
)
def test_company_is_waited_for_at_the_pace_at_which_it_comes(
    time: FakeTime, callers: int, gap: float, patience: float
) -> None:
    """Whatever the machine's pace, so that counts of calls do not depend on it."""
    pace = Pace(time.clock, callers)
    come(pace, time, gap, meeting=True)
    time.seconds += gap
    with pace.change():
        assert pace.patience() == pytest.approx(patience)


def test_time_in_which_all_places_were_taken_is_not_the_pace(time: FakeTime) -> None:
    """Then the engine waited for a call, and not the call for the engine."""
    pace = Pace(time.clock, 2)
    for _ in range(20):
        with pace.change():
            time.seconds += 0.01
            with pace.change():
                time.seconds += 0.3
        time.seconds += 0.01
    with pace.change():
        assert pace.patience() == pytest.approx(0.03)


def test_where_nobody_ever_meets_another_nobody_is_waited_for(time: FakeTime) -> None:
    """That is --parallel 1."""
    pace = Pace(time.clock, 4)
    come(pace, time, 0.02, meeting=False)
    with pace.change():
        assert pace.patience() == 0.0
