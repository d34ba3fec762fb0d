"""The emulator as one ASGI application: routes, login, faults, limits, the list of calls."""

from __future__ import annotations

import asyncio
import base64
import binascii
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Message, Receive, Scope, Send

from pulumi_mixpanel.emulator import bulk, nested
from pulumi_mixpanel.emulator.control import control_routes
from pulumi_mixpanel.emulator.errors import ApiError
from pulumi_mixpanel.emulator.faults import Faults
from pulumi_mixpanel.emulator.service import Service
from pulumi_mixpanel.emulator.store import Row
from pulumi_mixpanel.emulator.wire import Context, Endpoint, answer, refusal

BASE_PATH = "/api/app"
DIALECTS = {"bulk": bulk.ROUTES, "nested": nested.ROUTES}
_HTML = "<!DOCTYPE html><html><body><h1>Something in front of the API</h1></body></html>"


class RateLimit:
    """A sliding window over all calls.

    Args:
        calls: How many are let through.
        seconds: In how many seconds.
    """

    def __init__(self, calls: int, seconds: float) -> None:
        self._calls = calls
        self._seconds = seconds
        self._at: deque[float] = deque()

    @classmethod
    def parse(cls, text: str) -> RateLimit:
        """Read `N/second` or `N/minute`.

        Raises:
            ValueError: The text is neither.
        """
        number, _, unit = text.partition("/")
        if not number.isdigit() or int(number) < 1 or unit not in ("second", "minute"):
            raise ValueError("a rate limit is N/second or N/minute")
        return cls(int(number), 1.0 if unit == "second" else 60.0)

    def wait(self) -> int:
        """Count a call; tell the whole seconds to wait where it is one too many, else 0."""
        now = time.monotonic()
        while self._at and self._at[0] <= now - self._seconds:
            self._at.popleft()
        if len(self._at) >= self._calls:
            return max(1, -int(-(self._at[0] + self._seconds - now) // 1))
        self._at.append(now)
        return 0


class Cut(Response):
    """No answer, or two thirds of one, and then the connection is cut.

    ASGI knows nothing of connections: the one to cut is behind the server's own `send`.
    """

    def __init__(self, whole: Response | None = None) -> None:
        super().__init__()
        self._whole = whole

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what there is to send, and cut."""
        del receive, send
        send = scope["emulator_send"]
        transport = send.__self__.transport  # type: ignore[attr-defined]
        scope["emulator_call"]["status"] = 0
        if self._whole is None:
            transport.abort()
        else:
            await self._send_part(send, self._whole)
            transport.close()
        while not send.__self__.disconnected:  # type: ignore[attr-defined]  # noqa: ASYNC110 (the server has no event for it)
            await asyncio.sleep(0)

    @staticmethod
    async def _send_part(send: Send, whole: Response) -> None:
        status, headers, body = whole.status_code, whole.raw_headers, bytes(whole.body)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        part = body[: len(body) * 2 // 3]
        await send({"type": "http.response.body", "body": part, "more_body": True})


class Emulator:
    """The ASGI application.

    Args:
        service: What it does.
        dialect: `bulk` or `nested`.
        token: What the control API wants as bearer.
        latency: Seconds that each call takes longer.
        rate_limit: How many calls are let through.
    """

    def __init__(
        self,
        service: Service,
        dialect: str,
        token: str,
        latency: float = 0.0,
        rate_limit: RateLimit | None = None,
    ) -> None:
        self.calls: list[dict[str, Any]] = []
        self._service = service
        self._latency = latency
        self._rate_limit = rate_limit
        routes: list[BaseRoute] = [
            Route(path, self._endpoint(methods), methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
            for path, methods in DIALECTS[dialect]
        ]
        self._app = Starlette(
            routes=[
                *control_routes(service, token, self.calls),
                Mount(BASE_PATH, routes=routes),
                Route("/{rest:path}", _not_found),
            ],
            exception_handlers={ApiError: _say_no, 404: _not_found, 405: _not_allowed},
        )
        self._app.router.redirect_slashes = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request; note it where it is the API's."""
        if scope["type"] != "http" or scope["path"].startswith("/_emulator"):
            await self._app(scope, receive, send)
            return
        started = time.monotonic()
        row = {
            "method": scope["method"],
            "path": scope["path"].removeprefix(BASE_PATH),
            "status": 0,
            "at": started,
        }
        self.calls.append(row)

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                row["status"] = message["status"]
            await send(message)

        scope["emulator_call"], scope["emulator_send"] = row, send
        try:
            await self._app(scope, receive, noting)
        finally:
            row["milliseconds"] = round((time.monotonic() - started) * 1000, 1)

    def _endpoint(self, methods: dict[str, Endpoint]) -> Callable[[Request], Awaitable[Response]]:
        async def serve(request: Request) -> Response:
            if self._latency:
                await asyncio.sleep(self._latency)
            wait = self._rate_limit.wait() if self._rate_limit else 0
            if wait:
                return _too_many(str(wait))
            fault = self._service.faults.take(
                request.method, request.url.path.removeprefix(BASE_PATH)
            )
            early = await _before(fault)
            if early is not None:
                return early
            response = await self._serve(request, methods)
            return _after(fault, response)

        return serve

    async def _serve(self, request: Request, methods: dict[str, Endpoint]) -> Response:
        if self._service.faults.switch("trailing-slash") == "on":
            return Response(status_code=301, headers={"Location": f"{request.url.path}/"})
        caller = self._caller(request)
        if caller is None:
            return _unauthorized(self._service.faults)
        request.scope["emulator_call"]["login"] = caller["username"]
        endpoint = methods.get(request.method)
        if endpoint is None:
            return refusal(405, "Method not allowed.")
        try:
            response: Response = await endpoint(Context(request, self._service, caller))
        except ApiError as error:
            return refusal(error.status, error.text)
        return response

    def _caller(self, request: Request) -> Row | None:
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            username, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return self._service.login(username, secret)


async def _before(fault: dict[str, Any] | None) -> Response | None:
    """Answer in place of the API, where a fault says so."""
    if fault is None:
        return None
    kind = fault["kind"]
    if kind == "latency":
        await asyncio.sleep(float(fault.get("seconds", 1)))
    if kind == "cut-before-effect":
        return Cut()
    if kind == "html" and fault.get("after"):
        return None
    instead = _INSTEAD.get(kind)
    return instead(fault) if instead else None


def _after(fault: dict[str, Any] | None, response: Response) -> Response:
    """Change what the API answered, where a fault says so."""
    if fault is None:
        return response
    kind = fault["kind"]
    if kind == "cut-after-effect":
        return Cut()
    if kind == "truncated":
        return Cut(response)
    afterwards = _AFTERWARDS.get(kind)
    return afterwards(fault) if afterwards else response


def _html(fault: dict[str, Any]) -> Response:
    return HTMLResponse(_HTML, int(fault.get("status", 200)))


def _huge(fault: dict[str, Any]) -> Response:
    content = b" " * (int(fault.get("megabytes", 65)) * 1024 * 1024)
    return Response(content, media_type="application/json")


def _redirect(fault: dict[str, Any]) -> Response:
    headers = {"Location": str(fault["location"])}
    return Response(status_code=int(fault.get("status", 302)), headers=headers)


_INSTEAD: dict[str, Callable[[dict[str, Any]], Response]] = {
    "rate-limit": lambda fault: _too_many(fault.get("retry_after", "1")),
    "500-before-effect": lambda _: refusal(500, "Internal server error."),
    "html": _html,
    "forbidden": lambda _: refusal(403, "You do not have permission to do this."),
    "unauthorized": lambda _: refusal(401, "Invalid service account credentials."),
    "not-found": lambda fault: _missing(str(fault.get("form", "json"))),
    "redirect": _redirect,
}
_AFTERWARDS: dict[str, Callable[[dict[str, Any]], Response]] = {
    "500-after-effect": lambda _: refusal(500, "Internal server error."),
    "html": _html,
    "empty": lambda fault: Response(b"", int(fault.get("status", 200))),
    "wrong-type": lambda _: answer(["not", "what", "was", "asked"]),
    "empty-list": lambda _: answer({"status": "ok", "results": []}),
    "huge": _huge,
}


def _missing(form: str) -> Response:
    if form == "html":
        return HTMLResponse(_HTML, 404)
    return Response(b"", 404) if form == "empty" else refusal(404, "Not found.")


def _too_many(retry_after: str | None) -> Response:
    response = refusal(429, "Rate limit exceeded.")
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _unauthorized(faults: Faults) -> Response:
    form = faults.switch("unauthorized-body")
    if form == "html":
        return HTMLResponse(_HTML, 401)
    if form == "empty":
        return Response(b"", 401)
    if form == "text":
        return PlainTextResponse("Unauthorized", 401)
    return refusal(401, "Invalid service account credentials.")


async def _not_found(*_: object) -> Response:
    return refusal(404, "Not found.")


async def _not_allowed(*_: object) -> Response:
    return refusal(405, "Method not allowed.")


async def _say_no(_request: Request, error: Exception) -> Response:
    if not isinstance(error, ApiError):
        raise error
    return refusal(error.status, error.text)
