"""The control API: what tests and people set and look at, beside the emulated one.

It hands out secrets, so it wants a token, and no web page may reach it: it refuses every Origin
and every Host but loopback.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timezone
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mixpanel_service_accounts.emulator.clock import stamp
from mixpanel_service_accounts.emulator.seed import start_over
from mixpanel_service_accounts.emulator.service import Service

_LOOPBACK = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d+)?")
_TARGETS = ("individual", "team", "organization")
_OK = {"status": "ok"}
_LARGEST_NUMBER = 2**63

Handler = Callable[[Any], Any]


def control_routes(service: Service, token: str, calls: list[dict[str, Any]]) -> list[Route]:
    """Make the routes under `/_emulator`."""
    control = _Control(service, calls)
    table: dict[str, dict[str, Handler]] = {
        "reset": {"POST": control.reset},
        "calls": {"GET": lambda _body: list(calls), "DELETE": control.forget_calls},
        "state": {"GET": control.state},
        "faults": {
            "GET": lambda _body: list(service.faults.entries()),
            "PUT": control.put_faults,
        },
        "clock": {"PUT": control.put_clock},
        "grants": {"PUT": control.put_grant},
    }
    return [
        Route(f"/_emulator/{name}", _guarded(token, handlers), methods=list(handlers))
        for name, handlers in table.items()
    ]


class _Control:
    """What the calls do; a body that is wrong is a ValueError, a KeyError or a TypeError."""

    def __init__(self, service: Service, calls: list[dict[str, Any]]) -> None:
        self._service = service
        self._calls = calls

    def reset(self, body: dict[str, int] | None) -> object:
        """Empty and seed the store; faults, time and calls go back to the beginning."""
        service = self._service
        service.clock.set(None)
        start_over(service.store, stamp(service.clock.now()), **body or {})
        service.faults.put([])
        self._calls.clear()
        return _OK

    def state(self, _body: object) -> object:
        """Return what there is, secrets included."""
        store = self._service.store
        return {
            "accounts": store.accounts(),
            "memberships": store.grants(),
            "projects": store.projects(),
        }

    def forget_calls(self, _body: object) -> object:
        """Empty the list of calls."""
        self._calls.clear()
        return _OK

    def put_faults(self, body: object) -> object:
        """Replace the faults."""
        self._service.faults.put(body)
        return _OK

    def put_clock(self, body: dict[str, str | None]) -> object:
        """Set the time."""
        clock = self._service.clock
        clock.set(_instant(body["now"]))
        return {"now": stamp(clock.now())}

    def put_grant(self, body: dict[str, Any]) -> object:
        """Put a row into a project by hand."""
        grant = {"target_type": "individual", **body}
        account, project = _number(grant["service_account_id"]), _number(grant["project_id"])
        store = self._service.store
        organization = store.organization_of(project)
        if organization is None or store.account(organization, account) is None:
            raise ValueError(f"account {account} and project {project} are not of one organization")
        if grant["target_type"] not in _TARGETS:
            raise ValueError(f"a target_type is one of {', '.join(_TARGETS)}")
        store.put_grant(account, project, str(grant["role"]), grant["target_type"])
        return _OK


def _guarded(token: str, handlers: dict[str, Handler]) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        host = request.headers.get("host", "")
        if "origin" in request.headers or not _LOOPBACK.fullmatch(host):
            return JSONResponse({"error": "loopback only, and no web page"}, 403)
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            return JSONResponse({"error": "the token MIXPANEL_EMULATOR_TOKEN is needed"}, 401)
        content = await request.body()
        try:
            body = json.loads(content) if content else None
            return JSONResponse(handlers[request.method](body))
        except (ValueError, KeyError, TypeError) as error:
            return JSONResponse({"error": f"{type(error).__name__}: {error}"}, 400)

    return serve


def _number(value: object) -> int:
    if not isinstance(value, int) or not 0 < value < _LARGEST_NUMBER:
        raise ValueError(f"{value!r} is no number of an account or project")
    return value


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
