"""Arguments of resources as the user gave them: what Pulumi cannot store is refused here.

Pulumi itself refuses such a value with a traceback, and names neither the resource nor the remedy.
No message shows a value: it may be a secret.
"""

from collections.abc import Awaitable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import Enum
from typing import Any

import pulumi

from pulumi_mixpanel.program.program_errors import ProgramError

_LARGEST = 2**1023
"""Whole numbers from here on fit into no floating-point number, which is what Pulumi stores."""

_INPUT_TYPE = "_pulumi_input_type"
"""The attribute by which Pulumi knows a class that it stores as a dictionary."""


def checked_arguments(resource: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Check all arguments of a resource before Pulumi gets them.

    Args:
        resource: Kind and name of the resource, for messages.
        arguments: Values and outputs, by the name of the argument.

    Returns:
        The same arguments. An output is checked as soon as its value is known.

    Raises:
        ProgramError: Pulumi cannot store one of them. An output fails with a RunError instead.
    """
    return {key: _checked(resource, key, value) for key, value in arguments.items()}


def check_name_and_options(kind: str, name: object, opts: object) -> str:
    """Return kind and name of a resource as messages name it.

    Raises:
        ProgramError: The name is no string, or empty; or the options are none.
    """
    if not isinstance(name, str) or not name:
        given = "empty" if name == "" else _kind(name)
        raise ProgramError(
            f"{kind}: its first argument is the resource's name in the stack, and cannot be "
            f"{given}. Give a string such as 'data-export'."
        )
    if opts is not None and not isinstance(opts, pulumi.ResourceOptions):
        raise ProgramError(
            f"{kind} {name!r}: opts cannot be {_kind(opts)}. Give a pulumi.ResourceOptions."
        )
    return f"{kind} {name!r}"


def _checked(resource: str, where: str, value: Any) -> Any:  # noqa: ANN401 (of any type)
    if isinstance(value, (pulumi.Output, Awaitable)):
        later: pulumi.Output[Any] = pulumi.Output.from_input(value)
        return later.apply(lambda known: _checked_later(resource, where, known))
    if isinstance(value, int) and abs(value) >= _LARGEST:
        raise ProgramError(
            f"{resource}: {where} is a number that is too large. Give a smaller one."
        )
    if value is None or isinstance(value, (int, float)) or hasattr(type(value), _INPUT_TYPE):
        return value
    if isinstance(value, str):
        return _checked_text(resource, where, value)
    if isinstance(value, Mapping):
        return _checked_map(resource, where, value)
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray, memoryview, range)):
        return [_checked(resource, f"{where}[{at}]", one) for at, one in enumerate(value)]
    raise ProgramError(f"{resource}: {where} cannot be {_kind(value)}. {_remedy(value)}")


def _checked_later(resource: str, where: str, known: Any) -> Any:  # noqa: ANN401
    try:
        return _checked(resource, where, known)
    except ProgramError as error:
        # Pulumi would wrap a ValueError of an output into a longer one, with a traceback.
        raise pulumi.RunError(str(error)) from None


def _checked_text(resource: str, where: str, value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ProgramError(
            f"{resource}: {where} holds half of a character (a lone surrogate), which UTF-8 cannot "
            "write. Give it without."
        ) from None
    return value


def _checked_map(resource: str, where: str, value: Mapping[Any, Any]) -> dict[str, Any]:
    for key in value:
        if not isinstance(key, str):
            raise ProgramError(
                f"{resource}: {where} has a key that is {_kind(key)}. Give every key as a string."
            )
    return {
        _checked_text(resource, where, key): _checked(resource, f"{where}.{key}", one)
        for key, one in value.items()
    }


def _kind(value: object) -> str:
    name = type(value).__name__
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"


def _remedy(value: object) -> str:
    """Return what to give instead; the first kind that fits counts."""
    remedies = (remedy for kind, remedy in _REMEDIES if isinstance(value, kind))
    return next(remedies, "Give a string, a number, a list or a dictionary.")


_REMEDIES: Sequence[tuple[type | tuple[type, ...], str]] = (
    (pulumi.Resource, "Give one of its outputs."),
    (timedelta, "Give a number of hours: value.total_seconds() / 3600."),
    (Enum, "Give its value (.value), or derive the class from str too."),
    (date, "Give a string such as '2027-06-30T00:00:00Z'."),
    ((bytes, bytearray, memoryview), "Give a string: value.decode()."),
    (Iterable, "Give a list: list(value)."),
)
