"""The host's pool is widened where it is as expected; any surprise leaves it, without a word."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from pulumi_mixpanel.dynamic import widened_pool


def widths(calls: int) -> tuple[int, int]:
    """Ask for calls at once from within an executor of four; tell its width before and after."""
    with ThreadPoolExecutor(4) as pool:
        before = pool._max_workers
        pool.submit(widened_pool.widen_pool, calls).result()
        return before, pool._max_workers


def test_an_executor_is_widened_from_within() -> None:
    """As gRPC's server runs the provider in one."""
    assert widths(16) == (4, 16)


def test_a_pool_that_is_wide_enough_stays() -> None:
    """Nothing is ever made narrower."""
    assert widths(2) == (4, 4)


@pytest.mark.parametrize("queued", [0, 12])
def test_a_widened_pool_runs_as_many_at_once(queued: int) -> None:
    """Also after more has been asked for than four can do, as at the start of a refresh."""
    go, all_there = threading.Event(), threading.Barrier(9)
    with ThreadPoolExecutor(4) as pool:
        before = [pool.submit(go.wait, 20) for _ in range(4 + queued)]
        go.set()
        assert all(future.result() for future in before)
        pool.submit(widened_pool.widen_pool, 9).result()
        futures = [pool.submit(all_there.wait, 20) for _ in range(9)]
        assert sorted(future.result() for future in futures) == list(range(9))


class Other:
    """An executor of another kind, or one whose number has another name."""

    _max_workers = 4


def dead() -> Callable[[], object]:
    """Make a reference to what is no longer there."""
    return weakref.ref(Other())


@pytest.mark.parametrize(
    "thread",
    [
        SimpleNamespace(),
        SimpleNamespace(_args=()),
        SimpleNamespace(_args=None),
        SimpleNamespace(_args={}),
        SimpleNamespace(_args=(4,)),
        SimpleNamespace(_args=(dead(),)),
        SimpleNamespace(_args=(Other,)),
        SimpleNamespace(_args=(lambda: object.__new__(ThreadPoolExecutor),)),
    ],
    ids=[
        "no _args",
        "empty",
        "None",
        "no sequence",
        "no reference",
        "dead",
        "another kind",
        "no number",
    ],
)
def test_any_surprise_leaves_the_pool(
    thread: Any,  # noqa: ANN401 (things that are no threads)
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """And nobody hears of it."""
    monkeypatch.setattr(threading, "current_thread", lambda: thread)
    widened_pool.widen_pool(16)
    assert Other._max_workers == 4
    assert capfd.readouterr() == ("", "")


def test_outside_of_an_executor_nothing_is_widened() -> None:
    """Such as in a host that runs configure() in a thread of its own."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            widened_pool.widen_pool(16)
        except BaseException as error:  # noqa: BLE001 (whatever it is)
            failed.append(error)

    one = threading.Thread(target=run)
    one.start()
    one.join()
    assert failed == []
