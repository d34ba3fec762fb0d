"""One list for many reads, and the proof that what is not in a list is gone.

Every list is fetched once, by one thread while the others wait, and dropped as soon as this
process writes what it covers. Nothing outlives the process.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from mixpanel_service_accounts.api.client import Client
from mixpanel_service_accounts.api.errors import HTTP_NOT_FOUND, Refused, StatusError
from mixpanel_service_accounts.api.instants import format_instant
from mixpanel_service_accounts.api.models import Account, Grant, Listing, Member, rows_of
from mixpanel_service_accounts.api.naming import is_same_login
from mixpanel_service_accounts.api.parallel import in_parallel
from mixpanel_service_accounts.api.single_flight import SingleFlight


class _Accounts(Struct, frozen=True):
    """A list of accounts, and when it was asked for: a count that grows with each 404 and list."""

    by_number: Mapping[int, Account]
    pages: int
    asked_at: int


class ProjectRows(Struct, frozen=True):
    """A project's rows by account."""

    rows: Mapping[int, list[Member]]
    pages: int


class Reads:
    """What one process knows of an organization.

    Args:
        client: The operations.
        organization_id: The organization.
        warn: Is given one line for an account that has expired and that no route shows.
    """

    def __init__(
        self, client: Client, organization_id: int, warn: Callable[[str], None] = lambda _line: None
    ) -> None:
        self._client = client
        self._organization_id = organization_id
        self._warn = warn
        self._lists = SingleFlight()
        self._count = itertools.count(1)
        self._lock = threading.Lock()
        self._refresh = threading.Lock()
        self._read_one = False

    def account(self, service_account_id: int) -> Account | None:
        """Read an account: the first of a process by itself, every further one from the list.

        Returns:
            The account, or None where it is proven to be gone.

        Raises:
            Refused: It was not found, and nothing proves that it is gone, or the list shows it.
        """
        with self._lock:
            alone, self._read_one = not self._read_one, True
        if not alone or self._lists.has("accounts"):
            found = self.accounts().get(service_account_id)
            if found is not None:
                return found
        try:
            return self._client.get_service_account(self._organization_id, service_account_id)
        except StatusError as error:
            if not says_not_found(error):
                raise
        return self.require_gone(service_account_id)

    def require_gone(self, service_account_id: int) -> Account | None:
        """Check whether an account whose own route has just answered 404 is gone.

        The list must not show it. A list that showed it before the 404 is read again, once for all
        404s that came until then. One of several pages is read twice.

        Returns:
            None; or the account by the list's row, if it is past its expiry by that row: the
            server still has it, and no route shows it any more.

        Raises:
            Refused: The list shows it, or nothing proves that we look at the right place.
        """
        row = self._row_after(next(self._count), service_account_id)
        if row is None:
            self.require_proof(f"service account {service_account_id}")
            return None
        expires = row.expires
        now = self._client.clock.now() + (self._client.server_time.offset or timedelta(0))
        if isinstance(expires, datetime) and expires <= now:
            self._warn(
                f"service account {row.id} ({row.username}) has expired, on "
                f"{format_instant(expires)}: its own route answers 404, and the list of accounts "
                "still shows it."
            )
            return row
        raise Refused(
            f"service account {row.id} was answered with 404, and the list of accounts, read "
            f"after it, shows it ({row.username}). It is not gone, and nothing was changed. Run "
            "the command again."
        )

    def _row_after(self, missed_at: int, service_account_id: int) -> Account | None:
        """Return the account's row; a list that has none may be older than the 404."""
        listing = self._lists.get("accounts", self._list_accounts)
        row = listing.by_number.get(service_account_id)
        if row is not None and listing.asked_at < missed_at:
            listing = self._later_list(missed_at)
            row = listing.by_number.get(service_account_id)
        if row is None and listing.pages > 1:
            again = self._lists.get("accounts again", self._list_accounts)
            return again.by_number.get(service_account_id)
        return row

    def _later_list(self, missed_at: int) -> _Accounts:
        while True:
            with self._refresh:
                listing = self._lists.get("accounts", self._list_accounts)
                if listing.asked_at > missed_at:
                    return listing
                self.forget_accounts()

    def accounts(self) -> Mapping[int, Account]:
        """List all accounts of the organization by their number."""
        return self._lists.get("accounts", self._list_accounts).by_number

    def _list_accounts(self) -> _Accounts:
        asked_at = next(self._count)
        listing = self._client.list_service_accounts(self._organization_id)
        return _Accounts({account.id: account for account in listing}, listing.pages, asked_at)

    def project_now(self, project_id: int) -> ProjectRows:
        """Read a project's list again, for a change that has just been made."""
        self._lists.drop(("project", project_id))
        self._lists.drop(("project again", project_id))
        return self._project(project_id)

    def _project(self, project_id: int) -> ProjectRows:
        return self._lists.get(("project", project_id), lambda: self._list_project(project_id))

    def rows(
        self, service_account_id: int, project_id: int, listed: ProjectRows | None = None
    ) -> list[Member]:
        """Read how an account is in a project, from the list that one call of the dialect gives.

        Args:
            service_account_id: The account.
            project_id: The project.
            listed: The project's list, if it was just read.

        Returns:
            A row for each grant; none where the account is proven not to be there.

        Raises:
            Refused: There is no row, and nothing proves that the list is to be believed.
        """
        rows = (
            self._rows_of_project(service_account_id, project_id, listed)
            if self._client.dialect.lists_members
            else self._rows_of_account(service_account_id, project_id)
        )
        if not rows:
            missing = f"service account {service_account_id} in project {project_id}"
            self.require_proof(missing)
            if self._client.dialect.lists_members:
                self._require_membership(project_id, missing, listed)
        return rows

    def members(self, project_id: int) -> list[Member]:
        """List who is in a project.

        `bulk`: one list a project. `nested`: derived from one list for each account, which serve
        every project.

        Raises:
            Refused: Nobody is, and nothing proves that the login would see it if somebody were.
        """
        if self._client.dialect.lists_members:
            members = self._project(project_id)
            rows = [row for rows in members.rows.values() for row in rows]
        else:
            rows = self._rows_of_accounts(project_id)
        if not rows and project_id not in self._lists.get("me", self._projects_of_me):
            raise Refused(
                f"project {project_id} shows no service account, but nothing proves that it has "
                f"none: the login {self._client.username!r} is not known to be a member of it."
            )
        return rows

    def _rows_of_accounts(self, project_id: int) -> list[Member]:
        accounts = self.accounts()
        found = in_parallel(
            self._client.connections,
            lambda account: self._rows_of_account(account, project_id),
            accounts,
        )
        return [
            Member(account=accounts[account], role=row.role)
            for account, rows in found
            for row in rows
        ]

    def _require_membership(
        self, project_id: int, missing: str, listed: ProjectRows | None
    ) -> None:
        """Make sure that a project's list is what a member sees, and not what lost rights leave."""
        members = listed or self._project(project_id)
        own = self._client.username
        if any(rows[0].account.username == own for rows in members.rows.values()):
            return
        if project_id not in self._lists.get("me", self._projects_of_me):
            raise Refused(
                f"{missing} was not found, but nothing proves that it is gone: the login {own!r} "
                "is not known to be a member of that project. Nothing was changed."
            )

    def _projects_of_me(self) -> frozenset[int]:
        try:
            return frozenset(self._client.me().projects)
        except StatusError:
            return frozenset()

    def _rows_of_project(
        self, service_account_id: int, project_id: int, listed: ProjectRows | None
    ) -> list[Member]:
        members = listed or self._project(project_id)
        rows = members.rows.get(service_account_id, [])
        if rows or members.pages == 1:
            return rows
        again = self._lists.get(
            ("project again", project_id), lambda: self._list_project(project_id)
        )
        return again.rows.get(service_account_id, [])

    def _list_project(self, project_id: int) -> ProjectRows:
        rows: dict[int, list[Member]] = {}
        listing = self._client.list_project_members(self._organization_id, project_id)
        for member in listing:
            rows.setdefault(member.account.id, []).append(member)
        return ProjectRows(rows, listing.pages)

    def _rows_of_account(self, service_account_id: int, project_id: int) -> list[Member]:
        account = Account(id=service_account_id, username="", name="")

        def load() -> Listing[Grant]:
            return self._client.list_account_projects(self._organization_id, service_account_id)

        try:
            grants = self._lists.get(("account", service_account_id), load)
            if grants.pages > 1 and all(grant.project_id != project_id for grant in grants):
                grants = self._lists.get(("account again", service_account_id), load)
        except StatusError as error:
            if not says_not_found(error):
                raise
            self.require_gone(service_account_id)
            return []
        return [row for project, row in rows_of(account, grants) if project == project_id]

    def require_proof(self, missing: str) -> None:
        """Make sure that what was not found is gone, and that we are not merely looking elsewhere.

        The proof is that our own login belongs to the organization: its row is in the list of
        accounts, or `/me` names the organization.

        Raises:
            Refused: There is no such proof.
        """
        if not self._lists.get("proof", self._login_belongs):
            raise Refused(
                f"{missing} was not found in organization {self._organization_id} at "
                f"{self._client.base_url}, but nothing proves that it is gone: the login "
                f"{self._client.username!r} is not known there. Nothing was changed. Check the "
                "organization, the region and the base URL."
            )

    def _login_belongs(self) -> bool:
        username = self._client.username
        if any(is_same_login(username, one.username) for one in self.accounts().values()):
            return True
        try:
            return self._organization_id in self._client.me().organizations
        except StatusError:
            return False

    def forget_everything(self) -> None:
        """Drop every list, for whoever has to see what another process has just written."""
        self._lists.drop_all()

    def forget_accounts(self) -> None:
        """Drop what a new or deleted account changes."""
        self._lists.drop("accounts")
        self._lists.drop("accounts again")

    def forget_grants(self, service_account_id: int, project_id: int) -> None:
        """Drop what a new, changed or removed grant changes."""
        for again in ("", " again"):
            self._lists.drop((f"project{again}", project_id))
            self._lists.drop((f"account{again}", service_account_id))


def says_not_found(error: StatusError) -> bool:
    """Return whether the API itself says so, not a proxy or another server (wire.md, fact 3)."""
    return error.status == HTTP_NOT_FOUND and error.vendor_shaped
