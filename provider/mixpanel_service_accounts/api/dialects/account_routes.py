"""The routes of accounts, which both documents have; their bodies and rows differ."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from mixpanel_service_accounts.api.dialects import Send
from mixpanel_service_accounts.api.dialects.decoding import (
    ME,
    acknowledged,
    me_in,
    require_asked,
    require_distinct,
    result_in,
    secret_in,
)
from mixpanel_service_accounts.api.dialects.pages import read_list
from mixpanel_service_accounts.api.models import Account, CreatedAccount, Listing, Me
from mixpanel_service_accounts.api.wire import Answer, Request


class AccountRoutes(ABC):
    """What a dialect does with accounts."""

    def __init__(self, send: Send) -> None:
        self._send = send

    @abstractmethod
    def read_account(self, answer: Answer, row: Mapping[str, Any]) -> Account:
        """Return the account of a row."""

    def me(self) -> Me:
        """GET /me."""
        return me_in(self._send(ME))

    def list_accounts(self, organization: int) -> Listing[Account]:
        """GET /organizations/{org}/service-accounts."""
        path = accounts_path(organization)
        listing = read_list(self._send, path)
        accounts = [self.read_account(answer, row) for answer, row in listing]
        require_distinct(path, accounts)
        return Listing(accounts, listing.pages)

    def get_account(self, organization: int, account: int) -> Account:
        """GET /organizations/{org}/service-accounts/{id}, bare or enveloped."""
        answer = self._send(Request("GET", f"{accounts_path(organization)}/{account}"))
        return require_asked(answer, self.read_account(answer, result_in(answer)), account)

    def delete_account(self, organization: int, account: int) -> None:
        """DELETE /organizations/{org}/service-accounts/{id}."""
        acknowledged(self._send(Request("DELETE", f"{accounts_path(organization)}/{account}")))

    def post_account(
        self, organization: int, body: Mapping[str, Any], secret_key: str
    ) -> CreatedAccount:
        """POST /organizations/{org}/service-accounts; the answer has the secret by its key."""
        path = accounts_path(organization)
        answer = self._send(Request("POST", path, body, idempotent=False, creates=True))
        row = result_in(answer)
        return CreatedAccount(
            account=self.read_account(answer, row), secret=secret_in(answer, row, secret_key)
        )


def accounts_path(organization: int) -> str:
    """Return the route of an organization's accounts."""
    return f"/organizations/{organization}/service-accounts"
