"""The session of one host: its login, connections, proxy and certificates; no cookies."""

from __future__ import annotations

from collections.abc import Callable
from http.cookiejar import DefaultCookiePolicy
from typing import Any, cast

import requests
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth
from urllib3.connectionpool import HTTPConnectionPool

from mixpanel_service_accounts.api.clock import Clock
from mixpanel_service_accounts.api.machine_settings import Way
from mixpanel_service_accounts.api.models import Credentials
from mixpanel_service_accounts.api.responses import read_carefully


class _Session(requests.Session):
    """A session that leaves redirects alone: else it reads the whole body of one, however large."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Return None: redirects are followed elsewhere."""
        del resp
        return None


class _Adapter(HTTPAdapter):
    """An adapter whose connections, also those through a proxy, read responses carefully."""

    def __init__(self, connections: int, monotonic: Callable[[], float]) -> None:
        super().__init__(pool_connections=2, pool_maxsize=connections, max_retries=0)
        self._monotonic = monotonic

    def get_connection_with_tls_context(
        self,
        *args: Any,  # noqa: ANN401
        **options: Any,  # noqa: ANN401
    ) -> HTTPConnectionPool:
        pool = cast("HTTPConnectionPool", super().get_connection_with_tls_context(*args, **options))
        read_carefully(pool, self._monotonic)
        return pool


def open_session(
    way: Way, credentials: Credentials, connections: int, agent: str, clock: Clock
) -> requests.Session:
    """Open a session that logs in to one host and keeps up to `connections` connections."""
    session = _Session()
    # What the environment says of proxies and certificates is checked already: machine_settings.py.
    session.trust_env = False
    session.proxies = {"https": way.proxy} if way.proxy else {}
    session.verify = way.certificates or True
    session.auth = HTTPBasicAuth(
        credentials.username.encode(), credentials.secret.reveal().encode()
    )
    session.headers.update({"Accept": "application/json", "User-Agent": agent})
    # Answers set cookies even under Basic auth (wire.md, fact 9): none is kept.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = _Adapter(connections, clock.monotonic)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session
