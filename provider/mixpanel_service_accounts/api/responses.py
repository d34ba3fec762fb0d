"""Reading a response off a connection: interim responses, cut headers, bytes that are left over.

The standard library takes every interim response but 100 for the final one, and headers that end
in the middle for whole ones. Either way a response, or a part of it, would stay on the connection,
and the next request would read it as its own.
"""

from __future__ import annotations

import contextlib
import functools
import http.client
import io
import socket
from collections.abc import Callable
from typing import Any, cast

from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ProxyError

MOST_INTERIM = 10
"""Interim responses (RFC 9110, 15.2) before a final one; one more is a malformed response."""

_INTERIM = range(100, 200)
_SWITCHING = 101

Monotonic = Callable[[], float]


class MalformedHead(http.client.HTTPException):
    """A response whose beginning HTTP does not allow; its text is what the server did."""


class ConnectionBroken(NewConnectionError):  # noqa: N818 (reads as a sentence)
    """A connection that broke off before the request was sent."""


def read_carefully(pool: HTTPConnectionPool, monotonic: Monotonic) -> None:
    """Make every connection of a pool read its responses as this module does.

    Args:
        pool: Of whatever kind: plain, TLS, or through a proxy.
        monotonic: The clock of the deadline.
    """
    if not hasattr(pool.ConnectionCls, "reads_carefully"):
        pool.ConnectionCls = _connection_class(cast("Any", pool.ConnectionCls), monotonic)


@functools.cache
def _connection_class(base: type[HTTPConnection], monotonic: Monotonic) -> type[HTTPConnection]:
    """Make the subclass whose responses are read carefully."""
    response = functools.partial(_Response, monotonic=monotonic)
    members = {"response_class": staticmethod(response)}
    return cast("type[HTTPConnection]", type(base.__name__, (_Connecting, base), members))


class _Connecting:
    """Marks everything that fails before the request is sent."""

    reads_carefully = True

    def connect(self) -> None:
        """Connect; through a proxy, this includes its response to CONNECT."""
        try:
            super().connect()  # type: ignore[misc]
        except http.client.HTTPException as error:
            raise ProxyError("the response to CONNECT is none", error) from None
        except TimeoutError as error:
            raise ConnectTimeoutError(self, f"{error}") from None
        except (OSError, ValueError) as error:  # a certificate for another host is a ValueError
            if _is_of_the_proxy(error):
                raise
            raise ConnectionBroken(cast("Any", self), f"{error}") from None


def _is_of_the_proxy(error: Exception) -> bool:
    """Return whether a proxy refused the tunnel; urllib3 says so itself."""
    return "Tunnel connection failed" in str(error)


class _Response(http.client.HTTPResponse):
    """A response whose head is whole, and which leaves nothing on the connection."""

    def __init__(
        self,
        sock: socket.socket,
        debuglevel: int = 0,
        method: str | None = None,
        *,
        monotonic: Monotonic,
    ) -> None:
        super().__init__(sock, debuglevel, method)
        self._connection = sock
        self._monotonic = monotonic
        self.fp = _Reader(self.fp.detach(), sock)

    def begin(self) -> None:
        """Read the head of the final response.

        Raises:
            MalformedHead: The server switches protocols, or sends too many interim responses.
            RemoteDisconnected: The head is cut.
            TimeoutError: The head is not there in time.
        """
        if self.headers is not None:  # the standard library may begin twice
            return
        reader = self.fp
        self.fp = cast("Any", _Head(reader, self._connection, self._monotonic))
        try:
            self._pass_over_interim()
        finally:
            if self.fp is not None:
                self.fp = reader

    def _pass_over_interim(self) -> None:
        while True:
            super().begin()
            if self.status == _SWITCHING:
                raise MalformedHead("answered 101, a switch of protocols that was not asked for.")
            if self.status not in _INTERIM:
                return
            self.headers = None  # type: ignore[assignment]


class _Head:
    """The lines before a body: none is cut, and all come within one read time-out."""

    def __init__(self, reader: io.BufferedReader, sock: socket.socket, now: Monotonic) -> None:
        self._reader = reader
        self._sock = sock
        self._now = now
        seconds = sock.gettimeout()
        self._until = None if seconds is None else now() + seconds
        self._blocks = 0

    def readline(self, limit: int) -> bytes:
        """Read a whole line, or the first `limit` bytes of it."""
        if self._blocks > MOST_INTERIM:
            raise MalformedHead(f"answered with more than {MOST_INTERIM} interim responses.")
        line = b""
        while len(line) < limit and not line.endswith(b"\n"):
            line += self._next_part(limit - len(line))
        self._blocks += line in (b"\r\n", b"\n")
        return line

    def _next_part(self, most: int) -> bytes:
        if self._until is not None:
            left = self._until - self._now()
            if left <= 0:
                raise TimeoutError("the head did not come in time")
            self._sock.settimeout(left)
        there = self._reader.peek(1)
        if not there:
            raise http.client.RemoteDisconnected("the connection was closed within the head")
        return self._reader.read(min(there.find(b"\n") + 1 or len(there), most))

    def close(self) -> None:
        """Close the connection's reader."""
        self._reader.close()


class _Reader(io.BufferedReader):
    """A connection's bytes, up to the end of one response."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        super().__init__(raw)
        self._sock = sock

    def close(self) -> None:
        """Close; a connection that has more to read than the response is not used again."""
        with contextlib.suppress(OSError):  # it is closed already
            if not self.closed and self._has_more():
                self._sock.shutdown(socket.SHUT_RDWR)
        super().close()

    def _has_more(self) -> bool:
        """Return whether there are bytes already, without waiting for any."""
        seconds = self._sock.gettimeout()
        try:
            self._sock.settimeout(0)
            return bool(self.peek(1))
        except OSError:  # under TLS, that there is nothing is one
            return False
        finally:
            self._sock.settimeout(seconds)
