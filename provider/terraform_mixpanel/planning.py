"""PlanResourceChange: a check and a diff, as planned attributes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from mixpanel_plugin_rpc.messages import Message
from mixpanel_service_accounts.resources.contract import Diff
from mixpanel_service_accounts.resources.fields import encode
from terraform_mixpanel.attributes import Attribute, Kind
from terraform_mixpanel.calls import Call
from terraform_mixpanel.diagnostics import path_of
from terraform_mixpanel.private_data import Private, load_private, store_private
from terraform_mixpanel.stored_resources import (
    Stored,
    Visible,
    given_values,
    shown,
)
from terraform_mixpanel.wire_values import UNKNOWN_ON_THE_WIRE, WireValue, pack, unpack


class Planned(Struct):
    """A plan for one resource.

    Attributes:
        attributes: As they will be.
        replaces: The names of those whose change requires a new resource.
        private: What the apply needs.
    """

    attributes: dict[str, WireValue]
    replaces: tuple[str, ...]
    private: Private


def plan(call: Call, kind: Kind, now: datetime, request: Message, response: Message) -> None:
    """Plan a change; write it into the response.

    Args:
        call: The call.
        kind: The kind of the resource.
        now: The plan's instant, but for a resource with dates: there it is when it was last read.
        request: The request.
        response: Takes the plan.
    """
    config, prior = unpack(request.config.msgpack), unpack(request.prior_state.msgpack)
    private = load_private(request.prior_private)
    if prior is None:
        planned = _plan_create(call, kind, now, config)
    else:
        planned = _plan_change(call, Stored(kind, prior, private), now, config)
    if planned is None:
        return
    if request.client_capabilities.write_only_attributes_allowed:
        planned.attributes.update(dict.fromkeys(_write_only(kind)))
    response.planned_state.msgpack = pack(planned.attributes)
    response.requires_replace.extend(path_of(name) for name in planned.replaces)
    response.planned_private = store_private(planned.private)


def _write_only(kind: Kind) -> list[str]:
    return [name for name, one in kind.attributes.items() if one.write_only]


def _given_fillable(kind: Kind, config: Visible) -> list[str]:
    """Return which of the attributes that may be filled the configuration gives."""
    return [
        name
        for name, one in kind.attributes.items()
        if one.role == "filled" and config.get(name) is not None
    ]


def _plan_create(call: Call, kind: Kind, now: datetime, config: Visible) -> Planned | None:
    """Plan a create: what the configuration leaves to the provider is unknown."""
    with call.session(now) as session:
        checked = kind.resource.check(session, None, given_values(kind, config))
    if call.report(kind, checked) is None:
        return None

    def value(attribute: Attribute) -> WireValue:
        found = config.get(attribute.name) if attribute.given else None
        if found is None and attribute.role in ("filled", "computed"):
            return UNKNOWN_ON_THE_WIRE
        return found

    attributes = {name: value(one) for name, one in kind.attributes.items()}
    private = Private(instant=now, given=_given_fillable(kind, config))
    return Planned(attributes, (), private)


def _plan_change(call: Call, stored: Stored, now: datetime, config: Visible) -> Planned | None:
    """Plan a change of what exists; attributes that the change leaves alone stay as they are."""
    kind, prior = stored.kind, stored.visible
    instant = stored.private.read_at or now
    with call.session(instant) as session:
        checked = kind.resource.check(session, stored.inputs(), given_values(kind, config))
        news = call.report(kind, checked)
        if news is None:
            return None
        diff = kind.resource.diff(session, stored.id, stored.state(), news)
    for line in diff.notes:
        call.warn(line)
    inputs = encode(news)
    attributes = {
        name: _changed(one, config, prior, inputs, diff) for name, one in kind.attributes.items()
    }
    replaces = _visibly_replacing(attributes, prior, diff)
    if diff.replaces and not replaces:
        attributes["id"], replaces = UNKNOWN_ON_THE_WIRE, ("id",)
    given = _given_fillable(kind, config)
    return Planned(attributes, replaces, replace(stored.private, instant=instant, given=given))


def _changed(
    attribute: Attribute, config: Visible, prior: Visible, inputs: dict[str, Any], diff: Diff
) -> WireValue:
    """Return the planned value of one attribute."""
    found = config.get(attribute.name)
    if attribute.role in ("required", "optional") or (attribute.given and found is not None):
        return found
    if attribute.key in diff.unsettled:
        return UNKNOWN_ON_THE_WIRE
    follows_home = attribute.key == "organization_id" and "home" in diff.changed
    if attribute.key in (*diff.changed, *diff.replaces) or follows_home:
        return _planned_place(attribute, inputs) or shown(attribute, inputs)
    return prior[attribute.name]


def _planned_place(attribute: Attribute, inputs: dict[str, Any]) -> WireValue:
    """Return an unknown value for a place whose organization only the login knows; else None."""
    if attribute.key not in ("home", "organization_id"):
        return None
    home = inputs.get("home")
    known = isinstance(home, dict) and home.get("organization_id") is not None
    return None if known else UNKNOWN_ON_THE_WIRE


def _visibly_replacing(
    attributes: dict[str, WireValue], prior: Visible, diff: Diff
) -> tuple[str, ...]:
    """Return the attributes that replace, of those whose value changes: Terraform drops others."""
    return tuple(
        name for name in diff.replaces if name in attributes and attributes[name] != prior[name]
    )
