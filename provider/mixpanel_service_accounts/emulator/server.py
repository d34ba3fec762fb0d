"""Starting and stopping: in a thread for tests, in the foreground for people."""

from __future__ import annotations

import json
import secrets
import socket
import tempfile
import threading
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import uvicorn

from mixpanel_service_accounts.emulator.app import BASE_PATH, DIALECTS, Application
from mixpanel_service_accounts.emulator.clock import Clock, stamp
from mixpanel_service_accounts.emulator.faults import Faults
from mixpanel_service_accounts.emulator.limit import RateLimit
from mixpanel_service_accounts.emulator.seed import ORGANIZATION, open_up
from mixpanel_service_accounts.emulator.service import Service
from mixpanel_service_accounts.emulator.store import Store

if TYPE_CHECKING:
    from typing_extensions import Self

_HOST = "127.0.0.1"
_PATIENCE = 20
"""Seconds that a stop waits for calls that are under way."""


class Control:
    """The control API of an emulator, in this process or another.

    Args:
        base_url: Its `MIXPANEL_BASE_URL`.
        token: Its `MIXPANEL_EMULATOR_TOKEN`.
    """

    def __init__(self, base_url: str, token: str) -> None:
        self._root = base_url.removesuffix(BASE_PATH)
        self._token = token

    def _call(self, method: str, name: str, body: object = None) -> Any:  # noqa: ANN401 (JSON)
        request = urllib.request.Request(  # noqa: S310 (http on loopback)
            f"{self._root}/_emulator/{name}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self._token}"},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=60) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                raise ValueError(f"{method} {name}: {error.read().decode()}") from None

    def reset(self, **options: int) -> None:
        """Empty the store and seed it again; faults, time and calls go back to the beginning.

        Args:
            options: `accounts`: how many more there are; default 0. `projects`: how many the
                organization has; default 20.
        """
        self._call("POST", "reset", options)

    def calls(self) -> list[dict[str, Any]]:
        """List every API call since the start, the reset or `forget_calls`."""
        found: list[dict[str, Any]] = self._call("GET", "calls")
        return found

    def forget_calls(self) -> None:
        """Empty the list of calls."""
        self._call("DELETE", "calls")

    def state(self) -> dict[str, Any]:
        """Return accounts with their secrets, and memberships."""
        found: dict[str, Any] = self._call("GET", "state")
        return found

    def faults(self, entries: list[dict[str, Any]]) -> None:
        """Replace the list of faults and switches."""
        self._call("PUT", "faults", entries)

    def clock(self, now: str | None) -> None:
        """Set the server's time, `%Y-%m-%dT%H:%M:%SZ`; None goes back to real time."""
        self._call("PUT", "clock", {"now": now})

    def grant(
        self, service_account_id: int, project_id: int, role: str, target_type: str = "individual"
    ) -> None:
        """Put a row into a project by hand, also one through a team or the organization."""
        values = {"service_account_id": service_account_id, "project_id": project_id, "role": role}
        self._call("PUT", "grants", {**values, "target_type": target_type})


class Emulator(Control):
    """A local Mixpanel; use it in a `with`, which starts it in a thread and stops it.

    Args:
        dialect: `bulk` (default) or `nested`.
        db: The SQLite file; default: a temporary one, removed at the end.
        port: Where to listen; default: any free port.
        latency_ms: Milliseconds that each call takes longer; default 0.
        rate_limit: `N/second` or `N/minute`; default: no limit.

    Attributes:
        base_url: What programs take for Mixpanel's base URL.
        organization_id: The seeded organization, 1001.
        username: The seeded login.
        secret: Its secret.
        token: What the control API wants.

    Raises:
        ValueError: The dialect or the rate limit is none, or the file is no emulator's.
        OSError: The port is taken, or the file cannot be made.
    """

    def __init__(
        self,
        dialect: str = "bulk",
        *,
        db: str | Path | None = None,
        port: int = 0,
        latency_ms: int = 0,
        rate_limit: str | None = None,
    ) -> None:
        if dialect not in DIALECTS:
            raise ValueError(f"a dialect is bulk or nested; {dialect!r} is neither")
        limit = RateLimit.parse(rate_limit) if rate_limit else None
        self.token = secrets.token_urlsafe(24)
        self._socket = _listen(port)
        self.base_url = f"http://{_HOST}:{self._socket.getsockname()[1]}{BASE_PATH}"
        super().__init__(self.base_url, self.token)
        try:
            self._open(db)
        except BaseException:
            self._socket.close()
            raise
        service = Service(self._store, self._clock, Faults())
        app = Application(service, dialect, self.token, latency_ms / 1000, limit)
        self._server = _Server(
            uvicorn.Config(
                app,
                log_level="critical",
                access_log=False,
                lifespan="off",
                http="h11",
                date_header=False,
            )
        )
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _open(self, db: str | Path | None) -> None:
        self._folder = None
        if db is None:
            self._folder = tempfile.TemporaryDirectory(prefix="mixpanel-emulator-")
            db = Path(self._folder.name) / "emulator.sqlite"
        self._store = Store(Path(db))
        self._clock = Clock()
        open_up(self._store, stamp(self._clock.now()))
        login = self._store.login(ORGANIZATION)
        if login is None:
            raise RuntimeError("a store that was opened has a login")
        self.organization_id = ORGANIZATION
        self.username = str(login["username"])
        self.secret = str(login["secret"])

    def __repr__(self) -> str:
        return f"Emulator({self.base_url!r})"

    @property
    def env(self) -> dict[str, str]:
        """The environment variables that point any program here."""
        return {
            "MIXPANEL_BASE_URL": self.base_url,
            "MIXPANEL_ORGANIZATION_ID": str(self.organization_id),
            "MIXPANEL_SERVICE_ACCOUNT_USERNAME": self.username,
            "MIXPANEL_SERVICE_ACCOUNT_SECRET": self.secret,
            "MIXPANEL_EMULATOR_TOKEN": self.token,
        }

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])

    def __enter__(self) -> Self:
        self._thread.start()
        self._server.ready.wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def wait(self) -> None:
        """Wait until it stops."""
        while self._thread.is_alive():
            self._thread.join(0.5)

    def stop(self) -> None:
        """Stop serving and close the file."""
        self._server.should_exit = True
        self._server.force_exit = True
        # A daemon: should it hang in something, whoever stops it must not hang with it.
        self._thread.join(_PATIENCE)
        self._socket.close()
        self._store.close()
        if self._folder:
            self._folder.cleanup()


class _Server(uvicorn.Server):
    """A server that tells when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


def _listen(port: int) -> socket.socket:
    # asyncio turns Nagle's algorithm off (40 ms a call) only where the protocol is said to be TCP.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((_HOST, port))
    listening.listen(128)
    return listening
