"""A hundred accounts with three hundred memberships through the limits that siblings have."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from pulumi_mixpanel.api import Client, Credentials, Secret
from pulumi_mixpanel.api.organization import Organization
from pulumi_mixpanel.api.wire import Timeouts
from pulumi_mixpanel.emulator import Emulator


@pytest.mark.parametrize("threads", [4, 16])
def test_all_come_through_twenty_calls_a_second(threads: int) -> None:
    """Without one error, and with few calls that are refused."""
    lines: list[str] = []
    with Emulator(rate_limit="20/second") as emulator:
        login = Credentials(username=emulator.username, secret=Secret(emulator.secret))
        client = Client(
            emulator.base_url, login, announce=lines.append, timeouts=Timeouts(total=120)
        )
        one = Organization(client, 1001)

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
        refused = [call for call in emulator.calls() if call["status"] == 429]
        assert 0 < len(refused) <= 3 * threads  # the limit was really met, and few times
