"""Terraform's values on the wire, and the core's: one way each, by the type of the core's field.

A *wire value* is what MessagePack holds: None for null, an extension for an unknown value, text for
a number that no float holds exactly. A configuration's own values stay wire values from the request
to the response, so that Terraform gets back what it sent, digit by digit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args, get_origin

import msgpack
from msgspec import Struct

from mixpanel_service_accounts.resources.fields import UNKNOWN, fields_of

WireValue = Any
"""See the module."""

CoreValue = Any
"""A plain value of the core: UNKNOWN, a number, text, a list, or a map."""

UNKNOWN_ON_THE_WIRE = msgpack.ExtType(0, b"\x00")
"""An unknown value of which nothing more is known."""

_SAFE = 2**63
"""Integers from here on do not fit into every MessagePack integer, and travel as text."""


def unpack(message: bytes) -> WireValue:
    """Return the wire value in a DynamicValue's `msgpack`; None for an empty one."""
    return msgpack.unpackb(message, strict_map_key=False) if message else None


def pack(value: WireValue) -> bytes:
    """Return a wire value as a DynamicValue's `msgpack`."""
    packed: bytes = msgpack.packb(value)
    return packed


def is_wholly_known(value: WireValue) -> bool:
    """Return whether neither a wire value nor anything in it is unknown."""
    if isinstance(value, msgpack.ExtType):
        return False
    if isinstance(value, dict):
        return all(is_wholly_known(one) for one in value.values())
    if isinstance(value, list):
        return all(is_wholly_known(one) for one in value)
    return True


def to_core(value: WireValue, kind: Any) -> CoreValue:  # noqa: ANN401 (a type is of any kind)
    """Return a wire value as the core takes it; null in a structure counts as missing.

    Args:
        value: The wire value.
        kind: The type of the core's field.
    """
    if value is None:
        return None
    if isinstance(value, msgpack.ExtType):
        return UNKNOWN
    if kind in (int, float):
        return _number(value)
    if isinstance(value, list):
        inner = get_args(kind)[0]
        return [to_core(one, inner) for one in value]
    if isinstance(value, dict):
        found = {name: to_core(one, _inner(kind, name)) for name, one in value.items()}
        return {name: one for name, one in found.items() if one is not None}
    return value


def _inner(kind: Any, name: str) -> Any:  # noqa: ANN401
    return fields_of(kind)[name].type if is_struct(kind) else get_args(kind)[1]


def _number(value: str | float) -> int | float:
    """Return a number; a whole one as int, whatever it travelled as."""
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            value = float(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def to_wire(value: CoreValue, kind: Any) -> WireValue:  # noqa: ANN401
    """Return an encoded value of the core as a wire value, every key of a structure with it.

    Args:
        value: The value, as `fields.encode` leaves it.
        kind: The type of the core's field.
    """
    if value is None:
        return None
    if value is UNKNOWN:
        return UNKNOWN_ON_THE_WIRE
    if is_struct(kind):
        return {
            name: to_wire(value.get(name), field.type) for name, field in fields_of(kind).items()
        }
    if isinstance(value, Mapping):
        inner = get_args(kind)[1]
        return {name: to_wire(one, inner) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        inner = get_args(kind)[0]
        return [to_wire(one, inner) for one in value]
    return _number_on_the_wire(value) if kind in (int, float) else value


def _number_on_the_wire(value: float) -> WireValue:
    """Return a number: Terraform reads text as decimal, and a float by its binary digits."""
    whole = _number(value)
    return whole if isinstance(whole, int) and -_SAFE <= whole < _SAFE else str(whole)


def is_struct(kind: Any) -> bool:  # noqa: ANN401
    """Return whether a type is a structure with fields."""
    return isinstance(kind, type) and issubclass(kind, Struct)


def is_list(kind: Any) -> bool:  # noqa: ANN401
    """Return whether a type is a list or a tuple of one type."""
    return get_origin(kind) in (list, tuple)


def is_map(kind: Any) -> bool:  # noqa: ANN401
    """Return whether a type is a map with text as keys."""
    return get_origin(kind) is dict
