"""A resource as Terraform stores it, and as the core knows it: one way each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, ValidationError

from mixpanel_service_accounts.resources.fields import decode, encode, fields_of, has_unknown
from terraform_mixpanel.attributes import Attribute, Kind
from terraform_mixpanel.private_data import Private
from terraform_mixpanel.wire_values import WireValue, to_core, to_wire

Visible = Mapping[str, WireValue]
"""The attributes of a resource by name, as wire values."""


def given_values(kind: Kind, visible: Visible) -> dict[str, Any]:
    """Return what a configuration gives, raw, as check() takes it; null counts as missing."""
    return _values(visible, (one for one in kind.attributes.values() if one.given))


def _values(visible: Visible, attributes: Any) -> dict[str, Any]:  # noqa: ANN401 (an iterable)
    found = {one.key: to_core(visible.get(one.name), one.type) for one in attributes}
    return {key: value for key, value in found.items() if value is not None}


def as_it_may_exist(kind: Kind, news: Mapping[str, Any]) -> Struct | None:
    """Return inputs of a resource that exists with the very arguments of a configuration.

    A validation sees no state: an argument that only a new resource must not have may be right. A
    state holds nothing unknown, so what is unknown counts as not recorded where that can be.

    Returns:
        None if an argument is of another type.
    """
    inputs: type[Struct] = kind.resource.Inputs
    optional = {name for name, field in fields_of(inputs).items() if field.optional}
    recorded = {k: v for k, v in news.items() if k not in optional or not has_unknown(v)}
    try:
        return decode(inputs, recorded)
    except ValidationError:
        return None


class Stored(Struct, frozen=True):
    """A resource in a state of Terraform.

    Attributes:
        kind: Its kind.
        visible: Its attributes.
        private: What is kept beside them.
    """

    kind: Kind
    visible: Visible
    private: Private

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.visible["id"])

    def inputs(self) -> Struct:
        """Return the normalised inputs of the last run."""
        inputs: type[Struct] = self.kind.resource.Inputs
        return decode(inputs, self._input_values())

    def state(self) -> Struct:
        """Return the core's state of it."""
        state: type[Struct] = self.kind.resource.State
        outputs = [one for one in self.kind.attributes.values() if not one.given]
        seen = _values(self.visible, outputs)
        return decode(state, {**self._input_values(), **self.private.state, **seen})

    def _input_values(self) -> Mapping[str, Any]:
        """Return the values of the inputs.

        Terraform deletes a tainted or replaced resource without its private data: its attributes,
        in the user's own text, are then all that is known.
        """
        if self.private.inputs is not None:
            return self.private.inputs
        inputs: type[Struct] = self.kind.resource.Inputs
        keys = fields_of(inputs)
        return _values(
            self.visible, (one for one in self.kind.attributes.values() if one.key in keys)
        )


def visible_of(kind: Kind, id_: str, state: Struct, given: Visible) -> dict[str, WireValue]:
    """Return the attributes of a resource.

    Args:
        kind: Its kind.
        id_: Its id.
        state: Its whole state.
        given: What the configuration gives, in its own text.
    """
    values = encode(state)

    def value(attribute: Attribute) -> WireValue:
        if attribute.name == "id":
            return id_
        if attribute.given and given.get(attribute.name) is not None:
            return given[attribute.name]
        if attribute.role in ("filled", "computed"):
            return shown(attribute, values)
        return None

    return {name: value(one) for name, one in kind.attributes.items()}


def shown(attribute: Attribute, values: Mapping[str, Any]) -> WireValue:
    """Return an attribute that the configuration leaves to the provider.

    Args:
        attribute: The attribute.
        values: The encoded state or inputs that have it. Without an argument the organization is
            the one of `home`.
    """
    value = values.get(attribute.key)
    if value is None and attribute.key == "organization_id":
        home = values.get("home")
        value = home.get("organization_id") if isinstance(home, Mapping) else home
    return to_wire(value, attribute.type)
