"""Faults that are due, and switches for everything that nobody knows about the real server."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

KINDS = (
    "latency",
    "rate-limit",
    "500-before-effect",
    "500-after-effect",
    "cut-before-effect",
    "cut-after-effect",
    "truncated",
    "interim",
    "cut-in-head",
    "status-after-effect",
    "deep",
    "html",
    "empty",
    "wrong-type",
    "empty-list",
    "huge",
    "forbidden",
    "unauthorized",
    "not-found",
    "redirect",
    "changed",
    "doubled",
    "switch",
)

_NULL = type(None)
_FORMS = ("json", "html", "empty", "error-alone", "foreign")

KEYS: dict[str, tuple[Any, ...]] = {
    "kind": KINDS,
    "method": (str,),
    "path": (str,),
    "times": (int,),
    "seconds": (int, float),
    "retry_after": (str, int, _NULL),
    "status": (int,),
    "after": (bool,),
    "form": _FORMS,
    "location": (str,),
    "megabytes": (int,),
    "count": (int,),
    "bytes": (int,),
    "levels": (int,),
    "results": (dict,),
    "name": (str,),
    "value": (object,),
}
"""Each key of a fault with what it may be; a type stands for any value of it."""

SWITCHES: dict[str, tuple[Any, ...]] = {
    "duplicate-name": ("second", "409", "400"),
    "name-limit": (None, int),
    "name-pattern": (None, str),
    "owner": ("accepted", "refused"),
    "default-role": ("consumer", str, None),
    "org-role": ("echoed", "absent", "spelled"),
    "role-spelling": ("echoed", "spelled"),
    "add-again": ("upsert", "error", "ignored"),
    "remove-stranger": ("404", "400", "200"),
    "remove-method": ("POST", "DELETE"),
    "single-get": ("enveloped", "bare"),
    "dates": ("z", "micro", "offset", "naive", "mixed"),
    "list-delay": (0, int),
    "membership-delay": (0, int),
    "expired": ("listed", "vanishes", "404"),
    "grants": ("separate", "merged"),
    "caller-listed": ("yes", "no"),
    "creator": ("present", "null"),
    "last-used": ("present", "null", "absent"),
    "unauthorized-body": ("json", "html", "empty", "text"),
    "project-region": (None, list),
    "deleted-projects": (None, list),
    "deleted-project-list": ("403", "404"),
    "deleted-project-removal": ("400", "403", "404", "200"),
    "deleted-project-addition": ("400", "403", "404", "200"),
    "pagination": (
        None,
        "next",
        "page",
        "has-more",
        "count",
        "link",
        "last",
        "cursor",
        "doubled",
        "slipped",
        "cycle",
        "endless",
    ),
    "page-size": (2, int),
    "naming": ("kept", "lower", "slug", "cut"),
    "me": ("one", "two", "none", "404"),
    "date-header": ("sent", "absent"),
    "trailing-slash": ("off", "on"),
}
"""Each switch with what it may be, the default first; a type stands for any value of it."""


class Faults:
    """The list that tests put, in order; each entry is due for some requests and some times.

    Attributes:
        struck: The switches of which something strikes once, and has; empty with a new list.
    """

    def __init__(self) -> None:
        self._entries: list[dict[str, Any]] = []
        self.struck: set[str] = set()

    def put(self, entries: object) -> None:
        """Replace the whole list.

        Raises:
            ValueError: An entry is not one.
        """
        if not isinstance(entries, list):
            raise ValueError("faults are a list of objects")  # noqa: TRY004 (told as a 400)
        self._entries = [_checked(entry) for entry in entries]
        self.struck.clear()

    def entries(self) -> Sequence[dict[str, Any]]:
        """List what is left."""
        return self._entries

    def switch(self, name: str) -> Any:  # noqa: ANN401 (values of any type)
        """Return how a switch stands."""
        for entry in self._entries:
            if entry["kind"] == "switch" and entry["name"] == name:
                return entry["value"]
        return SWITCHES[name][0]

    def take(self, method: str, path: str) -> dict[str, Any] | None:
        """Take the first fault that is due for a request, and count it."""
        for entry in self._entries:
            if entry["kind"] != "switch" and _is_due(entry, method, path):
                if "times" in entry:
                    entry["times"] -= 1
                return entry
        return None


def _checked(entry: object) -> dict[str, Any]:
    if not isinstance(entry, dict) or entry.get("kind") not in KINDS:
        raise ValueError(f"a fault is an object whose kind is one of {', '.join(KINDS)}")
    for key, value in entry.items():
        if key not in KEYS:
            raise ValueError(f"a fault has the keys {', '.join(KEYS)}; {key!r} is none")
        if not _fits(value, KEYS[key]):
            raise ValueError(f"{key} of a fault cannot be {value!r}")
    if entry["kind"] == "switch":
        _check_switch(entry)
    if entry["kind"] == "redirect" and "location" not in entry:
        raise ValueError("a redirect needs a location")
    _check_pattern(entry.get("path"))
    return dict(entry)


def _check_switch(entry: dict[str, Any]) -> None:
    choices = SWITCHES.get(str(entry.get("name")))
    if choices is None:
        raise ValueError(f"a switch is one of {', '.join(SWITCHES)}")
    if "value" not in entry or not _fits(entry["value"], choices):
        raise ValueError(f"the switch {entry['name']} cannot be {entry.get('value')!r}")
    if entry["name"] == "name-pattern":
        _check_pattern(entry["value"])


def _check_pattern(text: str | None) -> None:
    try:
        re.compile(text or "")
    except re.error as error:
        raise ValueError(f"{text!r} is no regular expression: {error}") from None


def _fits(value: object, choices: Sequence[Any]) -> bool:
    """Return whether a value is one of the choices, or of one of the types; a bool is no number."""
    return any(
        isinstance(value, choice) and (choice in (bool, object) or not isinstance(value, bool))
        if isinstance(choice, type)
        else value == choice and not isinstance(value, bool)
        for choice in choices
    )


def _is_due(entry: dict[str, Any], method: str, path: str) -> bool:
    return (
        entry.get("times", 1) > 0
        and entry.get("method", method) == method
        and re.search(entry.get("path", ""), path) is not None
    )
