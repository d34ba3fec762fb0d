"""The attributes of a resource: which of the core's fields a configuration gives or reads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from mixpanel_service_accounts.resources.contract import Resource
from mixpanel_service_accounts.resources.fields import Field, fields_of

EXISTING_SECRET = "existing_secret"  # noqa: S105 (the name of an attribute)
"""The input `secret` of the core; `secret` itself is an output in Terraform."""

VERSION = 1
"""The version of every resource's schema. Not 0, which other providers of the same type names
write."""

_WITHOUT = ("adopt",)
"""Inputs that have no place here: an import adopts."""

Role = Literal["required", "optional", "filled", "computed"]
"""Who sets an attribute: the configuration; the configuration or nobody; the configuration or the
provider; the provider."""


class Attribute(Struct, frozen=True):
    """One attribute of a resource, a data source or the provider block.

    Attributes:
        name: Its name in Terraform.
        key: The name of the core's field.
        type: The Python type of the core's field.
        description: What it means.
        role: Who sets it.
        sensitive: Whether Terraform hides it on screen.
        write_only: Whether a CLI that knows write-only arguments keeps it out of the state.
    """

    name: str
    key: str
    type: Any
    description: str
    role: Role
    sensitive: bool = False
    write_only: bool = False

    @property
    def given(self) -> bool:
        """Whether a configuration may set it."""
        return self.role != "computed"


class Kind(Struct, frozen=True):
    """A kind of resource as Terraform sees it.

    Attributes:
        type_name: Such as `mixpanel_service_account`.
        description: What it is, in Markdown.
        resource: Its rules.
        attributes: By name.
    """

    type_name: str
    description: str
    resource: Resource[Any, Any]
    attributes: Mapping[str, Attribute]


def kind_of(resource: Resource[Any, Any], description: str) -> Kind:
    """Return a resource of the core as Terraform sees it.

    Args:
        resource: Its rules.
        description: What it is, in Markdown.
    """
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", resource.KIND).lower()
    given: type[Struct] = resource.Inputs
    stored: type[Struct] = resource.State
    inputs, outputs = fields_of(given), fields_of(stored)
    found = [
        Attribute("id", "id", str, "What `import` takes, and what the state calls it.", "computed")
    ]
    for name, field in outputs.items():
        if name in _WITHOUT:
            continue
        if name in inputs and field.secret:
            found.append(_existing_secret(field))
            found.append(_output_alone(field))
        else:
            found.append(_attribute(field, _role(inputs.get(name))))
    by_name = {one.name: one for one in found}
    return Kind(f"mixpanel_{words}", description, resource, by_name)


def _role(field: Field | None) -> Role:
    if field is None or field.recorded:
        return "computed"
    if not field.optional:
        return "required"
    return "filled" if field.filled or field.kept else "optional"


def _attribute(field: Field, role: Role) -> Attribute:
    return Attribute(field.name, field.name, field.type, field.description, role, field.secret)


def _output_alone(field: Field) -> Attribute:
    """Return an output whose input has another name, without what its text says of the input."""
    output, _, _ = field.description.partition(" As an input:")
    return replace(_attribute(field, "computed"), description=output)


def _existing_secret(field: Field) -> Attribute:
    return Attribute(
        EXISTING_SECRET,
        field.name,
        field.type,
        "The secret of an imported account, if you still have it: `secret` has it until Mixpanel "
        "gives a new one. Write-only where the CLI knows write-only arguments.",
        "optional",
        sensitive=True,
        write_only=True,
    )


def attributes_of(inputs: type[Struct], outputs: type[Struct]) -> Mapping[str, Attribute]:
    """Return the attributes of a data source or a provider block, by name.

    Args:
        inputs: What a configuration gives.
        outputs: What is read, a subclass of `inputs`; the same if nothing is.
    """
    given = fields_of(inputs)
    return {
        name: _attribute(field, _role(given.get(name)))
        for name, field in fields_of(outputs).items()
    }
