"""A hundred accounts with three hundred memberships through the limits that siblings have."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from mixpanel_service_accounts.api import Client, Credentials, Secret
from mixpanel_service_accounts.api.clock import SYSTEM_CLOCK, Clock
from mixpanel_service_accounts.api.organization import Organization
from mixpanel_service_accounts.emulator import Emulator, limit

MOST_REFUSED = 64
"""Of more than two hundred calls; each thread runs into the wall a few times, and not every time."""

FASTER = 60.0
"""How many seconds of the server and of the client pass in one of ours, where a minute is limited."""


def send_all(rate_limit: str, threads: int, clock: Clock) -> int:
    """Make a hundred accounts with three memberships each; tell how many calls were refused."""
    with Emulator(rate_limit=rate_limit) as emulator:
        login = Credentials(username=emulator.username, secret=Secret(emulator.secret))
        one = Organization(Client(emulator.base_url, login, clock=clock), 1001)

        def make(number: int) -> int:
            account = one.create_account(f"bot-{number:03}", None, None, ()).account.id
            for project in (2001, 2002, 2003):
                one.writes.set_role(account, project, "analyst")
            return account

        with ThreadPoolExecutor(threads) as pool:
            made = set(pool.map(make, range(100)))
        assert len(made) == 100
        state = emulator.state()
        rows = [row for row in state["memberships"] if row["account"] in made]
        assert len(rows) == 300
        return sum(call["status"] == 429 for call in emulator.calls())


@pytest.mark.parametrize("threads", [4, 16])
def test_all_come_through_twenty_calls_a_second(threads: int) -> None:
    """Without one error, and with few calls that are refused."""
    assert 0 < send_all("20/second", threads, SYSTEM_CLOCK) <= MOST_REFUSED


@pytest.mark.parametrize("threads", [4, 16])
def test_all_come_through_sixty_calls_a_minute(
    threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same, on a clock that runs sixty times as fast for the client and for the server's limit."""
    clock = Clock(
        monotonic=lambda: time.monotonic() * FASTER,
        sleep=lambda seconds: time.sleep(seconds / FASTER),
    )
    monkeypatch.setattr(limit, "monotonic", clock.monotonic)
    assert 0 < send_all("60/minute", threads, clock) <= MOST_REFUSED
