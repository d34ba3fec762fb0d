"""ImportResourceState, ReadResource, UpgradeResourceState: what exists, in the user's text."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from msgspec import Struct

from mixpanel_plugin_rpc.messages import Message
from mixpanel_service_accounts.api.errors import Refused
from mixpanel_service_accounts.resources.fields import encode
from terraform_mixpanel.attributes import VERSION, Kind
from terraform_mixpanel.calls import Call
from terraform_mixpanel.private_data import Private, load_private, remembered, store_private
from terraform_mixpanel.schemas import conform
from terraform_mixpanel.stored_resources import Stored, Visible, visible_of
from terraform_mixpanel.wire_values import WireValue, pack, to_wire, unpack

_SAFE_DIGITS = 18


def import_state(_call: Call, kind: Kind, request: Message, response: Message) -> None:
    """Answer with an id alone: Terraform reads every imported resource next."""
    state = {**dict.fromkeys(kind.attributes), "id": request.id}
    imported = response.imported_resources.add(type_name=kind.type_name)
    imported.state.msgpack = pack(state)
    imported.private = store_private(Private(importing=True))


def read(call: Call, kind: Kind, now: datetime, request: Message, response: Message) -> None:
    """Read a resource back; null in the response means that it is proven to be gone.

    Args:
        call: The call.
        kind: The kind of the resource.
        now: What counts as now in the plan that follows.
        request: The request.
        response: Takes what there is.
    """
    visible, private = unpack(request.current_state.msgpack), load_private(request.private)
    if call.unknown and not private.importing:
        call.warn(
            f"{kind.type_name} {visible['id']} was not refreshed: {', '.join(call.unknown)} of the "
            "provider block cannot be known before other resources are applied."
        )
        response.new_state.CopyFrom(request.current_state)
        response.private = request.private
        return
    state, olds = None, None
    if not private.importing:
        stored = Stored(kind, visible, private)
        state, olds = stored.state(), encode(stored.inputs())
    with call.session() as session:
        found = kind.resource.read(session, visible["id"], state)
    if found is None:
        response.new_state.msgpack = pack(None)
        return
    given = _given(kind, visible, olds, found.inputs)
    response.new_state.msgpack = pack(visible_of(kind, found.id, found.state, given))
    response.private = store_private(remembered(found.inputs, found.state, now))


def _given(
    kind: Kind, visible: Visible, olds: dict[str, Any] | None, inputs: Struct
) -> dict[str, WireValue]:
    """Return the inputs: in the user's own text if they are as recorded, else the server's value.

    Args:
        kind: The kind of the resource.
        visible: Its attributes so far.
        olds: Its recorded inputs, encoded; None if it was just imported.
        inputs: The inputs that would have led to what was read.
    """
    news = encode(inputs)

    def value(name: str, key: str, type_: Any) -> WireValue:  # noqa: ANN401 (a type)
        same = olds is not None and olds.get(key) == news.get(key)
        return visible[name] if same else to_wire(news.get(key), type_)

    return {
        name: value(name, one.key, one.type)
        for name, one in kind.attributes.items()
        if one.given and not one.write_only
    } | {name: visible[name] for name, one in kind.attributes.items() if one.write_only}


def upgrade(_call: Call, kind: Kind, request: Message, response: Message) -> None:
    """Bring a stored state into the form of today's schema.

    Raises:
        Refused: Another provider, or a later version of this one, wrote it.
    """
    if request.version < VERSION:
        raise Refused(
            f"Another provider wrote this state (its schema version is {request.version}, this "
            f"provider's first one is {VERSION}), and it lacks what this one records. Remove the "
            "resource from the state with `state rm`, which deletes nothing at Mixpanel, and "
            "import it."
        )
    if request.version > VERSION:
        raise Refused(
            f"A later version of this provider wrote this state (its schema version is "
            f"{request.version}, this provider's is {VERSION}). Use that version."
        )
    stored = json.loads(request.raw_state.json, parse_float=str, parse_int=_whole)
    response.upgraded_state.msgpack = pack(conform(stored, kind.attributes))


def _whole(digits: str) -> int | str:
    """Return a whole number; one that MessagePack has no integer for stays text."""
    return int(digits) if len(digits) <= _SAFE_DIGITS else digits
