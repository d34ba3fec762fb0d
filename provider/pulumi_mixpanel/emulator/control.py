"""The control API: what tests and people set and look at, beside the emulated one.

It hands out secrets, so it wants a token, and no web page may reach it: it refuses every Origin
and every Host but loopback.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timezone
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pulumi_mixpanel.emulator.clock import stamp
from pulumi_mixpanel.emulator.service import Service
from pulumi_mixpanel.emulator.store import PROJECTS, seed

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

Handler = Callable[[Any], Any]


def control_routes(service: Service, token: str, calls: list[dict[str, Any]]) -> list[Route]:
    """Make the routes under `/_emulator`."""
    store = service.store

    def reset(body: Any) -> Any:  # noqa: ANN401 (JSON)
        options = body or {}
        unknown = set(options) - {"accounts"}
        if unknown:
            raise ValueError(f"reset knows accounts; {', '.join(sorted(unknown))} was given")
        service.faults.put([])
        service.clock.set(None)
        calls.clear()
        with store.changing():
            store.clear()
            seed(store, stamp(service.clock.now()), int(options.get("accounts", 0)))
        return {"status": "ok"}

    def state(_body: Any) -> Any:  # noqa: ANN401
        return {
            "accounts": [dict(row) for row in store.accounts()],
            "memberships": [dict(row) for row in store.grants()],
            "projects": list(PROJECTS),
        }

    def forget_calls(_body: Any) -> Any:  # noqa: ANN401
        calls.clear()
        return {"status": "ok"}

    def put_faults(body: Any) -> Any:  # noqa: ANN401
        service.faults.put(body)
        return {"status": "ok"}

    def put_clock(body: Any) -> Any:  # noqa: ANN401
        service.clock.set(_instant(body["now"]))
        return {"now": stamp(service.clock.now())}

    def put_grant(body: Any) -> Any:  # noqa: ANN401
        store.put_grant(
            int(body["service_account_id"]),
            int(body["project_id"]),
            str(body["role"]),
            str(body.get("target_type", "individual")),
        )
        return {"status": "ok"}

    table: dict[tuple[str, str], Handler] = {
        ("reset", "POST"): reset,
        ("calls", "GET"): lambda _body: list(calls),
        ("calls", "DELETE"): forget_calls,
        ("state", "GET"): state,
        ("faults", "GET"): lambda _body: list(service.faults.entries()),
        ("faults", "PUT"): put_faults,
        ("clock", "PUT"): put_clock,
        ("grants", "PUT"): put_grant,
    }
    return [
        Route(f"/_emulator/{name}", _guarded(token, handler), methods=[method])
        for (name, method), handler in table.items()
    ]


def _guarded(token: str, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        host = request.headers.get("host", "")
        if "origin" in request.headers or host.rpartition(":")[0] not in _LOOPBACK:
            return JSONResponse({"error": "loopback only, and no web page"}, 403)
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), token.encode()):
            return JSONResponse({"error": "the token MIXPANEL_EMULATOR_TOKEN is needed"}, 401)
        content = await request.body()
        try:
            return JSONResponse(handler(json.loads(content) if content else None))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            return JSONResponse({"error": f"{type(error).__name__}: {error}"}, 400)

    return serve


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
