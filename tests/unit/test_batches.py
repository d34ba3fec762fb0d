"""Changes that come at the same time go out together, and each gets its own error."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.unit.conftest import FakeTime

from pulumi_mixpanel.api import Grant, NoAnswer, StatusError
from pulumi_mixpanel.api.batches import Batches
from pulumi_mixpanel.api.writes import _is_one_addition


class Server:
    """Takes groups, refuses those with a bad member, and holds the first until all have come."""

    def __init__(self, callers: int, error: Exception | None = None) -> None:
        self.groups: list[list[int]] = []
        self.error = error
        self.gate = threading.Barrier(callers)
        self.lock = threading.Lock()

    def send(self, items: Sequence[int]) -> None:
        """Take a group."""
        with self.lock:
            self.groups.append(list(items))
        if self.error and 13 in items:
            raise self.error


def run_all(server: Server, time: FakeTime, items: Sequence[int]) -> list[BaseException | None]:
    """Let each item come in a thread of its own while the first waits for its turn."""
    turn = threading.Event()
    arrived = threading.Semaphore(0)

    def fits(_items: Sequence[int], _item: int) -> bool:
        return True

    def take_turn() -> None:
        arrived.release()
        turn.wait()

    batches: Batches[int] = Batches(time.clock, take_turn, fits, server.send, 4)
    with ThreadPoolExecutor(len(items)) as pool:
        futures = [pool.submit(batches.run, items[0])]
        arrived.acquire()
        futures += [pool.submit(batches.run, item) for item in items[1:]]
        while len(batches._open[0].items) < len(items):
            threading.Event().wait(0.01)
        turn.set()
        return [future.exception() for future in futures]


def test_what_comes_while_one_waits_for_its_turn_goes_with_it(time: FakeTime) -> None:
    """One call for all."""
    server = Server(1)
    assert run_all(server, time, [1, 2, 3, 4]) == [None] * 4
    assert server.groups == [[1, 2, 3, 4]]


def test_a_refused_group_is_tried_one_by_one(time: FakeTime) -> None:
    """So that each resource gets its own error."""
    refusal = StatusError("POST", "/add", 400, "No.", vendor_shaped=True)
    server = Server(1, refusal)
    errors = run_all(server, time, [1, 13, 3])
    assert errors == [None, refusal, None]
    assert server.groups[0] == [1, 13, 3]
    assert sorted(server.groups[1:]) == [[1], [3], [13]]


def test_a_lost_call_is_everybody_s_error(time: FakeTime) -> None:
    """It was nobody's fault, and has been tried again already."""
    lost = NoAnswer("POST", "/add", "was cut off.", sent=True)
    server = Server(1, lost)
    assert run_all(server, time, [1, 13]) == [lost, lost]
    assert server.groups == [[1, 13]]


def test_one_alone_waits_for_nobody(time: FakeTime) -> None:
    """No company came lately, so none is expected."""
    server = Server(1)
    batches: Batches[int] = Batches(time.clock, lambda: None, lambda *_: True, server.send, 4)
    batches.run(1)
    time.seconds += 1
    batches.run(2)
    assert time.slept == []
    batches.run(3)
    assert len(time.slept) == 1


ONE, TWO = Grant(project_id=1, role="analyst"), Grant(project_id=2, role="analyst")
ADMIN = Grant(project_id=1, role="admin")


@pytest.mark.parametrize(
    ("items", "item", "fits"),
    [
        ([(7, ONE)], (7, TWO), True),
        ([(7, ONE)], (8, ONE), True),
        ([(7, ONE)], (8, TWO), False),
        ([(7, ONE)], (7, ADMIN), False),
        ([(7, ONE)], (7, ONE), False),
        ([(7, ONE)], (8, ADMIN), False),
        ([(7, ONE), (7, TWO)], (8, ONE), False),
        ([(7, ONE), (8, ONE)], (7, TWO), False),
        ([(7, ONE), (8, ONE)], (9, ONE), True),
    ],
)
def test_only_what_really_is_a_cross_product_is_one_call(
    items: list[tuple[int, Grant]],
    item: tuple[int, Grant],
    fits: bool,  # noqa: FBT001
) -> None:
    """A cross product of two accounts and two projects would grant what nobody asked for."""
    assert _is_one_addition(items, item) is fits
