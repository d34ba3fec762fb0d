"""What both dialects have in common on the wire: strict requests, lifelike answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from mixpanel_service_accounts.emulator.errors import ApiError
from mixpanel_service_accounts.emulator.service import Service
from mixpanel_service_accounts.emulator.store import Row

T = TypeVar("T")

LARGEST_BODY = 4 * 1024 * 1024
_LARGEST_NUMBER = 2**63 - 1
_MOST_DIGITS = 19

_DATE_FORMS: dict[str, Callable[[str], str]] = {
    "z": lambda text: f"{text[:19]}Z",
    "micro": lambda text: text,
    "offset": lambda text: f"{text[:19]}+00:00",
    "naive": lambda text: text.removesuffix("Z"),
}
"""The forms of a date, made from the store's own, `2027-06-30T00:00:00.000000Z`."""


class Context:
    """One request: who asks, of which service."""

    def __init__(self, request: Request, service: Service, caller: Row) -> None:
        self.request = request
        self.service = service
        self.caller = caller

    def number(self, key: str) -> int:
        """Read a number out of the path; what is none names nothing."""
        text = self.request.path_params[key]
        digits = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
        if not digits or int(text) > _LARGEST_NUMBER:
            raise ApiError(404, "Not found.")
        return int(text)

    async def body(self, form: type[T]) -> T:
        """Read the body strictly: unknown keys and wrong types are a 400."""
        content = await self.request.body()
        if len(content) > LARGEST_BODY:
            raise ApiError(400, "The body is too large.")
        try:
            return msgspec.json.decode(content, type=form)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ApiError(400, f"Invalid request: {error}") from None

    def date(self, text: str | None, *, listed: bool) -> str | None:
        """Write a date in the form that the switch `dates` names."""
        if text is None:
            return None
        form = self.service.faults.switch("dates")
        if form == "mixed":
            form = "naive" if listed else "z"
        return _DATE_FORMS[form](text)


Endpoint = Callable[[Context], Awaitable[Response]]


def answer(document: object, status: int = 200) -> Response:
    """Make a JSON answer, with the cookie that the real server sets even under Basic auth."""
    response = Response(msgspec.json.encode(document), status, media_type="application/json")
    response.set_cookie("csrftoken", "emulated", samesite="lax")
    return response


def my_account(context: Context) -> dict[str, object]:
    """Return what `/me` says; who else is in the projects only if that is not declined."""
    asked = context.request.query_params.get("include_workspace_users", "true")
    if asked not in ("true", "false"):
        raise ApiError(400, "include_workspace_users must be true or false.")
    return context.service.me(context.caller, with_users=asked == "true")


def refusal(status: int, text: str) -> Response:
    """Make an answer in the vendor's error shape."""
    return answer({"error": text, "status": "error"}, status)


def not_allowed(methods: Iterable[str]) -> Response:
    """Return a 405 that names the methods which the route has (RFC 9110, 15.5.6)."""
    response = refusal(405, "Method not allowed.")
    response.headers["Allow"] = ", ".join(sorted(methods))
    return response
