"""Role changes that are read back together share one list of their project."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.faults.conftest import World

from mixpanel_service_accounts.api import Client
from mixpanel_service_accounts.api.clock import SYSTEM_CLOCK
from mixpanel_service_accounts.api.organization import Organization
from mixpanel_service_accounts.api.read_back import SharedLists


def test_a_hundred_and_twenty_changes_in_one_project(bulk: World) -> None:
    """Four threads, 100 ms a call: at most 160 calls, and never two lists at once."""
    made = [bulk.client().create_service_account(1001, f"bot-{n}").account.id for n in range(120)]
    client = Client(bulk.emulator.base_url, bulk.login(), clock=SYSTEM_CLOCK)
    organization = Organization(client, 1001)
    bulk.emulator.faults([{"kind": "latency", "seconds": 0.1}])
    under_way, most, lock = [0], [0], threading.Lock()
    listed = client.list_project_members

    def counted(organization_id: int, project_id: int) -> object:
        with lock:
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])
        try:
            return listed(organization_id, project_id)
        finally:
            with lock:
                under_way[0] -= 1

    client.list_project_members = counted  # type: ignore[method-assign, assignment]
    bulk.emulator.forget_calls()
    with ThreadPoolExecutor(4) as pool:
        roles = list(pool.map(lambda one: organization.writes.set_role(one, 2001, "analyst"), made))
    assert roles == ["analyst"] * 120
    assert len(bulk.emulator.calls()) <= 160
    assert most == [1]


def test_a_list_that_was_under_way_is_not_believed_for_a_later_change() -> None:
    """It may have been read before the change; the next one is shared by all that wait for it."""
    started, go_on = threading.Event(), threading.Event()
    reads: list[int] = []

    def read(project: int) -> int:
        reads.append(project)
        started.set()
        assert go_on.wait(30)
        return len(reads)

    lists = SharedLists(read, SYSTEM_CLOCK)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(lists.read, 2001)
        assert started.wait(30)
        later = [pool.submit(lists.read, 2001) for _ in range(3)]
        while lists._projects[2001].next is None:
            SYSTEM_CLOCK.sleep(0.001)
        go_on.set()
        assert first.result(30) == 1
        assert {one.result(30) for one in later} <= {2, 3}
    assert reads.count(2001) <= 3


def test_an_error_is_everyone_s_and_is_not_kept() -> None:
    """The next list is asked for again."""
    asked: list[int] = []

    def read(project: int) -> int:
        asked.append(project)
        if len(asked) == 1:
            raise ValueError("no")
        return 7

    lists = SharedLists(read, SYSTEM_CLOCK)
    with pytest.raises(ValueError, match=r"^no$"):
        lists.read(2001)
    assert lists.read(2001) == 7
