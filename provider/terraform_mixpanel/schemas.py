"""Schemas, made from attributes, and states that are brought into their form."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, get_args, get_origin

from mixpanel_plugin_rpc.messages import Message, load
from mixpanel_service_accounts.resources.fields import fields_of
from terraform_mixpanel.attributes import Attribute
from terraform_mixpanel.wire_values import WireValue, is_list, is_map, is_struct

_MARKDOWN = 1
_SINGLE, _LIST, _SET = 1, 2, 3
_SCALARS = {str: "string", int: "number", float: "number", bool: "bool"}


def schema_of(attributes: Iterable[Attribute], description: str = "", version: int = 0) -> Message:
    """Return the schema message of attributes.

    Args:
        attributes: In any order.
        description: What the resource is, in Markdown.
        version: The version of a resource's schema; 0 for what has no state.
    """
    schema = load("tfplugin6").message("tfplugin6.Schema")(version=version)
    schema.block.version = version
    schema.block.description = description
    schema.block.description_kind = _MARKDOWN
    for attribute in attributes:
        one = schema.block.attributes.add()
        computed = attribute.role == "computed"
        _describe(one, attribute.name, attribute.type, attribute.description, computed=computed)
        one.required = attribute.role == "required"
        one.optional = attribute.role in ("optional", "filled")
        one.computed = attribute.role in ("filled", "computed")
        one.sensitive = attribute.sensitive
        one.write_only = attribute.write_only
    return schema


def _describe(
    message: Message,
    name: str,
    kind: Any,  # noqa: ANN401
    description: str,
    *,
    computed: bool,
) -> None:
    message.name = name
    message.description = description
    message.description_kind = _MARKDOWN
    structure = get_args(kind)[0] if is_list(kind) else kind
    if not is_struct(structure):
        message.type = json.dumps(_type_of(kind)).encode()
        return
    message.nested_type.nesting = _nesting(kind)
    for field in fields_of(structure).values():
        inner = message.nested_type.attributes.add()
        _describe(inner, field.name, field.type, field.description, computed=computed)
        inner.required = not (computed or field.optional)
        inner.optional = field.optional and not computed
        inner.computed = computed


def _nesting(kind: Any) -> int:  # noqa: ANN401
    """Return how structures are nested: those of a list in no order, those of a tuple in one."""
    if not is_list(kind):
        return _SINGLE
    return _SET if get_origin(kind) is list else _LIST


def _type_of(kind: Any) -> Any:  # noqa: ANN401
    """Return Terraform's name of a type without structures."""
    if is_list(kind):
        return ["list", _type_of(get_args(kind)[0])]
    if is_map(kind):
        return ["map", _type_of(get_args(kind)[1])]
    return _SCALARS[kind]


def conform(values: Mapping[str, Any], attributes: Mapping[str, Attribute]) -> WireValue:
    """Return stored values in the form of the schema: unknown keys go, missing ones are null.

    Args:
        values: What a state file holds, numbers with a fraction as text.
        attributes: The schema's.
    """
    return {name: _conformed(values.get(name), one.type) for name, one in attributes.items()}


def _conformed(value: Any, kind: Any) -> WireValue:  # noqa: ANN401
    if isinstance(value, dict) and is_struct(kind):
        return {
            name: _conformed(value.get(name), field.type) for name, field in fields_of(kind).items()
        }
    if isinstance(value, list):
        return [_conformed(one, get_args(kind)[0]) for one in value]
    return value
