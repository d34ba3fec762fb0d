"""The calls of both dialects, by method and path, as the descriptions of the API write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_ACCOUNTS = "/organizations/{org}/service-accounts"

LIST = f"GET {_ACCOUNTS}"
CREATE = f"POST {_ACCOUNTS}"
READ = f"GET {_ACCOUNTS}/{{id}}"
DELETE = f"DELETE {_ACCOUNTS}/{{id}}"
ADD = f"POST {_ACCOUNTS}/add-to-project"
REMOVE = f"POST {_ACCOUNTS}/remove-from-project"
PROJECTS = f"GET {_ACCOUNTS}/{{id}}/projects"
"""`nested`: the projects of an account."""
GRANT = f"POST {_ACCOUNTS}/{{id}}/projects"
"""`nested`: one more of them."""


def members(project: int) -> str:
    """Return the call that lists the accounts of a project."""
    return f"GET /projects/{project}/service-accounts"


def revoke(project: int) -> str:
    """Return the call that takes an account out of a project under `nested`."""
    return f"DELETE {_ACCOUNTS}/{{id}}/projects/{project}"


def described(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return calls that an emulator counted: the reads, which come in any order, then the writes."""
    calls = [_described(f"{row['method']} {row['path']}") for row in rows]
    return compared(calls)


def compared(calls: Iterable[str]) -> list[str]:
    """Return calls so that they can be compared: reads sorted, then writes in their order."""
    several = list(calls)
    reads = sorted(call for call in several if call.startswith("GET "))
    return [*reads, *(call for call in several if not call.startswith("GET "))]


def _described(call: str) -> str:
    call = re.sub(r"/organizations/\d+", "/organizations/{org}", call)
    return re.sub(r"/service-accounts/\d+", "/service-accounts/{id}", call)
