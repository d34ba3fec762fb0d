"""ReadDataSource: what a lookup of the core finds, as attributes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from mixpanel_plugin_rpc.messages import Message
from mixpanel_service_accounts.resources.fields import encode
from terraform_mixpanel.attributes import Attribute, attributes_of
from terraform_mixpanel.calls import Call
from terraform_mixpanel.wire_values import pack, to_core, to_wire, unpack


class DataSource(Struct, frozen=True):
    """A lookup: its arguments, and what it finds.

    Attributes:
        type_name: Such as `mixpanel_service_account`.
        description: What it finds, in Markdown.
        inputs: Its arguments.
        result: What it finds, a subclass of `inputs`.
        look_up: Takes a session of the core and the arguments, raw, and returns what is found.
    """

    type_name: str
    description: str
    inputs: type[Struct]
    result: type[Struct]
    look_up: Callable[[Any, Mapping[str, Any]], Struct]


def attributes_in(source: DataSource) -> Mapping[str, Attribute]:
    """Return the attributes of a data source."""
    return attributes_of(source.inputs, source.result)


def read_data(call: Call, source: DataSource, request: Message, response: Message) -> None:
    """Look up what a data source asks for."""
    config, attributes = unpack(request.config.msgpack), attributes_in(source)
    found = {
        one.key: to_core(config[name], one.type)
        for name, one in attributes.items()
        if one.given and config[name] is not None
    }
    with call.session() as session:
        values = encode(source.look_up(session, found))
    state = {
        name: to_wire(values.get(one.key), one.type) if config[name] is None else config[name]
        for name, one in attributes.items()
    }
    response.state.msgpack = pack(state)
