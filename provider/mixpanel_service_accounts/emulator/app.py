"""The emulator as one ASGI application: routes, login, limits, the list of calls."""

from __future__ import annotations

import asyncio
import base64
import binascii
import time
from collections.abc import Awaitable, Callable
from email.utils import format_datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Message, Receive, Scope, Send

from mixpanel_service_accounts.emulator import bulk, nested
from mixpanel_service_accounts.emulator.control import control_routes
from mixpanel_service_accounts.emulator.disturbances import after, before, too_many, unauthorized
from mixpanel_service_accounts.emulator.errors import ApiError
from mixpanel_service_accounts.emulator.limit import RateLimit
from mixpanel_service_accounts.emulator.service import Service
from mixpanel_service_accounts.emulator.store import Row
from mixpanel_service_accounts.emulator.wire import Context, Endpoint, not_allowed, refusal

BASE_PATH = "/api/app"
DIALECTS = {"bulk": bulk.ROUTES, "nested": nested.ROUTES}
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Application:
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
        self._calls: list[dict[str, Any]] = []
        self._service = service
        self._latency = latency
        self._rate_limit = rate_limit
        self._app = Starlette(
            routes=[
                *control_routes(service, token, self._calls),
                Mount(BASE_PATH, routes=self._routes(dialect)),
                Route("/{rest:path}", _not_found),
            ],
            exception_handlers={404: _not_found, 405: _not_allowed},
        )
        self._app.router.redirect_slashes = False

    def _routes(self, dialect: str) -> list[BaseRoute]:
        return [
            Route(f"{path}{slash}", self._endpoint(endpoints), methods=_METHODS)
            for path, endpoints in DIALECTS[dialect]
            for slash in ("", "/")
        ]

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
            "milliseconds": 0.0,
            "at": started,
            "login": None,
        }
        self._calls.append(row)

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                row["status"] = message["status"]
                message = {**message, "headers": [*message["headers"], *self._date()]}
            await send(message)

        scope["emulator_call"], scope["emulator_send"] = row, send
        try:
            await self._app(scope, receive, noting)
        finally:
            row["milliseconds"] = round((time.monotonic() - started) * 1000, 1)

    def _date(self) -> list[tuple[bytes, bytes]]:
        """Return the header Date by the server's clock, which tests move."""
        if self._service.faults.switch("date-header") == "absent":
            return []
        date = format_datetime(self._service.clock.now(), usegmt=True)
        return [(b"date", date.encode())]

    def _endpoint(self, endpoints: dict[str, Endpoint]) -> Callable[[Request], Awaitable[Response]]:
        async def serve(request: Request) -> Response:
            if self._latency:
                await asyncio.sleep(self._latency)
            wait = self._rate_limit.wait() if self._rate_limit else 0
            if wait:
                return too_many(wait)
            faults = self._service.faults
            fault = faults.take(request.method, request.url.path.removeprefix(BASE_PATH))
            instead = await before(fault, faults)
            if instead is not None:
                return instead
            return after(fault, await self._serve(request, endpoints))

        return serve

    async def _serve(self, request: Request, endpoints: dict[str, Endpoint]) -> Response:
        faults, path = self._service.faults, request.url.path
        if faults.switch("trailing-slash") == "on" and not path.endswith("/"):
            return Response(status_code=301, headers={"Location": f"{path}/"})
        caller = self._caller(request)
        if caller is None:
            return unauthorized(faults)
        request.scope["emulator_call"]["login"] = caller["username"]
        endpoint = endpoints.get(request.method)
        if endpoint is None:
            return not_allowed(endpoints)
        try:
            return await endpoint(Context(request, self._service, caller))
        except ApiError as error:
            return refusal(error.status, error.text)

    def _caller(self, request: Request) -> Row | None:
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        username, colon, secret = encoded.strip().partition(":")
        if not colon:
            try:
                text = base64.b64decode(encoded, validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                return None
            username, _, secret = text.partition(":")
        return self._service.login(username, secret)


async def _not_found(*_: object) -> Response:
    return refusal(404, "Not found.")


async def _not_allowed(*_: object) -> Response:
    return refusal(405, "Method not allowed.")
