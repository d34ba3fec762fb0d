"""A project of the native plugin for what a plan holds: a program in YAML, and its import file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from mixpanel_service_accounts.export.plan import Plan, PlannedAccount, PlannedMembership
from mixpanel_service_accounts.resources.fields import encode
from pulumi_mixpanel.camel_case import camel_case
from pulumi_mixpanel.plugin.property_names import outward
from pulumi_mixpanel.type_tokens import NATIVE_TOKEN
from pulumi_mixpanel.written.imported import IMPORT, imported_resources
from pulumi_mixpanel.written.program import remarks, unread
from pulumi_mixpanel.written.python_source import comment

_PROGRAM = "Pulumi.yaml"
_HEADER = (
    "Service accounts of Mixpanel's organization {organization}, by `pulumi-mixpanel export`. "
    "Before the first `pulumi up`: {next_step}"
)
_RESERVED = "pulumi"
"""The one name that a program in YAML cannot give to a resource; another key stands for it."""


class NativeProject(Struct, frozen=True):
    """The files of a project; see the core's `Written`."""

    files: Mapping[str, str]
    next_step: str | None = IMPORT
    main: str = _PROGRAM


def write_native(plan: Plan) -> NativeProject:
    """Write the project.

    YAML is the program's language, for every engine has its host and no SDK has to be made;
    `pulumi convert` turns it into another one.

    Args:
        plan: What the program is to have.
    """
    return NativeProject({"import.json": _import_file(plan), _PROGRAM: _program(plan)})


def _import_file(plan: Plan) -> str:
    entries = [
        {
            "type": NATIVE_TOKEN.format(one.kind),
            "name": one.name,
            "id": one.id,
            "inputs": outward(type(one.inputs), encode(one.inputs)),
            "outputs": outward(type(one.state), encode(one.state)),
        }
        for one in imported_resources(plan)
    ]
    return json.dumps({"resources": entries}, indent=2) + "\n"


def _program(plan: Plan) -> str:
    inventory = plan.inventory
    lines = [
        *comment(_HEADER.format(organization=inventory.organization_id, next_step=IMPORT)),
        f"name: mixpanel-{inventory.organization_id}",
        "runtime: yaml",
    ]
    if inventory.dialect != "bulk":
        lines += ["config:", "  mixpanel:dialect:", f"    value: {inventory.dialect}"]
    lines += [line for block in unread(inventory) for line in block.splitlines()]
    lines.append("resources:" if plan.kept else "resources: {}")
    for planned in plan.accounts:
        lines += [f"  {line}" for line in _account(planned)]
    return "\n".join(lines) + "\n"


def _account(planned: PlannedAccount) -> Iterator[str]:
    if planned.left_out is not None:
        account = planned.account
        reason = f"Left out, for {planned.left_out}"
        yield from comment(f"{account.name} ({account.id}). {reason}")
        yield from remarks(planned)
        return
    yield from remarks(planned)
    yield from _resource("ServiceAccount", planned.name, planned.inputs)
    for membership in planned.memberships:
        yield from _membership(planned, membership)


def _membership(planned: PlannedAccount, membership: PlannedMembership) -> Iterator[str]:
    grant = membership.grant
    if membership.left_out is not None:
        where = f"{planned.account.name} in project {grant.project_id}."
        yield from comment(f"{where} Left out, for {membership.left_out}")
        return
    inputs = {"project_id": grant.project_id, "role": grant.role}
    account = f"${{{_key(planned.name)}.serviceAccountId}}"
    yield from _resource("ProjectMembership", membership.name, inputs, account)


def _resource(
    kind: str, name: str, inputs: Mapping[str, Any], account: str | None = None
) -> Iterator[str]:
    yield f"{_text(_key(name))}:"
    yield f"  type: {NATIVE_TOKEN.format(kind)}"
    if _key(name) != name:
        yield f"  name: {_text(name)}"
    yield "  properties:"
    if account is not None:
        yield f"    serviceAccountId: {account}"
    for key, value in inputs.items():
        yield from (f"    {line}" for line in _property(camel_case(key), value))


def _property(key: str, value: Any) -> Iterator[str]:  # noqa: ANN401 (inputs are of any type)
    if not isinstance(value, list):
        yield f"{key}: {_scalar(value)}"
        return
    yield f"{key}:"
    for one in value:
        pairs = ", ".join(f"{camel_case(name)}: {_scalar(inner)}" for name, inner in one.items())
        yield f"  - {{{pairs}}}"


def _key(name: str) -> str:
    return f"{name}-account" if name == _RESERVED else name


def _scalar(value: object) -> str:
    return _text(value) if isinstance(value, str) else str(value)


def _text(text: str) -> str:
    """Write a text in double quotes, in ASCII; a program would look for `${` in it."""
    return '"' + "".join(_character(one) for one in text.replace("$", "$$")) + '"'


def _character(one: str) -> str:
    if one in '"\\':
        return f"\\{one}"
    return one if one.isascii() and one.isprintable() else f"\\U{ord(one):08x}"
