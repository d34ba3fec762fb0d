"""Lists on the wire: whole, page by page, or with signs that there is more."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from mixpanel_service_accounts.emulator.errors import ApiError
from mixpanel_service_accounts.emulator.wire import Context, answer

Row = dict[str, Any]

LAST_PAGE: Row = {
    "pagination": {"next_cursor": None, "previous_cursor": None},
    "next": None,
    "has_more": False,
}
"""Signs that there is no more."""


def list_answer(context: Context, envelope: Row, rows: Sequence[Row]) -> Response:
    """Make the answer to a list in the form that the switch `pagination` names.

    Args:
        context: The request.
        envelope: What stands beside the rows.
        rows: All rows of the list.
    """
    form = context.service.faults.switch("pagination")
    if form is None:
        return answer({**envelope, "results": rows})
    if form in _IN_CURSORS:
        return answer({**envelope, **_cursor_page(context, rows, form)})
    if form == "last":
        return answer({**envelope, "results": rows, **LAST_PAGE, "count": len(rows)})
    half = {**envelope, "results": rows[: max(1, len(rows) // 2)]}
    if form == "link":
        response = answer(half)
        response.headers["Link"] = '</more>; rel="next"'
        return response
    return answer({**half, **_signs(form, len(rows))})


_IN_CURSORS = ("cursor", "doubled", "slipped", "cycle", "endless")


def _signs(form: str, count: int) -> Row:
    """Return the keys that announce more rows than the half that comes with them."""
    signs: dict[str, Row] = {
        "next": {"next": "/more"},
        "page": {"page": 1},
        "has-more": {"has_more": True},
        "count": {"count": count + 1},
    }
    return signs[form]


def _cursor_page(context: Context, rows: Sequence[Row], form: str) -> Row:
    """Cut a page out of a list; its cursors have characters that have to be percent-encoded."""
    size, start = context.service.faults.switch("page-size"), _start(context)
    end = start + size
    page = list(rows[start:end])
    if start and form == "doubled" and _strikes(context):
        page.insert(0, rows[start - 1])
    if start and form == "slipped" and _strikes(context):
        page = page[1:]
    following: str | None = _cursor(end) if end < len(rows) else None
    if form == "cycle":
        following = _cursor(0)
    if form == "endless":
        following = _cursor(end)
    before = _cursor(max(0, start - size)) if start else None
    pagination = {"next_cursor": following, "previous_cursor": before, "page_size": size}
    return {"results": page, "pagination": pagination}


def _strikes(context: Context) -> bool:
    """Strike the first page after the first, once while the switch is on."""
    struck: set[str] = context.service.faults.struck
    first = "pagination" not in struck
    struck.add("pagination")
    return first


def _cursor(start: int) -> str:
    return f"{base64.b64encode(f'?>{start}'.encode()).decode()}/+&="


def _start(context: Context) -> int:
    cursor = context.request.query_params.get("cursor")
    if cursor is None:
        return 0
    try:
        text = base64.b64decode(cursor.removesuffix("/+&=")).decode()
        return int(text.removeprefix("?>"))
    except ValueError:
        raise ApiError(400, "The cursor is none.") from None
