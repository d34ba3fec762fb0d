"""Responses that no HTTP library makes: cut ones, interim ones, and too deep a nesting.

ASGI knows neither connections nor bytes: both are behind the server's own `send`.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send


class Cut(Response):
    """No answer, or two thirds of one, and then the connection is cut.

    Args:
        whole: The answer to break off; default: nothing is sent at all.
    """

    def __init__(self, whole: Response | None = None) -> None:
        super().__init__()
        self._whole = whole

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what there is to send, and cut."""
        del receive, send
        send = scope["emulator_send"]
        scope["emulator_call"]["status"] = 0
        if self._whole is None:
            _transport(scope).abort()
        else:
            await self._send_part(send, self._whole)
            _transport(scope).close()
        await _until_disconnected(scope)

    @staticmethod
    async def _send_part(send: Send, whole: Response) -> None:
        status, headers, body = whole.status_code, whole.raw_headers, bytes(whole.body)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        part = body[: len(body) * 2 // 3]
        await send({"type": "http.response.body", "body": part, "more_body": True})


class CutInHead(Response):
    """The first bytes of an answer's head, and then the connection is cut.

    Args:
        whole: The answer to break off.
        most: How many bytes of it are sent at most; its head is never sent to the end.
    """

    def __init__(self, whole: Response, most: int) -> None:
        super().__init__()
        self._whole = whole
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the bytes, and cut."""
        del receive, send
        scope["emulator_call"]["status"] = 0
        _transport(scope).write(_head(self._whole)[: self._most])
        _transport(scope).close()
        await _until_disconnected(scope)


class Interim(Response):
    """Interim responses on the connection, and then the answer.

    Args:
        whole: The answer.
        status: The status of the interim responses.
        count: How many there are.
        seconds: How long the answer waits after them.
    """

    def __init__(self, whole: Response, status: int, count: int, seconds: float) -> None:
        super().__init__()
        self._whole = whole
        self._bytes = f"HTTP/1.1 {status} X\r\n\r\n".encode() * count
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send all of them."""
        _transport(scope).write(self._bytes)
        await asyncio.sleep(self._seconds)
        await self._whole(scope, receive, send)


def deepened(whole: Response, levels: int) -> Response:
    """Return an answer with one unknown key more, which holds lists in lists.

    Args:
        whole: The answer; one that is no JSON object stays as it is.
        levels: How deep they are.
    """
    body = bytes(whole.body)
    if not body.startswith(b"{"):
        return whole
    deep = b'{"deep":' + b"[" * levels + b"]" * levels + b"," + body[1:]
    return Response(deep, whole.status_code, media_type="application/json")


def _head(response: Response) -> bytes:
    """Write a head, less its last, empty line."""
    reason = HTTPStatus(response.status_code).phrase.encode()
    lines = [b"HTTP/1.1 %d %s" % (response.status_code, reason)]
    lines += [b"%s: %s" % header for header in response.raw_headers]
    return b"\r\n".join(lines)


def _transport(scope: Scope) -> Any:  # noqa: ANN401 (the server's own)
    return scope["emulator_send"].__self__.transport


async def _until_disconnected(scope: Scope) -> None:
    while not scope["emulator_send"].__self__.disconnected:  # noqa: ASYNC110 (the server has no event for it)
        await asyncio.sleep(0)
