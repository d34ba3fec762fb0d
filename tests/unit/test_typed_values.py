"""Inputs and states survive the way from stored values to typed ones and back, unknowns included."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from mixpanel_service_accounts.resources import (
    project_membership,
    rotating_service_account,
    service_account,
)
from mixpanel_service_accounts.resources.contract import Resource
from mixpanel_service_accounts.resources.fields import UNKNOWN, Field, decode, encode, fields_of

RESOURCES: dict[str, Resource[Any, Any]] = {
    "ServiceAccount": service_account,
    "RotatingServiceAccount": rotating_service_account,
    "ProjectMembership": project_membership,
}
"""Assigning the modules is the static proof that each one keeps the contract."""


def values_of(kind: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401, PLR0911 (one return a type)
    """Return stored values of a declared type, with UNKNOWN wherever it may stand."""
    if isinstance(kind, type) and issubclass(kind, Struct):
        return stored(kind)
    if kind is int:
        return st.integers(1, 2**53 - 1)
    if kind is float:
        return st.floats(0.5, 1e6)
    if kind is bool:
        return st.booleans()
    if kind is str:
        return st.text(min_size=1)
    inner = kind.__args__
    if kind.__origin__ is list:
        return st.lists(values_of(inner[0]) | st.just(UNKNOWN), max_size=3)
    return st.dictionaries(st.text(min_size=1), values_of(inner[1]) | st.just(UNKNOWN), max_size=3)


def stored(kind: type[Struct]) -> st.SearchStrategy[dict[str, Any]]:
    """Return stored values of a struct: every optional key given, unknown or not given."""
    needed = {one.name for one in msgspec.structs.fields(kind) if one.required}
    every = {
        name: values_of(field.type) | st.just(UNKNOWN) for name, field in fields_of(kind).items()
    }
    return st.fixed_dictionaries(
        {name: value for name, value in every.items() if name in needed},
        optional={name: value for name, value in every.items() if name not in needed},
    )


@pytest.mark.parametrize("which", ["Inputs", "State"])
@pytest.mark.parametrize("resource", RESOURCES.values(), ids=list(RESOURCES))
@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(data=st.data())
def test_what_is_stored_is_what_was_decoded(
    resource: Resource[Any, Any], which: str, data: st.DataObject
) -> None:
    """Given, unknown and not given stay three cases, at the top, in lists and in maps."""
    kind: type[Struct] = getattr(resource, which)
    values = data.draw(stored(kind))
    typed = decode(kind, values)
    assert encode(typed) == values
    for name in fields_of(kind):
        assert (getattr(typed, name) is None) is (name not in values)


@pytest.mark.parametrize("resource", RESOURCES.values(), ids=list(RESOURCES))
def test_every_field_is_declared(resource: Resource[Any, Any]) -> None:
    """Each has a text; each input says what a change of it does."""
    inputs_type: type[Struct] = resource.Inputs
    state_type: type[Struct] = resource.State
    inputs = fields_of(inputs_type)
    for field in fields_of(state_type).values():
        assert field.description.endswith("."), field.name
        is_asked_for = field.name in inputs and not field.recorded
        assert (field.change is not None) is is_asked_for, field.name


def test_a_key_that_is_missing_or_of_another_type_is_named() -> None:
    """A state that nobody of ours wrote is refused, and not half read."""
    with pytest.raises(msgspec.ValidationError, match=r"^`service_account_id` is missing$"):
        decode(project_membership.State, {"project_id": 1, "role": "admin"})
    with pytest.raises(msgspec.ValidationError, match="Expected `int`, got `str`"):
        decode(project_membership.Inputs, {"service_account_id": "x", "project_id": 1, "role": "a"})


def test_what_a_stored_state_has_beyond_the_fields_is_passed_over() -> None:
    """A key of another version stops nothing."""
    state = decode(service_account.State, {"name": "bot", "later": 1, "role": None})
    assert encode(state) == {"name": "bot"}


def test_a_field_tells_everything_that_a_schema_needs() -> None:
    """Type, whether it may be left out, text, what a change does, and whether it is secret."""
    assert fields_of(rotating_service_account.State)["overlap_hours"].optional is False
    found = fields_of(service_account.State)["secret"]
    assert (found.type, found.optional, found.secret, found.change) == (str, True, True, "in place")
    assert isinstance(found, Field)
