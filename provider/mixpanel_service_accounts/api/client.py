"""Mixpanel's Service Accounts API, every operation of both descriptions in one vocabulary.

    from mixpanel_service_accounts.api import Client, Credentials, Secret

    client = Client(
        "https://mixpanel.com/api/app",
        Credentials(username="bot.1a2b3c.mp-service-account", secret=Secret("…")),
    )
    for account in client.list_service_accounts(1001):
        print(account.id, account.username)

Every call raises `StatusError` for an answer that says no, `NoAnswer` or `GaveUp` where none came,
`MalformedAnswer` and `Redirected` for one that is not believed (see `errors`). Numbers of calls
are given without the tries that a fault may cost. A list is a whole one, in one call for each page
that the server makes of it (`Listing.pages`); no server is known to make more than one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from mixpanel_service_accounts.api.clock import SYSTEM_CLOCK, Clock
from mixpanel_service_accounts.api.dialects import Dialect
from mixpanel_service_accounts.api.dialects.bulk import Bulk
from mixpanel_service_accounts.api.dialects.nested import Nested
from mixpanel_service_accounts.api.errors import ConfigurationError
from mixpanel_service_accounts.api.models import (
    Account,
    CreatedAccount,
    Credentials,
    Grant,
    Listing,
    Me,
    Member,
)
from mixpanel_service_accounts.api.wire import Timeouts, Turn
from mixpanel_service_accounts.api.wording import PLAIN, Wording

if TYPE_CHECKING:  # it comes with the transport, when a call is made
    from mixpanel_service_accounts.api.server_time import ServerTime

DIALECTS: Mapping[str, type[Dialect]] = {"bulk": Bulk, "nested": Nested}


class Client:
    """The operations. Safe to share between threads.

    Args:
        base_url: `https://…`, or `http://…` on loopback; see `transport.REGIONS` for Mixpanel's.
        credentials: The login of a service account with the right to do what is asked for.
        dialect: `bulk` (the vendor's reference pages; default) or `nested` (OpenAPI 1.0).
        timeouts: Deadlines, in seconds.
        connections: How many connections are kept open at once; default 16.
        clock: Where time comes from; for tests.
        announce: Is given one line for every wait of more than two seconds; default: nobody.
        wording: What the shell calls things; default: plain words.

    Raises:
        ConfigurationError: The base URL or the dialect is not one.
    """

    def __init__(
        self,
        base_url: str,
        credentials: Credentials,
        *,
        dialect: str = "bulk",
        timeouts: Timeouts = Timeouts(),  # noqa: B008 (frozen)
        connections: int = 16,
        clock: Clock = SYSTEM_CLOCK,
        announce: Callable[[str], None] = lambda _line: None,
        wording: Wording = PLAIN,
    ) -> None:
        if dialect not in DIALECTS:
            raise ConfigurationError(
                f"The dialect must be `bulk` or `nested`; {dialect!r} was given."
            )
        # Here, and not above: they take long, and a preview makes no call.
        from mixpanel_service_accounts.api.transport import Transport  # noqa: PLC0415

        self._transport = Transport(
            base_url,
            credentials,
            timeouts=timeouts,
            connections=connections,
            clock=clock,
            announce=announce,
            wording=wording,
        )
        self.wording = wording
        self.dialect = DIALECTS[dialect](self._transport.send)
        self.username = credentials.username
        self.connections = connections
        self.base_url = self._transport.base_url
        self.clock = clock
        self.announce = announce
        self.shown_roles: set[str] = set()

    def __repr__(self) -> str:
        return f"Client({self.base_url!r}, {self.username!r}, dialect={self.dialect.name!r})"

    def take_turn(self, what: str, *, once: bool = False) -> Turn:
        """Wait for the rate limit now, for a call that is put together afterwards.

        Args:
            what: What is to be sent, for the line that tells the wait.
            once: See `Turn`.
        """
        return self._transport.take_turn(what, once=once)

    def price(self) -> float:
        """Return the seconds that a call costs under the rate limit; 0.0 if it is not near."""
        return self._transport.price()

    @property
    def server_time(self) -> ServerTime:
        """What the responses to this client say of the server's time."""
        return self._transport.server_time

    def me(self) -> Me:
        """Return whom the server takes this login for, in one call (grade R)."""
        return self.dialect.me()

    def list_service_accounts(self, organization_id: int) -> Listing[Account]:
        """List an organization's accounts, in one call a page (both documents)."""
        listing = self.dialect.list_accounts(organization_id)
        self.shown_roles.update(row.role for row in listing if isinstance(row.role, str))
        return listing

    def create_service_account(
        self,
        organization_id: int,
        name: str,
        *,
        role: str | None = None,
        expires: datetime | None = None,
        projects: Sequence[Grant] = (),
    ) -> CreatedAccount:
        """Make an account and learn its secret, in one call that is never repeated blindly.

        Args:
            organization_id: Where.
            name: What the username will begin with; the server adds a suffix.
            role: Role in the organization (`bulk`).
            expires: Aware instant from which on it no longer works; default never (`bulk`).
            projects: Memberships made in the same call (`bulk`).

        Raises:
            UnsupportedByDialect: `nested`, and more than a name.
        """
        return self.dialect.create_account(organization_id, name, role, expires, projects)

    def get_service_account(self, organization_id: int, service_account_id: int) -> Account:
        """Read one account, in one call (both documents)."""
        return self.dialect.get_account(organization_id, service_account_id)

    def delete_service_account(self, organization_id: int, service_account_id: int) -> None:
        """Delete an account with its memberships, in one call (both documents)."""
        self.dialect.delete_account(organization_id, service_account_id)

    def list_project_members(self, organization_id: int, project_id: int) -> Listing[Member]:
        """List the accounts of a project.

        `bulk`: one call. `nested`: derived in 1 + A calls, A the accounts of the organization; it
        tells grants to the accounts themselves alone.
        """
        listing = self.dialect.list_members(organization_id, project_id)
        self.shown_roles.update(row.role for row in listing)
        return listing

    def list_account_projects(
        self, organization_id: int, service_account_id: int
    ) -> Listing[Grant]:
        """List the projects of an account.

        `nested`: one call. `bulk`: derived in 1 + P calls, P the projects that `/me` names in the
        organization; a project that the login may not read raises, so that the list is never
        silently short, and projects that `/me` does not name are not in it.
        """
        return self.dialect.list_account_projects(organization_id, service_account_id)

    def add_to_projects(
        self,
        organization_id: int,
        service_account_ids: Sequence[int],
        grants: Sequence[Grant],
        turn: Turn | None = None,
    ) -> None:
        """Add every account with every grant: the cross product.

        `bulk`: one call. `nested`: derived in one call for each account and grant; where one of
        them fails, those before it stay.

        Args:
            organization_id: Where.
            service_account_ids: The accounts.
            grants: The projects, with the role in each.
            turn: The turn that was taken for the call (`bulk`).
        """
        self.dialect.add_to_projects(organization_id, service_account_ids, grants, turn)

    def add_to_project(
        self, organization_id: int, service_account_id: int, project_id: int, role: str
    ) -> None:
        """Add one account with one role to one project, in one call (both documents)."""
        self.add_to_projects(
            organization_id, [service_account_id], [Grant(project_id=project_id, role=role)]
        )

    def remove_from_projects(
        self,
        organization_id: int,
        removals: Mapping[int, Sequence[int]],
        turn: Turn | None = None,
    ) -> None:
        """Take accounts out of projects.

        `bulk`: one call (one more, once, where the server wants DELETE instead of POST).
        `nested`: derived in one call for each account and project; where one of them fails, those
        before it stay.

        Args:
            organization_id: Where.
            removals: For each project the accounts to take out.
            turn: The turn that was taken for the call (`bulk`).
        """
        self.dialect.remove_from_projects(organization_id, removals, turn)

    def remove_from_project(
        self, organization_id: int, service_account_id: int, project_id: int
    ) -> None:
        """Take one account out of one project, in one call (both documents)."""
        self.remove_from_projects(organization_id, {project_id: [service_account_id]})
