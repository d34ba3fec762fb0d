"""ApplyResourceChange: a check at the plan's instant, then create, update or delete."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from mixpanel_plugin_rpc.messages import Message
from mixpanel_service_accounts.api.errors import Refused
from terraform_mixpanel.attributes import Kind
from terraform_mixpanel.calls import Call
from terraform_mixpanel.private_data import Private, load_private, remembered, store_private
from terraform_mixpanel.stored_resources import (
    Stored,
    Visible,
    given_values,
    visible_of,
)
from terraform_mixpanel.wire_values import WireValue, is_wholly_known, pack, unpack


def apply(call: Call, kind: Kind, request: Message, response: Message) -> None:
    """Carry out a planned change; write what there is afterwards into the response.

    Until it succeeds, the response has the resource as it was, so that Terraform keeps it.
    """
    prior, planned = unpack(request.prior_state.msgpack), unpack(request.planned_state.msgpack)
    private = load_private(request.planned_private)
    before = replace(private, instant=None, given=[])
    response.new_state.msgpack = pack(prior)
    if prior is not None:
        response.private = store_private(before)
    if planned is None:
        call.doing = f"Cannot delete {kind.type_name}"
        _delete(call, Stored(kind, prior, before))
        response.new_state.msgpack = pack(None)
        response.ClearField("private")
        return
    given = _given(kind, planned, unpack(request.config.msgpack), private)
    change = Change(kind, given, planned, private)
    if prior is None:
        call.doing = f"Cannot create {kind.type_name}"
        _create(call, change, response)
    else:
        call.doing = f"Cannot update {kind.type_name}"
        _update(call, change, Stored(kind, prior, private), response)


class Change(Struct, frozen=True):
    """A planned change.

    Attributes:
        kind: The kind of the resource.
        given: What the planned configuration gives, now that all is known.
        planned: The planned attributes.
        private: The plan's.
    """

    kind: Kind
    given: Visible
    planned: Visible
    private: Private


def _given(kind: Kind, planned: Visible, config: Visible, private: Private) -> Visible:
    """Return what the planned configuration gives, now that all is known.

    It is the plan, and not the configuration, that knows what `ignore_changes` ignores.
    """

    def value(name: str) -> WireValue:
        found = planned[name]
        return found if found is not None and is_wholly_known(found) else config[name]

    return {
        name: value(name)
        for name, one in kind.attributes.items()
        if (one.role in ("required", "optional") or name in private.given)
        and (planned[name] is not None or one.write_only)
    }


def _delete(call: Call, stored: Stored) -> None:
    with call.session() as session:
        stored.kind.resource.delete(session, stored.id, stored.state())


def _create(call: Call, change: Change, response: Message) -> None:
    kind = change.kind
    with call.session(change.private.instant) as session:
        checked = kind.resource.check(session, None, given_values(kind, change.given))
        inputs = call.report_failures(kind, checked)
        if inputs is None:
            return
        created = kind.resource.create(session, inputs)
    _store(change, created.id, inputs, created.state, response)
    if created.problem:  # with an error beside it, Terraform keeps the resource as tainted
        call.error(f"{kind.type_name} {created.id} was created incompletely", created.problem)


def _update(call: Call, change: Change, stored: Stored, response: Message) -> None:
    kind, state = change.kind, stored.state()
    with call.session(change.private.instant) as session:
        checked = kind.resource.check(session, stored.inputs(), given_values(kind, change.given))
        inputs = call.report_failures(kind, checked)
        if inputs is None:
            return
        diff = kind.resource.diff(session, stored.id, state, inputs)
        if diff.replaces:
            raise Refused(
                f"The plan says update, and now that all values are known, a change of "
                f"{', '.join(diff.replaces)} requires a new resource. Nothing was changed; plan "
                "again."
            )
        if diff.changes:
            state = kind.resource.update(session, stored.id, state, inputs)
    _store(change, stored.id, inputs, state, response)


def _store(change: Change, id_: str, inputs: Struct, state: Struct, response: Message) -> None:
    """Write a resource into the response; a write-only argument is in it only if it was planned."""
    visible = visible_of(change.kind, id_, state, change.given)
    for name, one in change.kind.attributes.items():
        if one.write_only:
            visible[name] = change.planned[name]
    response.new_state.msgpack = pack(visible)
    response.private = store_private(remembered(inputs, state, change.private.instant))
