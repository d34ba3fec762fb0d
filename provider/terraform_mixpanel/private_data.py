"""What the provider keeps beside a resource's attributes, in Terraform's private data.

Attributes keep the text of the configuration, for Terraform allows no other. Here are the
normalised inputs of the last run, which the rules compare with, and of a plan what its apply needs
to decide the same again. Nothing secret is in it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from mixpanel_service_accounts.resources.fields import encode, fields_of


class Private(Struct, frozen=True, omit_defaults=True):
    """The private data of a resource, or of its plan.

    Attributes:
        inputs: The normalised inputs of the last run; None if there was none.
        state: What the state holds of the inputs, if it differs from them; None for what it lacks.
        importing: Whether the resource was just imported, and is still to be read by its id.
        read_at: When a resource with dates was last read. It decides what is due: Terraform plans
            again when it applies, and nothing else that it sends then is as old as the first plan.
        instant: What counted as now in the plan's check.
        given: The attributes that the planned configuration gives, of those that may be filled.
    """

    inputs: dict[str, Any] | None = None
    state: dict[str, Any] = {}
    importing: bool = False
    read_at: datetime | None = None
    instant: datetime | None = None
    given: list[str] = []


def load_private(data: bytes) -> Private:
    """Return stored private data; that of no resource of ours counts as none.

    Raises:
        msgspec.DecodeError: It is not what `store_private` wrote.
    """
    return msgspec.json.decode(data, type=Private) if data else Private()


def store_private(private: Private) -> bytes:
    """Return private data as it is stored."""
    return msgspec.json.encode(private)


def remembered(inputs: Struct, state: Struct, instant: datetime | None) -> Private:
    """Return what to keep of a resource after it was created, changed or read.

    Args:
        inputs: Its normalised inputs.
        state: Its whole state.
        instant: What counted as now.
    """
    fields = fields_of(type(inputs))
    secret = {name for name, field in fields.items() if field.secret}
    ours = {name: value for name, value in encode(inputs).items() if name not in secret}
    held = encode(state)
    differing = {
        name: held.get(name)
        for name in fields
        if name not in secret and held.get(name) != ours.get(name)
    }
    return Private(inputs=ours, state=differing, read_at=instant if has_dates(inputs) else None)


def has_dates(inputs: Struct) -> bool:
    """Return whether a check recorded an instant, and so whether anything can become due."""
    return any(
        field.recorded and field.type is str and getattr(inputs, name) is not None
        for name, field in fields_of(type(inputs)).items()
    )
