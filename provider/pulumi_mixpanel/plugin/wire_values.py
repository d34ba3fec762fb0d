"""Property values of the plugin protocol: unknowns, secrets, and whole numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from mixpanel_plugin_rpc.messages import Message, load
from mixpanel_service_accounts.resources.fields import UNKNOWN
from pulumi_mixpanel.special_values import SECRET, SIGNATURE

_OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_UNKNOWNS = {
    _UNKNOWN_TEXT,
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
}
"""What stands for a value of each type that is not known yet."""


class SecretValue(Struct, frozen=True):
    """A value that the engine is to encrypt.

    Attributes:
        value: The value.
    """

    value: Any

    def __repr__(self) -> str:
        return "[secret]"


def unpack(properties: Message) -> dict[str, Any]:
    """Return the values of a protobuf Struct, less nulls; secrets without their mark."""
    found = {key: _unpacked(value) for key, value in properties.fields.items()}
    return {key: value for key, value in found.items() if value is not None}


def _unpacked(value: Message) -> Any:  # noqa: ANN401 (property values are of any type)
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return _object(value.struct_value)
    if kind == "list_value":
        return [_unpacked(one) for one in value.list_value.values]
    if kind == "number_value":
        number: float = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "string_value":
        return UNKNOWN if value.string_value in _UNKNOWNS else value.string_value
    return value.bool_value if kind == "bool_value" else None


def _object(value: Message) -> Any:  # noqa: ANN401
    signature = value.fields[SIGNATURE].string_value if SIGNATURE in value.fields else ""
    if signature == SECRET:
        return _unpacked(value.fields["value"])
    if signature == _OUTPUT:
        return _unpacked(value.fields["value"]) if "value" in value.fields else UNKNOWN
    return unpack(value)


def pack(values: Mapping[str, Any]) -> Message:
    """Return values as a protobuf Struct.

    Args:
        values: Plain values, `UNKNOWN` and `SecretValue` among them.
    """
    packed = load("pulumirpc").message("google.protobuf.Struct")()
    _fill(packed, values)
    return packed


def _fill(packed: Message, values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        _put(packed.fields[key], value)


def _put(target: Message, value: Any) -> None:  # noqa: ANN401
    if isinstance(value, SecretValue):
        _fill(target.struct_value, {SIGNATURE: SECRET, "value": value.value})
    elif value is UNKNOWN:
        target.string_value = _UNKNOWN_TEXT
    elif isinstance(value, Mapping):
        target.struct_value.SetInParent()
        _fill(target.struct_value, value)
    elif isinstance(value, (list, tuple)):
        target.list_value.SetInParent()
        for one in value:
            _put(target.list_value.values.add(), one)
    elif value is None:
        target.null_value = 0
    elif isinstance(value, bool):
        target.bool_value = value
    elif isinstance(value, (int, float)):
        target.number_value = value
    else:
        target.string_value = value
