"""What faults do to an answer: instead of the API's own, or to it once the API has acted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from starlette.responses import HTMLResponse, PlainTextResponse, Response

from mixpanel_service_accounts.emulator.bytes_on_the_wire import (
    Cut,
    CutInHead,
    Interim,
    deepened,
)
from mixpanel_service_accounts.emulator.faults import Faults
from mixpanel_service_accounts.emulator.wire import answer, refusal

Fault = dict[str, Any]

_HTML = "<!DOCTYPE html><html><body><h1>Something in front of the API</h1></body></html>"


async def before(fault: Fault | None, faults: Faults) -> Response | None:
    """Answer in place of the API, where a fault says so; None lets the API act."""
    if fault is None or (fault["kind"] == "html" and fault.get("after")):
        return None
    if fault["kind"] == "latency":
        await asyncio.sleep(fault.get("seconds", 1))
    if fault["kind"] == "unauthorized":
        return unauthorized(faults)
    instead = _INSTEAD.get(fault["kind"])
    return instead(fault) if instead else None


def after(fault: Fault | None, response: Response) -> Response:
    """Change what the API answered, where a fault says so."""
    if fault is None:
        return response
    if fault["kind"] in _ON_THE_WIRE:
        return _ON_THE_WIRE[fault["kind"]](fault, response)
    if fault["kind"] in _EDITS:
        return _edited(fault, response)
    afterwards = _AFTERWARDS.get(fault["kind"])
    return afterwards(fault) if afterwards else response


def _edited(fault: Fault, response: Response) -> Response:
    """Answer the same with other rows, so that the answer speaks of other accounts."""
    document = json.loads(bytes(response.body))
    rows = document.get("results", document)
    if not rows or "error" in document:
        return response
    edited = _EDITS[fault["kind"]](rows, fault.get("results", {}))
    changed = edited if rows is document else {**document, "results": edited}
    # The standard library writes half of a character, which no other JSON encoder does.
    content = json.dumps(changed).encode()
    return Response(content, response.status_code, media_type="application/json")


def _changed(rows: Any, values: dict[str, Any]) -> Any:  # noqa: ANN401 (an object, or a list of them)
    if isinstance(rows, list):
        return [*rows[:-1], {**rows[-1], **values}]
    return {**rows, **values}


def _doubled(rows: Any, values: dict[str, Any]) -> Any:  # noqa: ANN401
    return [*rows, {**rows[-1], **values}] if isinstance(rows, list) else rows


_EDITS: dict[str, Callable[[Any, dict[str, Any]], Any]] = {
    "changed": _changed,
    "doubled": _doubled,
}


def too_many(retry_after: object) -> Response:
    """Make a 429; `Retry-After` says what is given, and is missing for None."""
    response = refusal(429, "Rate limit exceeded.")
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def unauthorized(faults: Faults) -> Response:
    """Make a 401 with the body that the switch `unauthorized-body` names."""
    form = faults.switch("unauthorized-body")
    if form == "html":
        return HTMLResponse(_HTML, 401)
    if form == "empty":
        return Response(b"", 401)
    if form == "text":
        return PlainTextResponse("Unauthorized", 401)
    return refusal(401, "Invalid service account credentials.")


def _html(fault: Fault) -> Response:
    return HTMLResponse(_HTML, fault.get("status", 200))


def _huge(fault: Fault) -> Response:
    content = b" " * (fault.get("megabytes", 65) * 1024 * 1024)
    return Response(content, media_type="application/json")


def _redirect(fault: Fault) -> Response:
    return Response(status_code=fault.get("status", 302), headers={"Location": fault["location"]})


def _missing(fault: Fault) -> Response:
    return _no(404, "Not found.", fault.get("form", "json"))


def _no(status: int, text: str, form: str) -> Response:
    """Refuse in the vendor's shape, or in one that only looks like it."""
    if form == "html":
        return HTMLResponse(_HTML, status)
    if form == "empty":
        return Response(b"", status)
    if form == "error-alone":
        return answer({"error": text}, status)
    if form == "foreign":
        return answer({"timestamp": 0, "status": status, "error": text, "path": "/"}, status)
    return refusal(status, text)


def _status(fault: Fault) -> Response:
    response = _no(fault.get("status", 408), "No.", fault.get("form", "empty"))
    if "location" in fault:
        response.headers["Location"] = fault["location"]
    return response


def _failure(_fault: Fault) -> Response:
    return refusal(500, "Internal server error.")


_ON_THE_WIRE: dict[str, Callable[[Fault, Response], Response]] = {
    "truncated": lambda _, whole: Cut(whole),
    "interim": lambda fault, whole: Interim(
        whole, fault.get("status", 103), fault.get("count", 1), fault.get("seconds", 0)
    ),
    "cut-in-head": lambda fault, whole: CutInHead(whole, fault.get("bytes", 60)),
    "deep": lambda fault, whole: deepened(whole, fault.get("levels", 100_000)),
}
_INSTEAD: dict[str, Callable[[Fault], Response]] = {
    "rate-limit": lambda fault: too_many(fault.get("retry_after", "1")),
    "500-before-effect": _failure,
    "cut-before-effect": lambda _: Cut(),
    "html": _html,
    "forbidden": lambda _: refusal(403, "You do not have permission to do this."),
    "not-found": _missing,
    "redirect": _redirect,
}
_AFTERWARDS: dict[str, Callable[[Fault], Response]] = {
    "500-after-effect": _failure,
    "status-after-effect": _status,
    "cut-after-effect": lambda _: Cut(),
    "html": _html,
    "empty": lambda fault: Response(b"", fault.get("status", 200)),
    "wrong-type": lambda _: answer(["not", "what", "was", "asked"]),
    "empty-list": lambda _: answer({"status": "ok", "results": []}),
    "huge": _huge,
}
