"""Whole lists, also where a server gives them page by page (wire.md: pagination)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from mixpanel_service_accounts.api.dialects import Send
from mixpanel_service_accounts.api.dialects.decoding import object_in
from mixpanel_service_accounts.api.models import Listing
from mixpanel_service_accounts.api.wire import LARGEST_LIST, Answer, Request

Row = dict[str, Any]

MOST_PAGES = 1000
"""Pages of one list after which it is an error, and not a list."""

_LONGEST_CURSOR = 4096
_MORE = ("hasmore", "hasnext", "hasnextpage", "truncated", "istruncated")
_NEXT = ("next", "nextpage", "nexturl", "nextlink", "nextcursor", "nextpagetoken", "cursor")
_COUNTS = ("count", "total", "totalcount", "totalresults")
_LAST_PAGE = ("pages", "totalpages", "pagecount", "numpages")
_INNER = ("pagination", "paging", "pageinfo", "links", "meta")
"""Keys of objects that may hold such signs. All are compared in lower case, without underscores."""
_LONG_COUNT = 16
_LINK_NEXT = re.compile(r';\s*rel\s*=\s*("[^"]*\bnext\b[^"]*"|next\b)', re.IGNORECASE)


def read_list(send: Send, path: str) -> Listing[tuple[Answer, Row]]:
    """Read a whole list: every row, with the answer that it came in.

    A row that is in two pages makes the list be read again, once.

    Raises:
        MalformedAnswer: It is no list, shows that there is more than can be asked for, or never
            ends: a list that may be short never passes for a whole one.
    """
    listing = _read(send, path)
    return _read(send, path) if _is_doubled(listing) else listing


def _read(send: Send, path: str) -> Listing[tuple[Answer, Row]]:
    rows: list[tuple[Answer, Row]] = []
    pages, size = 0, 0
    seen: set[str] = set()
    cursor: str | None = None
    while True:
        answer = send(Request("GET", path if cursor is None else f"{path}?cursor={cursor}"))
        document = object_in(answer)
        rows += [(answer, row) for row in _rows_in(answer, document)]
        pages, size = pages + 1, size + len(answer.content)
        following = _next_cursor(answer, document)
        _require_whole(answer, document, len(rows), last=following is None)
        if following is None:
            return Listing(rows, pages)
        if following in seen:
            raise answer.malformed("a list in pages that never ends: a cursor came twice")
        if pages == MOST_PAGES:
            raise answer.malformed(f"a list of more than {MOST_PAGES} pages")
        if size > LARGEST_LIST:
            raise answer.malformed(f"a list of more than {LARGEST_LIST // 1024 // 1024} MB")
        seen.add(following)
        cursor = quote(following, safe="")


def _rows_in(answer: Answer, document: Mapping[str, Any]) -> list[Row]:
    rows = document.get("results")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise answer.malformed("no list of objects under `results`")
    return rows


def _next_cursor(answer: Answer, document: Mapping[str, Any]) -> str | None:
    """Return what asks for the next page; None if this is the last one."""
    pagination = document.get("pagination")
    if pagination is None:
        return None
    if not isinstance(pagination, dict):
        raise answer.malformed("a list in pages: `pagination` is no object")
    cursor = pagination.get("next_cursor")
    if cursor is None or cursor == "":
        return None
    if not isinstance(cursor, str) or len(cursor) > _LONGEST_CURSOR:
        raise answer.malformed(
            f"a list in pages: `next_cursor` is no string of at most {_LONGEST_CURSOR} characters"
        )
    return cursor


def _require_whole(answer: Answer, document: Mapping[str, Any], rows: int, *, last: bool) -> None:
    """Refuse every sign of more that is not the vendor's own."""
    for inner in (document, *_objects_in(document)):
        for sign in _signs_in(inner, rows, last=last):
            raise answer.malformed(f"a list in pages: {sign}")
    if last and _LINK_NEXT.search(answer.link):
        raise answer.malformed("a list in pages: it has the header Link with rel=next")


def _objects_in(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Return the objects that may speak of pages, less the vendor's own cursor."""
    for key, inner in document.items():
        if _folded(key) in _INNER and isinstance(inner, dict):
            own = ("next_cursor", "cursor") if key == "pagination" else ()
            yield {key: value for key, value in inner.items() if key not in own}


def _folded(key: str) -> str:
    return key.replace("_", "").lower()


def _signs_in(keys: Mapping[str, Any], rows: int, *, last: bool) -> Iterator[str]:
    if not last:
        return
    spelled = {_folded(key): key for key in keys}
    has = {folded: keys[key] for folded, key in spelled.items()}
    for key in _MORE:
        if has.get(key):
            yield f"`{spelled[key]}` is true"
    for key in _NEXT:
        if has.get(key):
            yield f"it has the key {spelled[key]!r}"
    counts = [(spelled[key], count) for key in _COUNTS if (count := _count(has.get(key)))]
    for key, count in counts:
        if count > rows:
            yield f"`{key}` is {count}, and {rows} rows came"
    page = has.get("page")
    at, pages = (
        _count(page) or 1,
        next((_count(has[key]) for key in _LAST_PAGE if key in has), None),
    )
    if pages is not None and pages > at:
        yield f"page {at} of {pages}"
    elif page is not None and pages is None and not counts and has.get("hasmore") is not False:
        yield "it has the key 'page'"


def _count(value: object) -> int | None:
    """Return a count, whether a number or digits; None if it is none."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < _LONG_COUNT:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or abs(value) >= 2**53:
        return None
    return int(value)


def _is_doubled(listing: Listing[tuple[Answer, Row]]) -> bool:
    if listing.pages == 1:
        return False
    keys = [
        tuple(_plain(row.get(key)) for key in ("id", "projectId", "target_type"))
        for _, row in listing
        if row.get("target_type") in (None, "individual")
    ]
    return len(set(keys)) < len(keys)


def _plain(value: object) -> object:
    """Return a value that can be compared; anything else is none of the keys' own."""
    return value if isinstance(value, (int, str)) else None
