"""Dialect `bulk` on the wire: the routes of the vendor's reference pages."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

import msgspec
from starlette.responses import Response

from mixpanel_service_accounts.emulator.pages import list_answer
from mixpanel_service_accounts.emulator.seed import SENSITIVE_ROLE
from mixpanel_service_accounts.emulator.service import Service
from mixpanel_service_accounts.emulator.store import Row, user_of
from mixpanel_service_accounts.emulator.wire import (
    Context,
    Endpoint,
    answer,
    my_account,
    not_allowed,
)

Number = Annotated[int, msgspec.Meta(ge=1, le=2**53)]
Name = Annotated[str, msgspec.Meta(min_length=1)]


class ProjectRole(msgspec.Struct, forbid_unknown_fields=True):
    """A project and a role."""

    id: Number
    role: Name


class CreateBody(msgspec.Struct):
    """What a new account is asked for with; unknown keys and nulls are accepted (S)."""

    username: Name
    role: Name | None = None
    expires: str | None = None
    projects: list[ProjectRole] | None = None


class AddBody(msgspec.Struct, forbid_unknown_fields=True):
    """A cross product of projects and accounts."""

    projects: list[ProjectRole]
    service_account_ids: list[Number]


class Removal(msgspec.Struct, forbid_unknown_fields=True):
    """A project, and who leaves it."""

    id: Number
    service_account_ids: list[Number]


class RemoveBody(msgspec.Struct, forbid_unknown_fields=True):
    """Any set of memberships."""

    projects: list[Removal]


def _account(context: Context, row: Row, *, listed: bool) -> dict[str, Any]:
    service = context.service
    document = {
        "id": row["id"],
        "username": row["username"],
        "created": context.date(row["created"], listed=listed),
        "user": user_of(row["id"]),
        "expires": context.date(row["expires"], listed=listed),
        **_creator(service, row),
        "is_scim": False,
    }
    if service.faults.switch("last-used") != "absent":
        used = row["last_used"] if service.faults.switch("last-used") == "present" else None
        document["last_used"] = context.date(used, listed=listed)
    return document


def _creator(service: Service, row: Row) -> dict[str, Any]:
    creator = row["creator"] if service.faults.switch("creator") == "present" else None
    return {
        "creator": creator,
        "creator_email": creator and f"user-{creator}@example.invalid",
        "creator_name": creator and f"User {creator}",
    }


def _org_role(service: Service, row: Row) -> dict[str, Any]:
    form = service.faults.switch("org-role")
    if form == "absent" or row["role"] is None:
        return {} if form == "absent" else {"org_role": None}
    return {"org_role": row["role"] if form == "echoed" else f"Organization {row['role'].title()}"}


def _role(service: Service, role: str) -> str:
    """Spell a custom role as an organization might have it on the wire."""
    spelled = service.faults.switch("role-spelling") == "spelled"
    if not spelled or role in ("owner", "admin", "analyst", "consumer"):
        return role
    return f"custom_{int(hashlib.sha256(role.encode()).hexdigest()[:6], 16)}"


async def _me(context: Context) -> Response:
    return answer({"status": "ok", "results": my_account(context)})


async def _list(context: Context) -> Response:
    organization = context.number("organization")
    service = context.service
    rows = [
        {**_account(context, row, listed=True), **_org_role(service, row)}
        for row in service.accounts(context.caller, organization)
    ]
    return list_answer(context, {"status": "ok"}, rows)


async def _create(context: Context) -> Response:
    organization = context.number("organization")
    body = await context.body(CreateBody)
    row = context.service.create(
        context.caller,
        organization,
        body.username,
        role=body.role,
        expires=body.expires or None,
        projects=[(entry.id, entry.role) for entry in body.projects or ()],
    )
    document = {**_account(context, row, listed=False), "token": row["secret"]}
    return answer({"status": "ok", "results": document}, 201)


async def _get(context: Context) -> Response:
    row = context.service.account(
        context.caller, context.number("organization"), context.number("account")
    )
    document = _account(context, row, listed=False)
    if context.service.faults.switch("single-get") == "bare":
        return answer(document)
    return answer({"status": "ok", "results": document})


async def _delete(context: Context) -> Response:
    context.service.delete(
        context.caller, context.number("organization"), context.number("account")
    )
    return answer({"status": "ok"})


async def _add(context: Context) -> Response:
    organization = context.number("organization")
    body = await context.body(AddBody)
    projects = [(entry.id, entry.role) for entry in body.projects]
    context.service.add(context.caller, organization, body.service_account_ids, projects)
    return answer({"status": "ok"})


async def _remove(context: Context) -> Response:
    if context.request.method != context.service.faults.switch("remove-method"):
        return not_allowed([context.service.faults.switch("remove-method")])
    organization = context.number("organization")
    body = await context.body(RemoveBody)
    removals = [(entry.id, entry.service_account_ids) for entry in body.projects]
    context.service.remove(context.caller, organization, removals)
    return answer({"status": "ok"})


async def _members(context: Context) -> Response:
    service = context.service
    rows = [
        {
            **_account(context, account, listed=True),
            "email": f"{account['username']}@serviceaccount.invalid",
            "role": _role(service, grant["role"]),
            "role_order": 1,
            "target_type": grant["target_type"],
            "hasSensitiveAccess": grant["role"] == SENSITIVE_ROLE,
        }
        for grant, account in service.members(context.caller, context.number("project"))
    ]
    return list_answer(context, {"status": "ok"}, rows)


_ACCOUNTS = "/organizations/{organization}/service-accounts"

ROUTES: list[tuple[str, dict[str, Endpoint]]] = [
    ("/me", {"GET": _me}),
    (_ACCOUNTS, {"GET": _list, "POST": _create}),
    (f"{_ACCOUNTS}/add-to-project", {"POST": _add}),
    (f"{_ACCOUNTS}/remove-from-project", {"POST": _remove, "DELETE": _remove}),
    (f"{_ACCOUNTS}/{{account}}", {"GET": _get, "DELETE": _delete}),
    ("/projects/{project}/service-accounts", {"GET": _members}),
]
