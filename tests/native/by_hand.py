"""What somebody makes and deletes without Pulumi."""

from __future__ import annotations

from mixpanel_service_accounts.api import Client, Credentials, Grant, Secret
from mixpanel_service_accounts.emulator import Emulator


def client(emulator: Emulator) -> Client:
    """Return a client with the emulator's login."""
    login = Credentials(username=emulator.username, secret=Secret(emulator.secret))
    return Client(emulator.base_url, login)


def make(emulator: Emulator, name: str) -> tuple[int, str]:
    """Make an account that is an analyst in project 2001, and return its number and its secret."""
    grants = [Grant(project_id=2001, role="analyst")]
    made = client(emulator).create_service_account(1001, name, projects=grants)
    return made.account.id, made.secret.reveal()
