"""Threads that share what one of them learns or waits for: none is misled, none waits for ever."""

from __future__ import annotations

import threading
from typing import Any

from mixpanel_service_accounts.api import MixpanelError, StatusError
from mixpanel_service_accounts.api.clock import Clock
from mixpanel_service_accounts.api.dialects.bulk import Bulk
from mixpanel_service_accounts.api.read_back import SharedLists
from mixpanel_service_accounts.api.wire import Answer, Request
from mixpanel_service_accounts.resources.stoppable_clock import Interrupted, stoppable


def test_two_threads_learn_the_method_of_a_removal_together() -> None:
    """Neither takes back what the other has learned."""
    together = threading.Barrier(2, timeout=10)
    sent = threading.local()

    def send(request: Request) -> Answer:
        if request.method == "POST":
            if not getattr(sent, "before", False):
                sent.before = True
                together.wait()
            raise StatusError("POST", request.path, 405, "no.", vendor_shaped=True)
        return Answer(request, 200, b"{}", "application/json")

    bulk, problems = Bulk(send), []

    def remove(project: int) -> None:
        try:
            bulk.remove_from_projects(1001, {project: [5001]})
        except MixpanelError as error:
            problems.append(error)

    threads = [threading.Thread(target=remove, args=(project,)) for project in (2001, 2002)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


def test_a_wait_that_is_interrupted_leaves_no_thread_waiting() -> None:
    """Everyone who waits for the list of a project hears of it."""
    stop = threading.Event()
    reads: list[int] = []
    lists: SharedLists[Any] = SharedLists(reads.append, stoppable(Clock(), stop))
    heard: list[BaseException] = []

    def read() -> None:
        try:
            lists.read(2001)
        except Interrupted as error:
            heard.append(error)

    with lists.adding(2001):
        threads = [threading.Thread(target=read, daemon=True) for _ in range(2)]
        for thread in threads:
            thread.start()
        stop.set()
        for thread in threads:
            thread.join(10)
    assert not any(thread.is_alive() for thread in threads)
    assert (len(heard), reads) == (2, [])
