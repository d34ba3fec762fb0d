"""Values from Terraform to the core and back, by the type of the core's field."""

from __future__ import annotations

from typing import Annotated, Any

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from msgspec import Struct

from mixpanel_service_accounts.resources.fields import UNKNOWN, declared, encode
from terraform_mixpanel.wire_values import (
    UNKNOWN_ON_THE_WIRE,
    is_wholly_known,
    pack,
    to_core,
    to_wire,
    unpack,
)


class Entry(Struct, frozen=True):
    """A structure with a number, a text that may be missing, and a map."""

    number: Annotated[int, declared("A number.")]
    text: Annotated[str | None, declared("A text.")] = None
    words: Annotated[dict[str, str] | None, declared("Words.")] = None


TEXTS = some.text(max_size=8)
NUMBERS = some.integers(-(2**80), 2**80)
HOURS = some.floats(allow_nan=False, allow_infinity=False)
WORDS = some.dictionaries(TEXTS, TEXTS, max_size=3)
ENTRIES = some.lists(
    some.builds(Entry, NUMBERS, some.none() | TEXTS, some.none() | WORDS), max_size=3
)
VALUES = some.one_of(
    some.tuples(some.just(str), TEXTS),
    some.tuples(some.just(int), NUMBERS),
    some.tuples(some.just(float), HOURS),
    some.tuples(some.just(bool), some.booleans()),
    some.tuples(some.just(dict[str, str]), WORDS),
    some.tuples(some.just(list[Entry]), ENTRIES),
)


def plain(value: Any) -> Any:  # noqa: ANN401 (values are of any type)
    """Return a value as `encode` leaves it."""
    if isinstance(value, list):
        return [encode(one) for one in value]
    return value


@settings(deadline=None)
@given(VALUES)
def test_a_value_comes_back_as_it_was(case: tuple[Any, Any]) -> None:
    """Every type, by way of MessagePack; a structure without what is not given."""
    kind, value = case
    on_the_wire = unpack(pack(to_wire(plain(value), kind)))
    assert to_core(on_the_wire, kind) == plain(value)
    assert is_wholly_known(on_the_wire)


@settings(deadline=None)
@given(VALUES)
def test_a_value_that_came_is_sent_back_byte_for_byte(case: tuple[Any, Any]) -> None:
    """A wire value that no rule touches is not decoded."""
    packed = pack(to_wire(plain(case[1]), case[0]))
    assert pack(unpack(packed)) == packed


UNKNOWNS = some.sampled_from(
    [UNKNOWN_ON_THE_WIRE, msgpack.ExtType(12, b"\x81\x01\xc2"), msgpack.ExtType(0, b"\x00")]
)


def or_not(known: some.SearchStrategy[Any]) -> some.SearchStrategy[Any]:
    """Return values that may be null, or unknown."""
    return some.none() | UNKNOWNS | known


WIRE_ENTRIES = or_not(
    some.lists(
        or_not(
            some.fixed_dictionaries(
                {
                    "number": or_not(some.integers(-(2**62), 2**62)),
                    "text": or_not(TEXTS),
                    "words": or_not(some.dictionaries(TEXTS, or_not(TEXTS), max_size=2)),
                }
            ).filter(lambda entry: entry["number"] is not None)
        ).filter(lambda entry: entry is not None),
        max_size=3,
    )
)


def wire(value: Any) -> Any:  # noqa: ANN401
    """Return a wire value as it is sent: nulls in a map go, an unknown value has no refinement."""
    if isinstance(value, msgpack.ExtType):
        return UNKNOWN_ON_THE_WIRE
    if isinstance(value, list):
        return [wire(one) for one in value]
    if isinstance(value, dict):
        entry = set(value) == {"number", "text", "words"}
        found = {key: wire(one) for key, one in value.items()}
        return {key: one for key, one in found.items() if entry or one is not None}
    return value


@settings(deadline=None)
@given(WIRE_ENTRIES)
def test_unknown_and_null_values_come_back_where_they_were(value: Any) -> None:  # noqa: ANN401
    """At the top, in a list, in a structure of it, and in a map of that."""
    core = to_core(unpack(pack(value)), list[Entry])
    assert to_wire(core, list[Entry]) == wire(value)
    unknown = UNKNOWN_ON_THE_WIRE
    assert is_wholly_known(value) == (repr(unknown) not in repr(wire(value)))


@pytest.mark.parametrize(
    ("on_the_wire", "core"),
    [
        ("23.9995", 23.9995),
        ("24", 24),
        (24.0, 24),
        (23.5, 23.5),
        ("123456789012345678901234567890", 123456789012345678901234567890),
    ],
)
def test_a_number_is_one_whatever_it_travels_as(on_the_wire: str | float, core: float) -> None:
    """What no float holds exactly comes as text."""
    assert to_core(on_the_wire, float) == core
    assert type(to_core(on_the_wire, float)) is type(core)


def test_a_fraction_is_sent_as_text() -> None:
    """Terraform would take a float for its binary digits, which differ from the decimal ones."""
    assert to_wire(23.9995, float) == "23.9995"
    assert to_wire(24.0, float) == 24
    assert to_wire(2**70, int) == str(2**70)


@pytest.mark.parametrize(
    "unknown", [UNKNOWN_ON_THE_WIRE, msgpack.ExtType(12, b"\x81\x01\xc2")], ids=["plain", "refined"]
)
def test_an_unknown_value_is_unknown(unknown: msgpack.ExtType) -> None:
    """Alone, in an entry of a list, and in a map; also one of which something is known."""
    assert to_core(unpack(pack(unknown)), int) is UNKNOWN
    found = to_core(unpack(pack([{"number": unknown, "text": None}])), list[Entry])
    assert found == [{"number": UNKNOWN}]
    assert to_core(unpack(pack({"a": unknown, "b": "c"})), dict[str, str])["a"] is UNKNOWN
    assert not is_wholly_known([{"number": unknown}])
    assert to_wire(UNKNOWN, str) == UNKNOWN_ON_THE_WIRE


def test_null_is_missing() -> None:
    """At the top, in a structure, and as an empty message; every key of a structure is sent."""
    assert to_core(None, str) is None
    assert unpack(b"") is None
    assert to_core([{"number": 1, "text": None}], list[Entry]) == [{"number": 1}]
    assert to_wire([{"number": 1}], list[Entry]) == [{"number": 1, "text": None, "words": None}]
