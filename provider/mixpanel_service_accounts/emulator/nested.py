"""Dialect `nested` on the wire: the routes of the OpenAPI 1.0 description."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from starlette.responses import Response

from mixpanel_service_accounts.emulator.bulk import Name
from mixpanel_service_accounts.emulator.pages import list_answer
from mixpanel_service_accounts.emulator.store import Row
from mixpanel_service_accounts.emulator.wire import Context, Endpoint, answer, my_account

Number = Annotated[int, msgspec.Meta(ge=1, le=2**53)]


class CreateBody(msgspec.Struct, forbid_unknown_fields=True):
    """What a new account is asked for with."""

    name: Name


class AddBody(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """One membership."""

    project_id: Number
    role: Literal["admin", "analyst", "consumer"]


def _account(context: Context, row: Row, *, listed: bool = False) -> dict[str, Any]:
    return {
        "id": row["id"],
        "name": row["name"],
        "username": row["username"],
        "organizationId": row["organization"],
        "createdAt": context.date(row["created"], listed=listed),
    }


async def _me(context: Context) -> Response:
    return answer({"status": "ok", "results": my_account(context)})


async def _list(context: Context) -> Response:
    rows = context.service.accounts(context.caller, context.number("organization"))
    return list_answer(context, {}, [_account(context, row, listed=True) for row in rows])


async def _create(context: Context) -> Response:
    organization = context.number("organization")
    body = await context.body(CreateBody)
    row = context.service.create(context.caller, organization, body.name)
    return answer({**_account(context, row), "secret": row["secret"]})


async def _get(context: Context) -> Response:
    row = context.service.account(
        context.caller, context.number("organization"), context.number("account")
    )
    return answer(_account(context, row))


async def _delete(context: Context) -> Response:
    context.service.delete(
        context.caller, context.number("organization"), context.number("account")
    )
    return answer({})


async def _projects(context: Context) -> Response:
    rows = context.service.projects_of(
        context.caller, context.number("organization"), context.number("account")
    )
    results = [
        {
            "projectId": row["project"],
            "projectName": f"Project {row['project']}",
            "role": row["role"],
        }
        for row in rows
    ]
    return list_answer(context, {}, results)


async def _add(context: Context) -> Response:
    organization, account = context.number("organization"), context.number("account")
    body = await context.body(AddBody)
    context.service.account(context.caller, organization, account)
    context.service.add(context.caller, organization, [account], [(body.project_id, body.role)])
    return answer({})


async def _remove(context: Context) -> Response:
    organization, account = context.number("organization"), context.number("account")
    project = context.number("project")
    context.service.account(context.caller, organization, account)
    context.service.remove_one(context.caller, organization, account, project)
    return answer({})


_ACCOUNTS = "/organizations/{organization}/service-accounts"

ROUTES: list[tuple[str, dict[str, Endpoint]]] = [
    ("/me", {"GET": _me}),
    (_ACCOUNTS, {"GET": _list, "POST": _create}),
    (f"{_ACCOUNTS}/{{account}}", {"GET": _get, "DELETE": _delete}),
    (f"{_ACCOUNTS}/{{account}}/projects", {"GET": _projects, "POST": _add}),
    (f"{_ACCOUNTS}/{{account}}/projects/{{project}}", {"DELETE": _remove}),
]
