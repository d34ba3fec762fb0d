"""Nothing is sent after an account's create was answered, so nothing can fail and lose its secret."""

from __future__ import annotations

import pytest
from tests.rules import Rules, new_session, rotating_service_account, service_account

from mixpanel_service_accounts.api import Credentials, Secret
from mixpanel_service_accounts.configuration import Configuration
from mixpanel_service_accounts.emulator import Emulator

PROJECTS = [{"project_id": 2001, "role": "analyst"}, {"project_id": 2002, "role": "consumer"}]
PLAIN = {"name": "bot", "role": "consumer", "projects": PROJECTS}
ROTATING = {**PLAIN, "validity_period_hours": 720, "overlap_hours": 24}


@pytest.mark.parametrize(
    ("dialect", "rules", "inputs"),
    [
        ("bulk", service_account, PLAIN),
        ("bulk", rotating_service_account, ROTATING),
        ("nested", service_account, {"name": "bot"}),
    ],
)
def test_the_last_request_of_a_create_is_the_create(
    dialect: str, rules: Rules, inputs: dict[str, object]
) -> None:
    """Also with projects, which go into the same request; the secret is in the state."""
    with Emulator(dialect) as emulator:
        login = Credentials(username=emulator.username, secret=Secret(emulator.secret))
        session = new_session(
            Configuration(1001, base_url=emulator.base_url, dialect=dialect, credentials=login)
        )
        checked = rules.check(session, {}, inputs)
        assert checked.failures == []
        emulator.forget_calls()
        made = rules.create(session, checked.inputs)
        writes = [call["method"] for call in emulator.calls()]
        assert (writes.count("POST"), writes[-1]) == (1, "POST")
        (row,) = (row for row in emulator.state()["accounts"] if row["name"] == "bot")
        assert made.state["secret"] == row["secret"]
