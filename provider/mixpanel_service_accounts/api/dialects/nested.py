"""Dialect `nested`: the OpenAPI 1.0 description (document 000)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from mixpanel_service_accounts.api.dialects.account_routes import AccountRoutes, accounts_path
from mixpanel_service_accounts.api.dialects.decoding import (
    acknowledged,
    instant,
    number,
    required,
)
from mixpanel_service_accounts.api.dialects.pages import read_list
from mixpanel_service_accounts.api.errors import UnsupportedByDialect
from mixpanel_service_accounts.api.models import (
    Account,
    CreatedAccount,
    Grant,
    Listing,
    Member,
    name_of,
    rows_of,
)
from mixpanel_service_accounts.api.wire import Answer, Request, Turn


class Nested(AccountRoutes):
    """Accounts have a name alone; memberships change one by one, below their account."""

    name = "nested"
    roles: tuple[str, ...] | None = ("admin", "analyst", "consumer")
    sets_attributes = False
    tells_creator = False
    tells_sensitivity = False
    batches = False
    lists_members = False

    def read_account(self, answer: Answer, row: Mapping[str, Any]) -> Account:
        """Return the account of a row."""
        username = required(answer, row, "username", str)
        created = instant(row, "createdAt")
        name = row.get("name")
        return Account(
            id=number(answer, row),
            username=username,
            name=name if isinstance(name, str) and name else name_of(username),
            created=created or None,
        )

    def create_account(
        self,
        organization: int,
        name: str,
        role: str | None,
        expires: datetime | None,
        projects: Sequence[Grant],
    ) -> CreatedAccount:
        """POST /organizations/{org}/service-accounts, with a name and nothing else."""
        asked = {"a role": role, "an expiry": expires, "projects": projects}
        beyond = [what for what, value in asked.items() if value]
        if beyond:
            raise UnsupportedByDialect(
                f"The dialect `nested` cannot make a service account with {' and '.join(beyond)}: "
                "document 1.0 of the API knows its name alone. Use the dialect `bulk`."
            )
        return self.post_account(organization, {"name": name}, "secret")

    def list_members(self, organization: int, project: int) -> Listing[Member]:
        """Derived: the list of accounts, then each one's projects."""
        accounts = self.list_accounts(organization)
        members = [
            member
            for account in accounts
            for where, member in rows_of(
                account, self.list_account_projects(organization, account.id)
            )
            if where == project
        ]
        return Listing(members, accounts.pages)

    def list_account_projects(self, organization: int, account: int) -> Listing[Grant]:
        """GET …/{id}/projects."""
        listing = read_list(self._send, _projects(organization, account))
        grants = [
            Grant(
                project_id=number(answer, row, "projectId"),
                role=required(answer, row, "role", str),
            )
            for answer, row in listing
        ]
        return Listing(grants, listing.pages)

    def add_to_projects(
        self,
        organization: int,
        accounts: Sequence[int],
        grants: Sequence[Grant],
        turn: Turn | None = None,  # noqa: ARG002 (nothing is put together here)
    ) -> None:
        """POST …/{id}/projects for each account and project."""
        for account in accounts:
            for grant in grants:
                body = {"projectId": grant.project_id, "role": grant.role}
                acknowledged(self._send(Request("POST", _projects(organization, account), body)))

    def remove_from_projects(
        self,
        organization: int,
        removals: Mapping[int, Sequence[int]],
        turn: Turn | None = None,  # noqa: ARG002
    ) -> None:
        """DELETE …/{id}/projects/{project} for each account and project."""
        for project, accounts in removals.items():
            for account in accounts:
                path = f"{_projects(organization, account)}/{project}"
                acknowledged(self._send(Request("DELETE", path)))


def _projects(organization: int, account: int) -> str:
    return f"{accounts_path(organization)}/{account}/projects"
