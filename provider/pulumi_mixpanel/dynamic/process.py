"""What all resources and threads of the provider's process share, built once."""

import os
import threading
from collections import Counter
from collections.abc import Callable, Sequence

from mixpanel_service_accounts.api.errors import ConfigurationError
from mixpanel_service_accounts.configuration import resolve
from mixpanel_service_accounts.configuration_keys import NAMESPACE, STACK
from mixpanel_service_accounts.resources.ledger import Holding, Ledger
from mixpanel_service_accounts.resources.reporter import Reporter
from mixpanel_service_accounts.resources.session import Connections, Session
from pulumi_mixpanel.dynamic.engine_log import announce, warn
from pulumi_mixpanel.dynamic.widened_pool import widen_pool
from pulumi_mixpanel.wording import PULUMI


class Process:
    """What all resources and threads of the provider's process share, built once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read: Counter[tuple[str, str]] = Counter()
        self._connections: Connections | None = None

    def configure(self, get: Callable[[str], object]) -> None:
        """Connect by the engine's configuration, the first time that the engine gives it."""

        def source(namespace: str) -> Callable[[str], str | None]:
            def configured(key: str) -> str | None:
                value = get(f"{namespace}:{key}")
                return None if value in (None, "") else str(value)

            return configured

        with self._lock:
            if self._connections is None:
                configuration = resolve(source(NAMESPACE), os.environ, source(STACK), PULUMI)
                self._connections = Connections(configuration, ledger=Ledger(), wording=PULUMI)
                if configuration.concurrency:
                    widen_pool(configuration.concurrency)

    def session(self, held_by: Sequence[Holding] | None = None) -> Session:
        """Return the session of one call."""
        if self._connections is None:
            raise ConfigurationError("The provider was asked to work before it was configured.")
        return Session(
            self._connections,
            Reporter(warn, announce),
            ledger=self._connections.ledger,
            held_by=held_by,
        )

    def note_read(self, kind: str, id_: str) -> None:
        """Remember that a refresh found a resource: it compares that one once more by itself."""
        with self._lock:
            self._read[kind, id_] += 1

    def session_of_diff(self, kind: str, id_: str) -> Session:
        """Return the session of a comparison.

        `up --refresh` compares in the same process what it read and what the program says. The
        first says nothing of the program: its ledger forgets what it learns of grants.
        """
        with self._lock:
            of_refresh = self._read[kind, id_] > 0
            self._read[kind, id_] -= of_refresh
        session = self.session()
        if of_refresh and session.ledger:
            session.ledger = session.ledger.of_refresh()
        return session


process = Process()
