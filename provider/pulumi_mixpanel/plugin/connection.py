"""The sessions of one provider: its configuration, its ledger, and what its refresh has read."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from msgspec.structs import replace

from mixpanel_plugin_rpc.server import THREADS
from mixpanel_service_accounts.api.clock import Clock
from mixpanel_service_accounts.api.errors import ConfigurationError
from mixpanel_service_accounts.configuration import resolve
from mixpanel_service_accounts.configuration_keys import EXPLICIT
from mixpanel_service_accounts.resources.ledger import Ledger
from mixpanel_service_accounts.resources.reporter import Reporter, reporting_to
from mixpanel_service_accounts.resources.session import Connections, Session
from pulumi_mixpanel.plugin.wording import NATIVE


class Connection:
    """What all calls of a provider share.

    Args:
        clock: Where time, sleep and chance come from.
        environment: The environment variables.
    """

    def __init__(self, clock: Clock, environment: Mapping[str, str]) -> None:
        self._clock = clock
        self._environment = environment
        self._connections: Connections | None = None
        self._lock = threading.Lock()
        self._read: Counter[tuple[str, str]] = Counter()

    def configure(self, configured: Mapping[str, str], *, explicit: bool) -> None:
        """Connect by a configuration.

        Args:
            configured: The provider's arguments by their key, as text.
            explicit: Whether the program made the provider; the environment then only fills gaps.
        """
        marked = {EXPLICIT: "true", **configured} if explicit else configured
        found = resolve(marked.get, self._environment, words=NATIVE)
        found = replace(found, concurrency=found.concurrency or THREADS)
        self._connections = Connections(found, self._clock, ledger=Ledger(), wording=NATIVE)

    @contextmanager
    def session(self, reporter: Reporter) -> Iterator[Session]:
        """Open the session of one call.

        Raises:
            ConfigurationError: The provider was not configured.
        """
        if self._connections is None:
            raise ConfigurationError("The provider was asked to work before it was configured.")
        with reporting_to(reporter):
            yield Session(self._connections, reporter, ledger=self._connections.ledger)

    def note_read(self, urn: str, id_: str) -> None:
        """Remember that a refresh found a resource: it compares that one once more by itself."""
        with self._lock:
            self._read[urn, id_] += 1

    def of_diff(self, session: Session, urn: str, id_: str) -> Session:
        """Return the session of a comparison.

        That of a refresh says nothing of the program: its ledger forgets what it learns of grants.
        """
        with self._lock:
            of_refresh = self._read[urn, id_] > 0
            self._read[urn, id_] -= of_refresh
        if not of_refresh or session.ledger is None:
            return session
        return Session(session.connections, session.reporter, ledger=session.ledger.of_refresh())
