"""Mixpanel in memory, the session of a call to it, and a lookup."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any

from msgspec import Struct, field

from mixpanel_service_accounts.api.clock import Clock
from mixpanel_service_accounts.api.errors import MixpanelError
from mixpanel_service_accounts.configuration import Configuration
from mixpanel_service_accounts.resources.fields import declared
from terraform_mixpanel.calls import Call, Opens
from terraform_mixpanel.data_sources import DataSource


class Server(Struct):
    """Mixpanel, in memory.

    Attributes:
        accounts: Their states, by number.
        calls: Every call that was made, in words.
        problem: What the next create fails with after it made the account.
        failure: What every call fails with.
    """

    accounts: dict[int, Any] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    problem: str | None = None
    failure: BaseException | None = None
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(5001))

    def call(self, words: str) -> None:
        """Note a call."""
        self.calls.append(words)
        if self.failure:
            raise self.failure


class Session(Struct):
    """What one call has at hand."""

    server: Server
    configuration: Configuration
    call: Call
    instant: datetime


def connector(server: Server) -> Callable[[Configuration, Clock], Opens]:
    """Return what connects a provider to the server."""

    def connect(configuration: Configuration, clock: Clock) -> Opens:
        @contextmanager
        def opens(call: Call, instant: datetime | None) -> Iterator[Session]:
            yield Session(server, configuration, call, instant or clock.now())

        return opens

    return connect


class Found(Struct, frozen=True):
    """The arguments of the lookup."""

    username: Annotated[str, declared("The login.")]


class FoundAccount(Found, frozen=True):
    """What it finds."""

    service_account_id: Annotated[int | None, declared("The number.")] = None
    granted_roles: Annotated[dict[str, str] | None, declared("Its roles.")] = None


def look_up(session: Session, arguments: Mapping[str, Any]) -> FoundAccount:
    """Look an account up by its username."""
    wanted = arguments["username"]
    for number, one in session.server.accounts.items():
        if one.username == wanted:
            return FoundAccount(wanted, number, one.granted_roles)
    raise MixpanelError(f"no account has the username {wanted}.")


LOOKUP = DataSource(
    "mixpanel_service_account", "An account, by its username.", Found, FoundAccount, look_up
)
