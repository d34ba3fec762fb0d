"""What a call has at hand: configuration, time, connections, and how to reach the user."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct, field

from mixpanel_service_accounts.api.client import DIALECTS, Client
from mixpanel_service_accounts.api.clock import SYSTEM_CLOCK, Clock
from mixpanel_service_accounts.api.dialects import Dialect
from mixpanel_service_accounts.api.errors import ConfigurationError, Refused, StatusError
from mixpanel_service_accounts.api.models import Place
from mixpanel_service_accounts.api.wording import PLAIN, Wording
from mixpanel_service_accounts.configuration import Configuration
from mixpanel_service_accounts.resources import reporter
from mixpanel_service_accounts.resources.ledger import Claims, Holding, Ledger
from mixpanel_service_accounts.resources.unconfirmed_removals import UnconfirmedRemovals

if TYPE_CHECKING:
    from mixpanel_service_accounts.api.created_here import CreatedHere
    from mixpanel_service_accounts.api.organization import Organization

_CONNECTIONS = 4
"""As many as a shell's process has threads by default."""


class Connections(Struct):
    """One client for each host and one `Organization` for each place, made on first use.

    Shared by all calls and threads of a process; nothing of it outlives the process.

    Attributes:
        configuration: Where credentials and timeouts come from.
        clock: Where time, sleep and chance come from.
        ledger: What the process knows of other resources, if it sees them all.
        wording: What the shell calls things.
        unconfirmed_removals: What the server refused to remove and the user let go of.
        claims: What the process has seen of accounts and grants: the ledger's, if it keeps one.
    """

    configuration: Configuration
    clock: Clock = SYSTEM_CLOCK
    ledger: Ledger | None = None
    wording: Wording = PLAIN
    unconfirmed_removals: UnconfirmedRemovals = field(default_factory=UnconfirmedRemovals)
    claims: Claims = field(default_factory=Claims)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _clients: dict[str, Client] = field(default_factory=dict)
    _organizations: dict[tuple[str, int], Organization] = field(default_factory=dict)
    _discovered: dict[str, int] = field(default_factory=dict)
    _created_here: CreatedHere | None = None
    _warned: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        if self.ledger:
            self.claims = self.ledger.claims

    def is_new(self, line: str) -> bool:
        """Return whether a warning is told for the first time in this process."""
        with self._lock:
            new = line not in self._warned
            self._warned.add(line)
        return new

    def organization(self, place: Place) -> Organization:
        """Return the connection to a place, creating it on first use.

        Raises:
            ConfigurationError: Credentials or organization are missing.
        """
        # Here, and not above: a preview makes no call, and waits for everything that is imported.
        from mixpanel_service_accounts.api.created_here import CreatedHere  # noqa: PLC0415
        from mixpanel_service_accounts.api.organization import Organization  # noqa: PLC0415

        with self._lock:
            self._created_here = self._created_here or CreatedHere()
            client = self._client(place.base_url)
            number = place.organization_id or self._discover(client)
            key = (place.base_url, number)
            if key not in self._organizations:
                self._organizations[key] = Organization(
                    client,
                    number,
                    warn=self._warn_once,
                    held=lambda: self.claims.held_at(place.base_url),
                    created_here=self._created_here,
                )
            return self._organizations[key]

    def shown_roles(self) -> frozenset[str]:
        """Return every spelling of a role that a list read by this process has shown."""
        with self._lock:
            return frozenset().union(*(client.shown_roles for client in self._clients.values()))

    def heard_offset(self, place: Place) -> timedelta | None:
        """Return how far a host's clock is ahead, by a response of this process; makes no call.

        Returns:
            The difference, or None if no response has a date yet.
        """
        with self._lock:
            client = self._clients.get(place.base_url)
        return client.server_time.offset if client else None

    def _warn_once(self, line: str) -> None:
        if self.is_new(line):
            reporter.warn(line)

    def _client(self, base_url: str) -> Client:
        if base_url not in self._clients:
            self._clients[base_url] = Client(
                base_url,
                self.configuration.login(self.wording),
                dialect=self.configuration.dialect,
                timeouts=self.configuration.timeouts,
                connections=self.configuration.concurrency or _CONNECTIONS,
                clock=self.clock,
                announce=reporter.announce,
                wording=self.wording,
            )
        return self._clients[base_url]

    def _discover(self, client: Client) -> int:
        """Return the one organization that `/me` names (wire.md, fact 11), asked for once."""
        if client.base_url in self._discovered:
            return self._discovered[client.base_url]
        try:
            named = client.me().organizations
        except StatusError as error:
            reason = f"and it could not be asked for: {error}"
        else:
            if len(named) == 1:
                return self._discovered.setdefault(client.base_url, next(iter(named)))
            reason = f"and the login belongs to {len(named)}"
        raise ConfigurationError(
            f"The organization is missing, {reason}. Give its number in one of: "
            f"{self.wording.places_of_organization}."
        )


class Session(Struct):
    """What one call of a shell has at hand.

    Attributes:
        connections: Shared by all calls of the process.
        reporter: Where the lines of this call go.
        instant: What counts as now, for a shell that applies a plan made earlier; None for the
            clock's time.
        ledger: What the process knows of other resources, if it sees them all.
        held_by: Who else holds the account that `adopt` names; None if no shell says so.
    """

    connections: Connections
    reporter: reporter.Reporter = field(default_factory=reporter.Reporter)
    instant: datetime | None = None
    ledger: Ledger | None = None
    held_by: Sequence[Holding] | None = None

    @property
    def configuration(self) -> Configuration:
        """What was configured."""
        return self.connections.configuration

    @property
    def claims(self) -> Claims:
        """What the process has seen of the accounts and grants of its run."""
        return self.ledger.claims if self.ledger else self.connections.claims

    @property
    def dialect(self) -> type[Dialect]:
        """The dialect in use."""
        return DIALECTS[self.configuration.dialect]

    @property
    def wording(self) -> Wording:
        """What the shell calls things."""
        return self.connections.wording

    def now(self) -> datetime:
        """Return the instant that decides what is due."""
        return self.instant or self.connections.clock.now()

    def organization(self, place: Place) -> Organization:
        """Return the connection to a place, which a call asks for before it sends anything.

        Raises:
            ConfigurationError: See `Connections.organization`.
            Interrupted: The user asked to stop, and the call has sent nothing yet.
        """
        self.connections.clock.raise_if_stopped()
        return self.connections.organization(place)

    def warn_once(self, line: str) -> None:
        """Warn, but not twice of the same in one process."""
        if self.connections.is_new(line):
            self.reporter.warn(line)

    def announce(self, line: str) -> None:
        """Show a line."""
        self.reporter.announce(line)

    def is_own_login(self, username: object) -> bool:
        """Return whether a username is the one that this provider logs in with."""
        login = self.configuration.credentials
        # Whether the server tells upper from lower case is unknown: in doubt it is the same login.
        return (
            login is not None
            and isinstance(username, str)
            and login.username.strip().casefold() == username.strip().casefold()
        )

    def spare_own_login(self, username: object, fate: str) -> None:
        """Refuse to delete or replace the account that this provider logs in with.

        Raises:
            Refused: It is that account.
        """
        if self.is_own_login(username):
            raise Refused(
                f"{username!r} is the account that this provider logs in with, and would be "
                f"{fate}. Log in with another account first."
            )
