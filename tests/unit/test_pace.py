"""How long a change may wait for company: only while that costs nothing, or next to nothing."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from tests.unit.conftest import FakeTime

from pulumi_mixpanel.api.traffic import Traffic


def come(traffic: Traffic, time: FakeTime, gap: float, *, at_once: int, times: int = 60) -> None:
    """Let callers come at a pace, each leaving when so many are at work."""
    at_work: list[ExitStack] = []
    for _ in range(times):
        time.seconds += gap
        if len(at_work) == at_once:
            at_work.pop(0).close()
        at_work.append(ExitStack())
        at_work[-1].enter_context(traffic.caller())
    for one in at_work:
        one.close()


def patience(traffic: Traffic, time: FakeTime, gap: float) -> tuple[float, float]:
    """Tell the patience of one who comes next, while another is at work."""
    time.seconds += gap
    with traffic.caller():
        time.seconds += gap
        with traffic.caller():
            return traffic.patience()


def test_one_alone_waits_for_nobody(time: FakeTime) -> None:
    """Nor does one who comes half a second after the last."""
    traffic = Traffic(time.clock, 4)
    with traffic.caller():
        assert traffic.patience() == (0.0, 0.0)
        assert traffic.until_next() == 0.0
    time.seconds += 0.6
    with traffic.caller():
        assert traffic.patience() == (0.0, 0.0)


def test_before_any_call_was_timed_company_waits_15_ms(time: FakeTime) -> None:
    """The engine's first changes come within that."""
    traffic = Traffic(time.clock, 4)
    assert patience(traffic, time, 0.002) == (0.015, 0.015)


def test_where_calls_are_the_bottleneck_a_twentieth_of_one(time: FakeTime) -> None:
    """Sixteen at once, a call of 800 ms, and so one every 50 ms."""
    traffic = Traffic(time.clock, 16)
    come(traffic, time, 0.05, at_once=16)
    traffic.took(0.8)
    least, longest = patience(traffic, time, 0.05)
    assert (least, longest) == pytest.approx((0.015, 0.04))


@pytest.mark.parametrize(
    ("callers", "at_once", "gap", "took", "longest"),
    [
        # Short calls: half the time in which all four would be there, whatever the machine's pace.
        (4, 2, 0.010, 0.004, (3 * 0.010 - 0.004) / 2),
        (4, 2, 0.060, 0.004, (3 * 0.060 - 0.004) / 2),
        # And never more than 0.2 s.
        (4, 2, 0.300, 0.004, 0.2),
        # Half filled with calls of 100 ms: 2 ms for each thread that was asked for.
        (32, 10, 0.010, 0.1, 0.064),
        # The places that were seen taken at once are there for certain.
        (32, 32, 0.010, 0.1, (31 * 0.010 - 0.1) / 2),
        # Asked for sixteen and run with --parallel 8: no more than 32 ms is lost.
        (16, 8, 0.100, 0.8, 0.04),
        (16, 8, 0.0125, 0.1, 0.032),
    ],
)
def test_where_the_engine_is_slower_until_places_are_half_full(
    time: FakeTime, callers: int, at_once: int, gap: float, took: float, longest: float
) -> None:
    """Nobody is kept from coming by that."""
    traffic = Traffic(time.clock, callers)
    come(traffic, time, gap, at_once=at_once)
    traffic.took(took)
    assert patience(traffic, time, gap)[1] == pytest.approx(longest, rel=0.01)


def test_where_nobody_ever_meets_another_nobody_is_waited_for(time: FakeTime) -> None:
    """That is --parallel 1."""
    traffic = Traffic(time.clock, 4)
    come(traffic, time, 0.02, at_once=1)
    time.seconds += 0.02
    with traffic.caller():
        assert traffic.patience() == (0.015, 0.015)
        traffic.took(0.004)
        assert traffic.patience()[1] < 0.001
        assert traffic.until_next() == 0.0


def test_all_places_are_taken(time: FakeTime) -> None:
    """Then nobody comes before a call is done; and without a call under way nobody at all."""
    traffic = Traffic(time.clock, 2)
    come(traffic, time, 0.02, at_once=2)
    with traffic.caller():
        assert traffic.is_full(1) is False
        with traffic.caller():
            assert traffic.is_full(1) is True
            assert traffic.is_full(2) is None


def test_a_call_that_comes_back_soon_is_worth_waiting_for(time: FakeTime) -> None:
    """A third of a call, once."""
    traffic = Traffic(time.clock, 4)
    traffic.took(0.1)
    assert traffic.back_within(10.0, 10.05) is None
    assert traffic.back_within(10.0, 10.07) == pytest.approx(0.03)
    assert traffic.back_within(10.0, 10.2) is None
