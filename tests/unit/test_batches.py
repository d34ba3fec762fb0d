"""Changes that wait at the same time go out together, and each gets its own error."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from tests.unit.conftest import FakeTime

from mixpanel_service_accounts.api import Grant, NoAnswer, StatusError
from mixpanel_service_accounts.api.batches import LARGEST_GROUP, Batches
from mixpanel_service_accounts.api.clock import Clock
from mixpanel_service_accounts.api.pace import LONGEST_PATIENCE, Pace
from mixpanel_service_accounts.api.wire import Turn
from mixpanel_service_accounts.api.writes import Addition, additions_together, removals_together

Together = Callable[[Sequence[int]], Sequence[int]]


def all_together(items: Sequence[int]) -> Sequence[int]:
    """Put everything into one group."""
    return items


def of_one_ten(items: Sequence[int]) -> Sequence[int]:
    """Put into one group what has the same ten."""
    return [item for item in items if item // 10 == items[0] // 10]


class Server:
    """Takes groups, one turn each, and answers each with the next error of a list, if any."""

    def __init__(
        self, time: FakeTime, together: Together, errors: Sequence[BaseException | None]
    ) -> None:
        self.groups: list[list[int]] = []
        self.once: list[bool] = []
        self.price = 0.0
        self.errors = list(errors)
        self.turns = threading.Semaphore(0)
        self.lock = threading.Lock()
        self.asked = threading.Semaphore(0)
        self.batches: Batches[int] = Batches(
            self.take_turn, lambda: self.price, together, self.send, clock=time.clock
        )

    def take_turn(self, once: bool) -> Turn:  # noqa: FBT001 (a callable's argument)
        """Wait until the test lets a call through."""
        self.once.append(once)
        self.asked.release()
        self.turns.acquire()
        return Turn(once)

    def send(self, items: Sequence[int], _turn: Turn | None) -> None:
        """Take a group."""
        with self.lock:
            self.groups.append(list(items))
            error = self.errors.pop(0) if self.errors else None
        if error:
            raise error

    def run_all(self, items: Sequence[int], turns: int = 100) -> list[BaseException | None]:
        """Let each item come in a thread of its own, in order, while the first waits."""
        with ThreadPoolExecutor(len(items)) as pool:
            futures = []
            for number, item in enumerate(items, 1):
                futures.append(pool.submit(self.batches.run, item))
                while len(self.batches._waiting) < number:
                    threading.Event().wait(0.001)
            self.asked.acquire()
            self.turns.release(turns)
            return [future.exception() for future in futures]


def test_what_comes_while_one_waits_for_its_turn_goes_with_it(time: FakeTime) -> None:
    """One call for all."""
    server = Server(time, all_together, [])
    assert server.run_all([1, 2, 3, 4]) == [None] * 4
    assert server.groups == [[1, 2, 3, 4]]


def test_what_does_not_go_together_takes_turns_in_order(time: FakeTime) -> None:
    """Groups are formed when a turn comes, out of all that wait then."""
    server = Server(time, of_one_ten, [])
    assert server.run_all([11, 21, 12, 31, 22, 13]) == [None] * 6
    assert server.groups == [[11, 12, 13], [21, 22], [31]]


def test_a_group_has_a_largest_size(time: FakeTime) -> None:
    """A body that names thousands would be refused for other reasons."""
    server = Server(time, all_together, [])
    server.run_all(range(LARGEST_GROUP + 3))
    assert [len(group) for group in server.groups] == [LARGEST_GROUP, 3]


def test_the_same_change_twice_is_made_twice(time: FakeTime) -> None:
    """Each caller gets an answer of its own."""
    server = Server(time, lambda items: list(dict.fromkeys(items)), [])
    assert server.run_all([1, 1, 2]) == [None] * 3
    assert server.groups == [[1, 2], [1]]


def test_a_refused_group_is_tried_one_by_one(time: FakeTime) -> None:
    """So that each resource gets its own error."""
    refusal = StatusError("POST", "/add", 400, "No.", vendor_shaped=True)
    server = Server(time, all_together, [refusal])
    assert server.run_all([1, 2, 3]) == [None] * 3
    assert server.groups[0] == [1, 2, 3]
    assert sorted(server.groups[1:]) == [[1], [2], [3]]


def test_what_is_refused_alone_is_not_tried_again(time: FakeTime) -> None:
    """The refusal was its own."""
    refusal = StatusError("POST", "/add", 400, "No.", vendor_shaped=True)
    server = Server(time, of_one_ten, [refusal])
    assert server.run_all([11, 21]) == [refusal, None]
    assert server.groups == [[11], [21]]


@pytest.mark.parametrize(
    "error",
    [
        NoAnswer("POST", "/add", "was cut off.", sent=True),
        StatusError("POST", "/add", 500, "Oh.", vendor_shaped=True),
        RuntimeError("a bug"),
        SystemExit(1),
    ],
    ids=["lost", "server's", "bug", "exit"],
)
def test_what_was_nobody_s_fault_is_everybody_s_error(time: FakeTime, error: BaseException) -> None:
    """Nobody hangs, and nobody takes it for done."""
    server = Server(time, all_together, [error])
    assert server.run_all([1, 2, 3]) == [error] * 3
    assert server.groups == [[1, 2, 3]]


def test_what_was_refused_for_the_rate_limit_waits_together_again(time: FakeTime) -> None:
    """Once; from then on the transport waits refusals out, up to its own deadline."""
    limited = StatusError("POST", "/add", 429, "Slow.", vendor_shaped=True)
    server = Server(time, of_one_ten, [limited])
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(server.batches.run, 11)
        server.asked.acquire()
        server.turns.release()
        server.asked.acquire()  # it was refused, and stands again
        assert server.groups == [[11]]
        others = [pool.submit(server.batches.run, item) for item in (12, 13)]
        while len(server.batches._waiting) < 3:
            threading.Event().wait(0.001)
        server.turns.release()
        assert [one.exception() for one in (first, *others)] == [None] * 3
    assert [sorted(group) for group in server.groups] == [[11], [11, 12, 13]]
    assert server.once == [True, False]


def test_without_a_limit_nothing_waits_for_company(time: FakeTime) -> None:
    """A change that may go goes, and leaves the lead to the next at once."""
    server = Server(time, all_together, [])
    server.turns.release(2)
    arrived, release = threading.Semaphore(0), threading.Event()

    def send(items: Sequence[int], _turn: Turn | None) -> None:
        server.groups.append(list(items))
        arrived.release()
        release.wait()

    server.batches._send = send
    with ThreadPoolExecutor(2) as pool:
        for item in (1, 2):
            pool.submit(server.batches.run, item)
            arrived.acquire()
        assert server.groups == [[1], [2]]
        release.set()
    assert time.slept == []


class Meanwhile(Server):
    """A server of changes that may wait for company, and what comes while they do."""

    def __init__(self, time: FakeTime, pace: Pace | None) -> None:
        super().__init__(time, all_together, [])
        self.time = time
        clock = Clock(monotonic=lambda: time.seconds, sleep=self.sleep)
        self.batches = Batches(
            self.take_turn, lambda: self.price, all_together, self.send, clock=clock, pace=pace
        )
        self.comes: list[Future[None]] = []
        self.at: list[float] = []
        self.turns.release(10)
        self.pool = ThreadPoolExecutor(4)

    def sleep(self, seconds: float) -> None:
        """Let time pass, and somebody come."""
        self.time.sleep(seconds)
        if self.at and self.time.seconds >= self.at[0]:
            self.at.pop(0)
            before = len(self.batches._waiting)
            self.comes.append(self.pool.submit(self.batches.run, 2))
            while len(self.batches._waiting) == before:
                threading.Event().wait(0.001)

    def run(self, *after: float) -> float:
        """Make a change, let others come so many seconds later; tell how long it waited."""
        began = self.time.seconds
        self.at = [began + seconds for seconds in after]
        with self.pool:
            self.batches.run(1)
        assert [one.exception() for one in self.comes] == [None] * len(after)
        return self.time.seconds - began


def paced(time: FakeTime, gap: float) -> Pace:
    """Make the pace of changes that came so many seconds one after the other."""
    pace = Pace(time.clock, 4)
    with pace.change():
        time.seconds += gap
        with pace.change():
            time.seconds += gap
    return pace


def test_a_removal_waits_for_the_next_one(time: FakeTime) -> None:
    """And goes as soon as two are there."""
    server = Meanwhile(time, paced(time, 0.02))
    assert server.run(0.03) == pytest.approx(0.03, abs=0.003)
    assert server.groups == [[1, 2]]


def test_a_removal_for_which_nobody_comes_goes_alone(time: FakeTime) -> None:
    """After three times the pace at which others came."""
    server = Meanwhile(time, paced(time, 0.02))
    assert server.run() == pytest.approx(0.06, abs=0.003)
    assert server.groups == [[1]]


def test_under_a_rate_limit_a_change_waits_as_long_as_a_call_costs(time: FakeTime) -> None:
    """Each call that is saved saves as much; whoever comes meanwhile goes along."""
    server = Meanwhile(time, None)
    server.price = 0.05
    assert server.run(0.01, 0.02, 0.04) == pytest.approx(0.05, abs=0.003)
    assert server.groups == [[1, 2, 2, 2]]


def test_under_a_rate_limit_a_removal_waits_on_when_two_are_there(time: FakeTime) -> None:
    """What a call costs counts more than the engine's pace."""
    server = Meanwhile(time, paced(time, 0.02))
    server.price = 0.05
    assert server.run(0.01, 0.02) == pytest.approx(0.05, abs=0.003)
    assert server.groups == [[1, 2, 2]]


