"""One limiter for all threads, against servers that count as strictly as a real one."""

from __future__ import annotations

from collections import deque

import pytest
from tests.unit.conftest import FakeTime

from mixpanel_service_accounts.api.limiter import Limiter


class StrictServer:
    """A sliding window: more calls in it than the limit are refused."""

    def __init__(self, limit: int, window: float) -> None:
        self.limit, self.window = limit, window
        self.taken: deque[float] = deque()
        self.refused = 0

    def call(self, now: float) -> float:
        """Take a call (0.0), or say how long to wait."""
        while self.taken and self.taken[0] <= now - self.window:
            self.taken.popleft()
        if len(self.taken) >= self.limit:
            self.refused += 1
            return max(1.0, -(-(self.taken[0] + self.window - now) // 1))
        self.taken.append(now)
        return 0.0


@pytest.mark.parametrize(
    ("limit", "window", "calls", "refusals", "seconds"),
    [
        # 400 calls at 20 a second take 20 s; at 60 a minute 400 s. A refusal costs a pause.
        (20, 1.0, 400, 3, 30.0),
        (60, 60.0, 400, 3, 500.0),
        (5, 60.0, 30, 3, 500.0),
        (1, 1.0, 20, 3, 30.0),
    ],
)
def test_all_calls_come_through_with_few_refusals(
    time: FakeTime, limit: int, window: float, calls: int, refusals: int, seconds: float
) -> None:
    """The wall is met a few times, not by everybody, and little time is lost."""
    server = StrictServer(limit, window)
    assert send_all(time, server, calls) < seconds
    assert server.refused <= refusals + calls // (limit * 10)


def send_all(time: FakeTime, server: StrictServer, calls: int) -> float:
    """Get calls through, one after the other; tell how many seconds it took."""
    limiter = Limiter(time.clock)
    done, started = 0, time.seconds
    while done < calls:
        while (wait := limiter.reserve()) > 0:
            time.sleep(wait)
        sent_at = time.seconds
        time.seconds += 0.004  # a call takes a moment
        asked = server.call(time.seconds)
        if asked:
            limiter.refused(asked, sent_at)
        else:
            done += 1
    return time.seconds - started


@pytest.mark.parametrize("before", [40, 58, 60])
def test_what_others_used_up_is_not_taken_for_the_limit(time: FakeTime, before: int) -> None:
    """A refresh ran just before; what was taken until the first refusal says little."""
    server = StrictServer(60, 60.0)
    for _ in range(before):
        server.call(time.seconds)
    assert send_all(time, server, 400) < 800.0  # at 60 a minute: 400 s, and a minute to wait
    assert server.refused <= 4


@pytest.mark.parametrize(("asked", "seconds"), [(1.0, 10.0), (3.0, 50.0), (7.0, 100.0)])
def test_one_refusal_alone_does_not_slow_everything_down(
    time: FakeTime, asked: float, seconds: float
) -> None:
    """A server that was busy for a moment has no limit that would have to be kept."""

    class BusyOnce(StrictServer):
        def call(self, now: float) -> float:
            del now
            self.refused += 1
            return asked if self.refused == 1 else 0.0

    assert send_all(time, BusyOnce(1, 1.0), 400) < seconds


def test_nothing_is_held_back_before_the_first_refusal(time: FakeTime) -> None:
    """No rate is documented, so none is assumed."""
    limiter = Limiter(time.clock)
    assert [limiter.reserve() for _ in range(1000)] == [0.0] * 1000


def test_after_a_refusal_nobody_else_runs_into_the_wall(time: FakeTime) -> None:
    """Every thread waits until the moment that the server named."""
    limiter = Limiter(time.clock)
    limiter.reserve()
    limiter.refused(7.0, time.seconds)
    assert [limiter.reserve() for _ in range(3)] == [7.0] * 3


def test_a_call_has_a_price_while_the_limit_is_near(time: FakeTime) -> None:
    """A second for twenty calls makes 51 ms for one, from a quarter of them on."""
    limiter = Limiter(time.clock)
    for _ in range(21):
        limiter.reserve()
    assert limiter.price() == 0.0
    limiter.refused(1.0, time.seconds)
    assert limiter.price() == pytest.approx(1.02 / 20)
    time.seconds += 1.1
    for _ in range(4):
        limiter.reserve()
    assert limiter.price() == 0.0
    limiter.reserve()
    assert limiter.price() == pytest.approx(1.02 / 20)


def test_calls_that_were_on_the_way_belong_to_the_same_refusal(time: FakeTime) -> None:
    """Ten refusals of one moment are one wall, not ten."""
    limiter = Limiter(time.clock)
    for _ in range(20):
        limiter.reserve()
    sent_at = time.seconds
    time.seconds += 0.1
    for _ in range(10):
        limiter.refused(1.0, sent_at)
    time.seconds += 2
    let_through = sum(limiter.reserve() == 0.0 for _ in range(50))
    assert let_through == 10  # the server took ten of the twenty
