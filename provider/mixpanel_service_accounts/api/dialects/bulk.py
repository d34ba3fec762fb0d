"""Dialect `bulk`: the vendor's reference pages (document 001), the live API, the default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import UNSET

from mixpanel_service_accounts.api.dialects import Send
from mixpanel_service_accounts.api.dialects.account_routes import AccountRoutes, accounts_path
from mixpanel_service_accounts.api.dialects.decoding import (
    acknowledged,
    given,
    instant,
    number,
    optional,
    require_distinct,
    required,
)
from mixpanel_service_accounts.api.dialects.pages import read_list
from mixpanel_service_accounts.api.errors import HTTP_METHOD_NOT_ALLOWED, StatusError
from mixpanel_service_accounts.api.instants import format_instant
from mixpanel_service_accounts.api.models import (
    Account,
    CreatedAccount,
    Grant,
    Listing,
    Member,
    name_of,
)
from mixpanel_service_accounts.api.wire import Answer, Request, Turn


class Bulk(AccountRoutes):
    """Accounts are made with a role, an expiry and projects; memberships change in batches."""

    name = "bulk"
    roles: tuple[str, ...] | None = None
    sets_attributes = True
    tells_creator = True
    tells_sensitivity = True
    batches = True
    lists_members = True

    def __init__(self, send: Send) -> None:
        super().__init__(send)
        self._removal_method = "POST"

    def read_account(self, answer: Answer, row: Mapping[str, Any]) -> Account:
        """Return the account of a row."""
        username = required(answer, row, "username", str)
        created = instant(row, "created")
        return Account(
            id=number(answer, row),
            username=username,
            name=name_of(username),
            created=created or None,
            user=given(row, "user", int),
            creator=optional(row, "creator", int),
            creator_email=optional(row, "creator_email", str),
            creator_name=optional(row, "creator_name", str),
            expires=instant(row, "expires"),
            last_used=instant(row, "last_used"),
            role=optional(row, "org_role", str),
        )

    def create_account(
        self,
        organization: int,
        name: str,
        role: str | None,
        expires: datetime | None,
        projects: Sequence[Grant],
    ) -> CreatedAccount:
        """POST /organizations/{org}/service-accounts; the projects come with it."""
        body: dict[str, Any] = {"username": name}
        if role is not None:
            body["role"] = role
        if expires is not None:
            body["expires"] = format_instant(expires)
        if projects:
            body["projects"] = _projects(projects)
        return self.post_account(organization, body, "token")

    def list_members(self, organization: int, project: int) -> Listing[Member]:  # noqa: ARG002 (the path has none)
        """GET /projects/{project}/service-accounts."""
        path = f"/projects/{project}/service-accounts"
        listing = read_list(self._send, path)
        members = [self._member(answer, row) for answer, row in listing]
        require_distinct(path, [member.account for member in members if member.is_individual])
        return Listing(members, listing.pages)

    def _member(self, answer: Answer, row: Mapping[str, Any]) -> Member:
        return Member(
            account=self.read_account(answer, row),
            role=required(answer, row, "role", str),
            target_type=given(row, "target_type", str),
            has_sensitive_access=given(row, "hasSensitiveAccess", bool),
        )

    def list_account_projects(self, organization: int, account: int) -> Listing[Grant]:
        """Derived: `/me`, then the list of each project that it names in this organization."""
        lists = {
            project.id: self.list_members(organization, project.id)
            for project in self.me().projects.values()
            if project.organization_id in (organization, UNSET)
        }
        grants = [
            Grant(project_id=project, role=member.role)
            for project, members in lists.items()
            for member in members
            if member.account.id == account and member.is_individual
        ]
        return Listing(grants, max((members.pages for members in lists.values()), default=1))

    def add_to_projects(
        self,
        organization: int,
        accounts: Sequence[int],
        grants: Sequence[Grant],
        turn: Turn | None = None,
    ) -> None:
        """POST …/add-to-project: the cross product of both lists."""
        body = {"projects": _projects(grants), "service_account_ids": list(accounts)}
        path = f"{accounts_path(organization)}/add-to-project"
        acknowledged(self._send(Request("POST", path, body, turn=turn)))

    def remove_from_projects(
        self,
        organization: int,
        removals: Mapping[int, Sequence[int]],
        turn: Turn | None = None,
    ) -> None:
        """POST …/remove-from-project, or DELETE where the server wants that (wire.md)."""
        method = self._removal_method  # another thread may learn the other one meanwhile
        try:
            self._remove(method, organization, removals, turn)
        except StatusError as error:
            if error.status != HTTP_METHOD_NOT_ALLOWED:
                raise
            other = "DELETE" if method == "POST" else "POST"
            self._remove(other, organization, removals)
            self._removal_method = other

    def _remove(
        self,
        method: str,
        organization: int,
        removals: Mapping[int, Sequence[int]],
        turn: Turn | None = None,
    ) -> None:
        body = {
            "projects": [
                {"id": project, "service_account_ids": list(accounts)}
                for project, accounts in removals.items()
            ]
        }
        path = f"{accounts_path(organization)}/remove-from-project"
        acknowledged(self._send(Request(method, path, body, turn=turn)))


def _projects(grants: Sequence[Grant]) -> list[dict[str, Any]]:
    return [{"id": grant.project_id, "role": grant.role} for grant in grants]
