"""Sessions with the core, for calls of Terraform."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from msgspec.structs import replace

from mixpanel_plugin_rpc.server import THREADS
from mixpanel_service_accounts.api.clock import Clock
from mixpanel_service_accounts.configuration import Configuration
from mixpanel_service_accounts.resources.reporter import Reporter, reporting_to
from mixpanel_service_accounts.resources.session import Connections, Session
from terraform_mixpanel.calls import Call, Opens
from terraform_mixpanel.wording import TERRAFORM


def connect(configuration: Configuration, clock: Clock) -> Opens:
    """Return what opens sessions on a configuration.

    They share their connections, but no ledger: in an apply Terraform shows only what changes, so
    that nothing follows from what this process has not seen.
    """
    width = configuration.concurrency or THREADS
    connections = Connections(replace(configuration, concurrency=width), clock, wording=TERRAFORM)

    @contextmanager
    def opens(call: Call, instant: datetime | None) -> Iterator[Session]:
        reporter = Reporter(call.warn, call.announce)
        with reporting_to(reporter):
            yield Session(connections, reporter, instant)

    return opens
