"""Property values on the way out: the names of a program, and secrets marked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from msgspec import Struct

from mixpanel_service_accounts.resources.fields import fields_of
from pulumi_mixpanel.camel_case import camel_case
from pulumi_mixpanel.plugin.wire_values import SecretValue


def outward(kind: type[Struct], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return encoded values with the names of a program, and secrets marked.

    Args:
        kind: The struct whose fields they are.
        values: What `encode` made of one, `UNKNOWN` among them; keys that the struct lacks go.
    """
    fields = fields_of(kind)
    return {
        camel_case(name): SecretValue(value)
        if fields[name].secret
        else _out(fields[name].type, value)
        for name, value in values.items()
        if value is not None and name in fields
    }


def _out(kind: Any, value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, Mapping) and isinstance(kind, type) and issubclass(kind, Struct):
        return outward(kind, value)
    if isinstance(value, (list, tuple)) and get_args(kind):
        return [_out(get_args(kind)[0], one) for one in value]
    return value
