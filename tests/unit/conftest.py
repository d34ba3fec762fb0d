"""A handler as a tiny server, and a clock that does not wait."""

from __future__ import annotations

import http.server
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

import pytest

from mixpanel_service_accounts.api.clock import Clock

Reply = tuple[int, dict[str, str], "bytes | Iterable[bytes]"]
"""Status, headers and body; a body in parts is sent as they come, and ends with the connection."""


@dataclass
class Seen:
    """A request that the tiny server saw."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class TinyServer:
    """A server whose answers a function makes."""

    url: str
    seen: list[Seen] = field(default_factory=list)


class QuietServer(http.server.ThreadingHTTPServer):
    """A server to which a client that goes away is nothing to tell of."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Show any other error, with its traceback."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class FakeTime:
    """Time that passes only by sleeping; every sleep is noted."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.slept: list[float] = []
        self.lock = threading.Lock()

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        with self.lock:
            self.slept.append(seconds)
            self.seconds += seconds

    @property
    def clock(self) -> Clock:
        """Make the clock; chance always says one half."""
        start = datetime(2026, 11, 24, tzinfo=timezone.utc)
        return Clock(
            now=lambda: start + timedelta(seconds=self.seconds),
            monotonic=lambda: self.seconds,
            sleep=self.sleep,
            chance=lambda: 0.5,
        )


@pytest.fixture
def time() -> FakeTime:
    """Make time that passes only by sleeping."""
    return FakeTime()


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[Seen], Reply]], TinyServer]]:
    """Start tiny servers, and stop them in the end."""
    servers: list[http.server.ThreadingHTTPServer] = []

    def start(handler: Callable[[Seen], Reply]) -> TinyServer:
        tiny = TinyServer("")

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                sent = int(self.headers.get("Content-Length", 0))
                seen = Seen(self.command, self.path, dict(self.headers), self.rfile.read(sent))
                tiny.seen.append(seen)
                status, headers, body = handler(seen)
                whole = isinstance(body, bytes)
                length = {"Content-Length": str(len(body))} if isinstance(body, bytes) else {}
                self.send_response(status)
                for name, value in {**length, **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                for part in [body] if isinstance(body, bytes) else body:
                    self.wfile.write(part)
                self.close_connection = "Content-Length" in headers or not whole

            do_GET = do_POST = do_DELETE = answer  # noqa: N815 (the base class's names)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Be quiet."""

        server = QuietServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        tiny.url = f"http://127.0.0.1:{server.server_address[1]}/api"
        return tiny

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()
