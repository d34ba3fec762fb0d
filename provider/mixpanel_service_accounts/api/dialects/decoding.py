"""From the bytes of an answer to the values of `models`, forgiving where the server varies.

What an account cannot be without (its number, its login, at birth its secret) must be there and of
its type; of everything else, a value of another type counts as not answered (wire.md: what comes
back varies between sibling routes).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast

from msgspec import UNSET, UnsetType

from mixpanel_service_accounts.api.errors import MalformedAnswer
from mixpanel_service_accounts.api.forgiving_json import REPLACED, NotJSON, decode_json
from mixpanel_service_accounts.api.instants import parse_instant
from mixpanel_service_accounts.api.models import Account, Me, Project
from mixpanel_service_accounts.api.secret import Secret
from mixpanel_service_accounts.api.vendor_errors import vendor_error_in
from mixpanel_service_accounts.api.whole_numbers import whole_number
from mixpanel_service_accounts.api.wire import Answer, Request

T = TypeVar("T")


def object_in(answer: Answer) -> dict[str, Any]:
    """Decode an answer that has to be a JSON object."""
    try:
        return decode_json(answer.content, dict[str, Any])
    except NotJSON:
        raise answer.malformed("no JSON object") from None


def acknowledged(answer: Answer) -> None:
    """Accept an answer that has nothing to tell: no body, or a JSON object that speaks of no error.

    A page of HTML with status 200, which something in front of the API may answer, is no yes.
    """
    if not answer.content.strip():
        return
    if object_in(answer).get("status") == "error" or vendor_error_in(answer.content) is not None:
        raise answer.malformed("an error")


def result_in(answer: Answer) -> dict[str, Any]:
    """Decode one object, bare or in the envelope `{status, results}` (both are described)."""
    document = object_in(answer)
    inner = document.get("results")
    return inner if isinstance(inner, dict) else document


def required(answer: Answer, row: Mapping[str, Any], key: str, kind: type[T]) -> T:
    """Take a field that a row cannot be without."""
    value = row.get(key)
    if not _is(value, kind) or value == "":
        raise answer.malformed(f"no {kind.__name__} under `{key}`")
    return cast("T", value)


def secret_in(answer: Answer, row: Mapping[str, Any], key: str) -> Secret:
    """Take the secret out of the response to a create.

    Raises:
        MalformedAnswer: There is none, or it came with characters that no login can send.
    """
    secret = required(answer, row, key, str)
    if REPLACED in secret:
        raise answer.malformed("no secret")
    return Secret(secret)


def number(answer: Answer, row: Mapping[str, Any], key: str = "id") -> int:
    """Take the number of an account or project, which is above 0."""
    value = required(answer, row, key, int)
    if value <= 0:
        raise answer.malformed(f"{value} under `{key}`, which is no number of anything")
    return value


def require_asked(answer: Answer, account: Account, asked: int) -> Account:
    """Return the account, if it is the one that was asked for.

    Raises:
        MalformedAnswer: It is another one.
    """
    if account.id != asked:
        raise answer.malformed(f"service account {account.id}, and {asked} was asked for")
    return account


def require_distinct(path: str, accounts: Sequence[Account]) -> None:
    """Check whether a list has each account once, and each username for one account.

    Raises:
        MalformedAnswer: It does not, and is not to be believed.
    """
    numbers: set[int] = set()
    owners: dict[str, int] = {}
    for account in accounts:
        problem = None
        if account.id in numbers:
            problem = f"lists service account {account.id} twice"
        elif account.username in owners:
            problem = (
                f"lists the username {account.username!r} for two service accounts, "
                f"{owners[account.username]} and {account.id}"
            )
        if problem:
            raise MalformedAnswer("GET", path, f"{problem}; such a list is not believed.")
        numbers.add(account.id)
        owners[account.username] = account.id


def optional(row: Mapping[str, Any], key: str, kind: type[T]) -> T | UnsetType | None:
    """Take a field that may be null, missing, or of another type (which counts as missing)."""
    if key not in row:
        return UNSET
    value = row[key]
    return UNSET if value is not None and not _is(value, kind) else value


def _is(value: object, kind: type) -> bool:
    """Return whether a value is of a type; a bool is no number, nor is what no state can hold."""
    if kind is int:
        # The engine keeps numbers as floats.
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53
    return isinstance(value, kind)


def given(row: Mapping[str, Any], key: str, kind: type[T]) -> T | UnsetType:
    """Take a field that is never null; null counts as missing."""
    value = optional(row, key, kind)
    return UNSET if value is None else value


def instant(row: Mapping[str, Any], key: str) -> datetime | UnsetType | None:
    """Take a date; a text that is no date counts as missing."""
    value = optional(row, key, str)
    if value is None or isinstance(value, UnsetType):
        return value
    return parse_instant(value) or UNSET


def me_in(answer: Answer) -> Me:
    """Decode `/me`, which both dialects have (wire.md, fact 11)."""
    row = result_in(answer)
    return Me(
        user_id=given(row, "user_id", int),
        user_email=given(row, "user_email", str),
        organizations={
            number: _name_in(entry) for number, entry in _by_number(row.get("organizations"))
        },
        projects={
            number: Project(
                id=number,
                name=_name_in(entry),
                organization_id=given(entry, "organization_id", int),
            )
            for number, entry in _by_number(row.get("projects"))
        },
    )


def _name_in(entry: Mapping[str, Any]) -> str:
    name = given(entry, "name", str)
    return "" if isinstance(name, UnsetType) else name


def _by_number(entries: object) -> list[tuple[int, dict[str, Any]]]:
    if not isinstance(entries, dict):
        return []
    return [
        (number, entry if isinstance(entry, dict) else {})
        for key, entry in entries.items()
        if (number := whole_number(key)) is not None
    ]


ME = Request("GET", "/me", query="include_workspace_users=false")
"""Without the users of each project, which make it slow for a large organization (grade T)."""