def test_a_call_that_costs_a_minute_is_not_waited_for_so_long(time: FakeTime) -> None:
    """Its turn is: then others come anyway."""
    server = Meanwhile(time, None)
    server.price = 60.0
    assert server.run() == pytest.approx(LONGEST_PATIENCE, abs=0.003)


ONE, TWO = Grant(project_id=1, role="analyst"), Grant(project_id=2, role="analyst")
ADMIN = Grant(project_id=1, role="admin")


@pytest.mark.parametrize(
    ("items", "group"),
    [
        ([(7, ONE), (7, TWO)], [(7, ONE), (7, TWO)]),
        ([(7, ONE), (8, ONE)], [(7, ONE), (8, ONE)]),
        ([(7, ONE), (8, TWO)], [(7, ONE)]),
        ([(7, ONE), (7, ADMIN)], [(7, ONE)]),
        ([(7, ONE), (7, ONE)], [(7, ONE)]),
        ([(7, ONE), (8, ADMIN)], [(7, ONE)]),
        ([(7, ONE), (7, TWO), (8, ONE), (9, ONE)], [(7, ONE), (8, ONE), (9, ONE)]),
        ([(7, ONE), (8, ONE), (7, ADMIN), (7, TWO), (8, TWO)], [(7, ONE), (8, ONE)]),
    ],
)
def test_only_what_really_is_a_cross_product_is_one_call(
    items: list[Addition], group: list[Addition]
) -> None:
    """A cross product of two accounts and two projects would grant what nobody asked for."""
    assert additions_together(items) == group


def test_removals_go_together_in_any_set() -> None:
    """Each once."""
    assert removals_together([(7, 1), (8, 2), (7, 1), (7, 2)]) == [(7, 1), (8, 2), (7, 2)]
