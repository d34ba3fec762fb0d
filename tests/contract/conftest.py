"""The organization that the contract suite runs against: the emulator's, or a real one.

For a real one set MIXPANEL_CONTRACT_BASE_URL, …_ORGANIZATION_ID, …_PROJECT_IDS (two, with a comma),
…_USERNAME, …_SECRET and …_DIALECT. The suite names what it makes `contract-<random>-…`, deletes what
it made, and touches nothing else.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from mixpanel_service_accounts.api import Client, CreatedAccount, Credentials, Secret
from mixpanel_service_accounts.emulator import Emulator

_REAL = "MIXPANEL_CONTRACT_"


@dataclass(frozen=True)
class Subject:
    """An organization to test with, and what the suite may use there."""

    client: Client
    organization_id: int
    project_ids: tuple[int, int]
    prefix: str

    def create(self, name: str) -> CreatedAccount:
        """Make an account whose name says where it came from."""
        return self.client.create_service_account(self.organization_id, f"{self.prefix}-{name}")

    def client_of(self, created: CreatedAccount) -> Client:
        """Make a client that logs in with what was made."""
        login = Credentials(username=created.account.username, secret=created.secret)
        dialect = self.client.dialect.name
        return Client(self.client.base_url, login, dialect=dialect)

    def clean(self) -> None:
        """Delete what the suite made."""
        for account in self.client.list_service_accounts(self.organization_id):
            if account.name.startswith(f"{self.prefix}-"):
                self.client.delete_service_account(self.organization_id, account.id)


@pytest.fixture(scope="session", params=["bulk", "nested"])
def subject(request: pytest.FixtureRequest) -> Iterator[Subject]:
    """Connect to the organization, once for each dialect; a real one speaks one."""
    dialect: str = request.param
    prefix = f"contract-{secrets.token_hex(4)}"
    if os.environ.get(f"{_REAL}BASE_URL"):
        if os.environ.get(f"{_REAL}DIALECT", "bulk") != dialect:
            pytest.skip("the organization at hand speaks the other dialect")
        found = _real(dialect, prefix)
        yield found
        found.clean()
        return
    with Emulator(dialect) as emulator:
        login = Credentials(username=emulator.username, secret=Secret(emulator.secret))
        client = Client(emulator.base_url, login, dialect=dialect)
        found = Subject(client, emulator.organization_id, (2001, 2002), prefix)
        yield found
        found.clean()


def _real(dialect: str, prefix: str) -> Subject:
    values = {
        key: os.environ[_REAL + key]
        for key in ("BASE_URL", "ORGANIZATION_ID", "PROJECT_IDS", "USERNAME", "SECRET")
    }
    login = Credentials(username=values["USERNAME"], secret=Secret(values["SECRET"]))
    first, second = (int(number) for number in values["PROJECT_IDS"].split(","))
    client = Client(values["BASE_URL"], login, dialect=dialect)
    return Subject(client, int(values["ORGANIZATION_ID"]), (first, second), prefix)
