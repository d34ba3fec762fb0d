"""The calls about one resource: Check, Diff, Create, Read, Update, Delete."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from msgspec import Struct

from mixpanel_plugin_rpc.messages import Message, load
from mixpanel_service_accounts.resources.contract import Resource
from mixpanel_service_accounts.resources.default_name import default_name
from mixpanel_service_accounts.resources.fields import UNKNOWN, decode, encode, fields_of
from mixpanel_service_accounts.resources.session import Session
from pulumi_mixpanel.camel_case import camel_case, camel_path, inward
from pulumi_mixpanel.plugin.connection import Connection
from pulumi_mixpanel.plugin.detailed_diff import detailed_diff
from pulumi_mixpanel.plugin.engine_log import EngineLog
from pulumi_mixpanel.plugin.failures import PartlyMade, sentence
from pulumi_mixpanel.plugin.kinds import KINDS, WITHOUT
from pulumi_mixpanel.plugin.property_names import outward
from pulumi_mixpanel.plugin.schema import is_given
from pulumi_mixpanel.plugin.spelling import spelled
from pulumi_mixpanel.plugin.wire_values import pack, unpack

_NONE, _SOME = 1, 2
_PROPOSE_NO_NAME = 2
"""The engine's setting that no name is to be proposed."""
_DYNAMIC = "__provider"
"""The key of a state that the dynamic provider wrote, and this plugin has not written yet."""


class ResourceCalls:
    """Answers the calls about resources.

    Args:
        connection: Where sessions come from.
        log: Where lines for the user go.
    """

    def __init__(self, connection: Connection, log: EngineLog) -> None:
        self._connection = connection
        self._log = log

    def check(self, request: Message) -> Message:
        """Return the normalised inputs, or what is wrong with each."""
        rules, response = _rules(request), _message("CheckResponse")()
        news, olds = inward(rules.Inputs, unpack(request.news)), _inputs(rules, request.olds)
        _fill_in_name(rules, request, news, olds)
        for key in _foreign(rules, news, olds):
            names = ", ".join(camel_case(name) for name in _given(rules))
            reason = f"{rules.KIND} has no input {key!r}; it has {names}."
            response.failures.add(property=key, reason=reason)
        with self._session(request, f"Checking a {rules.KIND}") as session:
            checked = rules.check(session, decode(rules.Inputs, olds) if olds else None, news)
            for line in checked.warnings:
                session.warn_once(line)
            for line in checked.notes:
                session.announce(line)
        for failure in checked.failures:
            response.failures.add(
                property=camel_path(failure.property), reason=spelled(failure.reason)
            )
        if checked.inputs is not None:
            response.inputs.CopyFrom(pack(outward(rules.Inputs, encode(checked.inputs))))
        return response

    def diff(self, request: Message) -> Message:
        """Return what a change of inputs leads to."""
        rules, id_ = _rules(request), request.id
        inputs = decode(rules.Inputs, _inputs(rules, request.news))
        with self._session(request, f"Comparing {rules.KIND} {id_}") as session:
            of_diff = self._connection.of_diff(session, request.urn, id_)
            found = rules.diff(of_diff, id_, _state(rules, request.olds), inputs)
            for line in found.notes:
                session.announce(line)
        olds = outward(rules.Inputs, _inputs(rules, request.old_inputs))
        given: type[Struct] = rules.Inputs
        recorded = [one.name for one in fields_of(given).values() if one.recorded]
        details = detailed_diff(found, olds, outward(rules.Inputs, encode(inputs)), recorded)
        moved = _DYNAMIC in request.olds.fields
        response = _message("DiffResponse")(
            changes=_SOME if found.changes or moved else _NONE,
            replaces=[camel_case(name) for name in found.replaces],
            deleteBeforeReplace=found.delete_before_replace,
            diffs=[camel_case(name) for name in found.changed if name],
            hasDetailedDiff=True,
        )
        for path, kind in details.items():
            response.detailedDiff[path].kind = kind
            response.detailedDiff[path].inputDiff = True
        return response

    def create(self, request: Message) -> Message:
        """Create a resource; a preview returns what is known of it beforehand."""
        rules = _rules(request)
        inputs = decode(rules.Inputs, _inputs(rules, request.properties))
        if request.preview:
            properties = outward(rules.State, _foreseen(rules, inputs))
            return _message("CreateResponse")(properties=pack(properties))
        left = "It is not in the state; the next up makes it."
        with self._session(request, f"Creating a {rules.KIND}", left) as session:
            created = rules.create(session, inputs)
        properties = outward(rules.State, encode(created.state))
        if created.problem:
            news = outward(rules.Inputs, encode(inputs))
            raise PartlyMade(created.id, properties, news, [created.problem])
        return _message("CreateResponse")(id=created.id, properties=pack(properties))

    def read(self, request: Message) -> Message:
        """Read a resource back, or by its id alone for an import; without an id it is gone."""
        rules, id_ = _rules(request), request.id
        state = _state(rules, request.properties) if request.properties.fields else None
        doing = f"Reading {rules.KIND} {id_}"
        with self._session(request, doing, "The state is as it was.") as session:
            found = rules.read(session, id_, state)
        if found is None:
            return _message("ReadResponse")()
        self._connection.note_read(request.urn, found.id)
        return _message("ReadResponse")(
            id=found.id,
            properties=pack(outward(rules.State, encode(found.state))),
            inputs=pack(outward(rules.Inputs, encode(found.inputs))),
        )

    def update(self, request: Message) -> Message:
        """Change a resource in place; a preview returns what is known of it beforehand."""
        rules, id_ = _rules(request), request.id
        state = _state(rules, request.olds)
        inputs = decode(rules.Inputs, _inputs(rules, request.news))
        left = "The state is as it was; the next up goes on from there."
        with self._session(request, f"Updating {rules.KIND} {id_}", left) as session:
            if request.preview:
                diff = rules.diff(session, id_, state, inputs)
                found = _changed(state, inputs, diff.unsettled)
            else:
                found = encode(rules.update(session, id_, state, inputs))
        return _message("UpdateResponse")(properties=pack(outward(rules.State, found)))

    def delete(self, request: Message) -> Message:
        """Delete a resource."""
        rules, id_ = _rules(request), request.id
        left = "It is still in the state; the next up or destroy tries again."
        with self._session(request, f"Deleting {rules.KIND} {id_}", left) as session:
            rules.delete(session, id_, _state(rules, request.properties))
        return load("pulumirpc").message("google.protobuf.Empty")()

    @contextmanager
    def _session(self, request: Message, doing: str, left: str = "") -> Iterator[Session]:
        """Open a session; an error leaves the block as one sentence."""
        problem: BaseException | None = None
        try:
            with self._connection.session(self._log.reporter(request.urn)) as session:
                yield session
        except BaseException as error:  # noqa: BLE001 (a foreign error's text may hold anything)
            problem = error
        if problem is not None:
            raise sentence(doing, problem, left) from None


