"""Declarations of inputs and outputs, and the one way between stored values and typed ones.

A resource declares `Inputs` and `State(Inputs)` as frozen structs. Each field is annotated with
`declared(…)`: its text, what a change of it does, whether it is secret, and how sure the fact is.
Schemas and the tables of the documentation are made from these declarations, or tested against
them.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, Final, Literal, TypeVar, get_args, get_origin

import msgspec
from msgspec import Meta, Struct

T = TypeVar("T", bound=Struct)

Change = Literal["replaces", "in place", "rotates", "first create"]
"""What a change of an input does: another account or membership, an update, a rotation, nothing
after the first create."""


class Unknown:
    """A value that only the deployment knows, such as the id of an account not yet created."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


def is_known(value: object) -> bool:
    """Return whether a value is known, and, of a map, all that is in it."""
    if isinstance(value, Mapping):
        return all(is_known(inner) for inner in value.values())
    return not isinstance(value, Unknown)


class Field(Struct, frozen=True):
    """One input or output of a resource.

    Attributes:
        name: The key in a program, a configuration and a state.
        type: The Python type, without the annotation and without None.
        optional: Whether the user may leave it out.
        description: What it means, with unit and default.
        change: What a change does; None for an output.
        secret: Whether its value is a secret.
        source: How sure the fact is: the grade of the API's description.
        recorded: Whether check() sets it, and not the user.
        filled: Whether a value is set for an input that the user leaves out, by check() or by the
            place, so that a shell shows it as known after the create.
        kept: Whether an adopted or imported resource keeps what it has if the user leaves the input
            out.
    """

    name: str
    type: Any
    optional: bool
    description: str
    change: Change | None
    secret: bool
    source: str
    recorded: bool
    filled: bool = False
    kept: bool = False


def declared(
    description: str,
    *,
    change: Change | None = None,
    secret: bool = False,
    source: str = "",
    recorded: bool = False,
    required: bool = False,
    filled: bool = False,
    kept: bool = False,
) -> Meta:
    """Return the annotation that declares a field; see `Field` for the arguments."""
    extra = {
        "change": change,
        "secret": secret,
        "source": source,
        "recorded": recorded,
        "required": required,
        "filled": filled,
        "kept": kept,
    }
    return Meta(description=description, extra=extra)


@functools.cache
def fields_of(kind: type[Struct]) -> Mapping[str, Field]:
    """Return the declared fields of a struct by name, in their order."""
    return {field.encode_name: _field(field) for field in msgspec.structs.fields(kind)}


def _field(field: msgspec.structs.FieldInfo) -> Field:
    found, meta = _unwrapped(field.type)
    extra = (meta.extra or {}) if meta else {}
    return Field(
        name=field.encode_name,
        type=found,
        optional=not (field.required or extra.get("required")),
        description=(meta.description or "") if meta else "",
        change=extra.get("change"),
        secret=bool(extra.get("secret")),
        source=str(extra.get("source", "")),
        recorded=bool(extra.get("recorded")),
        filled=bool(extra.get("filled")),
        kept=bool(extra.get("kept")),
    )


def _unwrapped(found: Any) -> tuple[Any, Meta | None]:  # noqa: ANN401 (a type is of any kind)
    """Take the annotation and `| None` off a type."""
    meta = None
    while True:
        annotations = getattr(found, "__metadata__", ())
        if annotations:
            meta = next((one for one in annotations if isinstance(one, Meta)), meta)
            found = found.__origin__
            continue
        inner = [one for one in get_args(found) if one is not type(None)]
        if len(inner) == 1 and type(None) in get_args(found):
            found = inner[0]
            continue
        return found, meta


def decode(kind: type[T], values: Mapping[str, Any]) -> T:
    """Convert stored or checked values to a struct; keys that the struct lacks are ignored.

    None counts as missing. UNKNOWN passes at the top, in entries of lists and in values of maps.

    Raises:
        msgspec.ValidationError: A required value is missing, or a value is of another type.
    """
    found: dict[str, Any] = {}
    for field in fields_of(kind).values():
        value = values.get(field.name)
        if value is not None:
            found[field.name] = _decoded(field.type, value)
    for name in _needed(kind):
        if name not in found:
            raise msgspec.ValidationError(f"`{name}` is missing")
    return kind(**found)


@functools.cache
def _needed(kind: type[Struct]) -> tuple[str, ...]:
    """Return the fields without which no such struct is; reading annotations takes long."""
    return tuple(one.name for one in msgspec.structs.fields(kind) if one.required)


def _decoded(kind: Any, value: Any) -> Any:  # noqa: ANN401 (values are of any type)
    if isinstance(value, Struct):
        return value
    if not has_unknown(value):
        return msgspec.convert(value, kind, strict=False)
    if isinstance(value, Mapping) and isinstance(kind, type) and issubclass(kind, Struct):
        return decode(kind, value)
    if isinstance(value, Mapping):
        inner = get_args(kind)[1] if get_origin(kind) is dict else Any
        return {key: _decoded(inner, one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        inner = get_args(kind)[0] if get_args(kind) else Any
        found = [_decoded(inner, one) for one in value]
        return tuple(found) if get_origin(kind) is tuple else found
    return value


def has_unknown(value: object) -> bool:
    """Return whether a value is UNKNOWN, or has UNKNOWN in it."""
    if isinstance(value, Mapping):
        return any(has_unknown(one) for one in value.values())
    if isinstance(value, (list, tuple)):
        return any(has_unknown(one) for one in value)
    if isinstance(value, Struct):
        return any(has_unknown(getattr(value, name)) for name in value.__struct_fields__)
    return value is UNKNOWN


def encode(values: Struct) -> dict[str, Any]:
    """Convert a struct to what is stored: plain values, without what is not given."""
    return {
        name: _encoded(value)
        for name in fields_of(type(values))
        if (value := getattr(values, name)) is not None
    }


def _encoded(value: Any) -> Any:  # noqa: ANN401 (values are of any type)
    if isinstance(value, Struct):
        return encode(value)
    if isinstance(value, Mapping):
        return {key: _encoded(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_encoded(one) for one in value]
    return value
