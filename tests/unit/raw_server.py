"""A server that answers with bytes, so that it can say what no HTTP library would."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Self

CERTIFICATE = Path(__file__).parent / "certificates" / "localhost.pem"


class Cut(bytes):
    """Bytes after which the connection is closed."""

    __slots__ = ()


_TLS = b"\x16"
"""How a TLS handshake begins; who sends it to a server without TLS is not answered."""

Reply = bytes | Iterable[bytes]


def ok(body: bytes) -> bytes:
    """Make a whole response."""
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


@dataclass
class RawServer:
    """Answers each request with the next reply; use it in a `with`.

    Attributes:
        replies: The bytes, or their parts; after the last one a connection is closed.
        tls: Whether it speaks TLS, to a proxy's client after the first reply.
        proxy: Whether the first request of a connection is the CONNECT of a proxy's client.
        requests: The connection that each request came on, counted from 0.
    """

    replies: Iterable[Reply]
    tls: bool = False
    proxy: bool = False
    requests: list[int] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._left = iter(self.replies)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.url = f"{'https' if self.tls else 'http'}://localhost:{self.port}/api"
        threading.Thread(target=self._run, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()

    def _run(self) -> None:
        with contextlib.suppress(OSError):
            for number in range(1000):
                connection, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(number, connection), daemon=True).start()

    def _serve(self, number: int, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, StopIteration), contextlib.ExitStack() as stack:
            stack.enter_context(connection)
            if self.proxy and not self._answer(number, connection):
                return
            if self.tls:
                context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
                context.load_cert_chain(CERTIFICATE)
                connection = context.wrap_socket(connection, server_side=True)
                stack.enter_context(connection)
            while self._answer(number, connection):
                pass

    def _answer(self, number: int, connection: socket.socket) -> bool:
        if not _take_request(connection):
            return False
        self.requests.append(number)
        reply = next(self._left)
        for part in [reply] if isinstance(reply, bytes) else reply:
            connection.sendall(part)
        return not isinstance(reply, Cut)


def _take_request(connection: socket.socket) -> bool:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        more = connection.recv(1)
        if not more or more == _TLS:
            return False
        head += more
    length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
    left = int(length or 0)
    while left:
        left -= len(connection.recv(left))
    return True


def dripping(part: bytes, over: threading.Event) -> Iterator[bytes]:
    """Send a part now and then, until it is over."""
    while not over.wait(0.001):
        yield part