def _message(name: str) -> Message:
    return load("pulumirpc").message(f"pulumirpc.{name}")


def _rules(request: Message) -> Resource[Any, Any]:
    """Return the rules of the resource that a request is about."""
    type_ = request.type or request.urn.split("::")[2].rpartition("$")[2]
    return KINDS[type_].rules


def _inputs(rules: Resource[Any, Any], properties: Message) -> dict[str, Any]:
    kind: type[Struct] = rules.Inputs
    return inward(kind, unpack(properties))


def _state(rules: Resource[Any, Any], properties: Message) -> Any:  # noqa: ANN401
    kind: type[Struct] = rules.State
    return decode(kind, inward(kind, unpack(properties)))


def _given(rules: Resource[Any, Any]) -> list[str]:
    kind: type[Struct] = rules.Inputs
    return [one.name for one in fields_of(kind).values() if is_given(one)]


def _foreign(
    rules: Resource[Any, Any], news: Mapping[str, Any], olds: Mapping[str, Any]
) -> list[str]:
    """Return the inputs that the resource does not have.

    What an earlier check recorded comes again with an import and with `ignoreChanges`; `__defaults`
    and the like are an SDK's.
    """
    kind: type[Struct] = rules.Inputs
    known = {name for name in fields_of(kind) if name not in WITHOUT or name in olds}
    return [key for key in news if key not in known and not key.startswith("__")]


def _fill_in_name(
    rules: Resource[Any, Any],
    request: Message,
    news: dict[str, Any],
    olds: Mapping[str, Any],
) -> None:
    """Put a name into inputs without one: the proposed name, else one of stack and resource."""
    if "name" in news or "name" not in _given(rules):
        return
    proposed = request.autonaming
    if request.HasField("autonaming") and proposed.mode == _PROPOSE_NO_NAME:
        return
    stack, resource = request.urn.split("::")[0].rpartition(":")[2], request.urn.split("::", 3)[3]
    if proposed.proposed_name:  # the engine proposes another one each time
        news["name"] = olds.get("name") or proposed.proposed_name
    else:
        news["name"] = default_name(stack, resource)


def _foreseen(rules: Resource[Any, Any], inputs: Struct) -> dict[str, Any]:
    """Return the outputs of a resource that is to be created: its inputs, and unknown ones."""
    kind: type[Struct] = rules.State
    given, stored = fields_of(type(inputs)), fields_of(kind)
    known = encode(inputs)
    outputs = {name: UNKNOWN for name, one in stored.items() if name not in given or one.secret}
    return {**known, **outputs, **_place(known, None)}


def _changed(state: Struct, inputs: Struct, unsettled: tuple[str, ...]) -> dict[str, Any]:
    """Return the outputs of a resource that is to be updated."""
    given = {name for name, one in fields_of(type(inputs)).items() if not one.secret}
    before = encode(state)
    stays = {name: value for name, value in before.items() if name not in given}
    known = {name: value for name, value in encode(inputs).items() if name in given}
    found = {**stays, **known, **_place(known, before.get("home"))}
    return {**found, **dict.fromkeys(unsettled, UNKNOWN)}


def _place(known: Mapping[str, Any], before: object) -> dict[str, Any]:
    """Return where a resource will live: the organization may be one that only the login knows."""
    home = known.get("home")
    if not isinstance(home, Mapping):
        return {}
    old = before.get("organization_id") if isinstance(before, Mapping) else None
    return {"home": {**home, "organization_id": home.get("organization_id") or old or UNKNOWN}}
