"""camelCase, in which programs and states of the plugin spell what the rules spell snake_case.

The keys of maps that are data, such as `rotate_when_changed`, are never renamed. A state that the
dynamic provider wrote has the names of the rules; both spellings are read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, get_args, get_origin

from msgspec import Struct

from mixpanel_service_accounts.resources.fields import fields_of


def camel_case(name: str) -> str:
    """Return a name of the rules as a program spells it, such as `organizationId`."""
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), name)


def camel_path(path: str) -> str:
    """Return the path of a property, such as `projects[0].projectId`; quoted keys stay."""
    plain, bracket, rest = path.partition('["')
    return camel_case(plain) + bracket + rest


def inward(kind: type[Struct], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values with the names of the rules; keys that the struct lacks stay as they are.

    Args:
        kind: The struct whose fields they are.
        values: What a program or a state says, of any type.
    """
    fields = fields_of(kind)
    names = {camel_case(name): name for name in fields}
    found = {}
    for key, value in values.items():
        name = names.get(key, key)
        found[name] = _inward(fields[name].type, value) if name in fields else value
    return found


def _inward(kind: Any, value: Any) -> Any:  # noqa: ANN401 (values are of any type)
    if isinstance(value, Mapping) and isinstance(kind, type) and issubclass(kind, Struct):
        return inward(kind, value)
    if isinstance(value, list) and get_origin(kind) in (list, tuple):
        return [_inward(get_args(kind)[0], one) for one in value]
    return value
