"""The provider: every call of Pulumi's plugin protocol that it answers."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from mixpanel_plugin_rpc.handlers import AtOnce, Method
from mixpanel_plugin_rpc.messages import Message, load
from mixpanel_plugin_rpc.stop import Stop
from mixpanel_service_accounts.api.clock import SYSTEM_CLOCK, Clock
from mixpanel_service_accounts.resources.fields import UNKNOWN, encode
from mixpanel_service_accounts.resources.stoppable_clock import stoppable
from pulumi_mixpanel.camel_case import inward
from pulumi_mixpanel.plugin.connection import Connection
from pulumi_mixpanel.plugin.engine_log import EngineLog
from pulumi_mixpanel.plugin.failures import sentence
from pulumi_mixpanel.plugin.kinds import LOOKUPS
from pulumi_mixpanel.plugin.property_names import outward
from pulumi_mixpanel.plugin.resource_calls import ResourceCalls
from pulumi_mixpanel.plugin.schema import answered
from pulumi_mixpanel.plugin.wire_values import SecretValue, pack, unpack

_NONE, _SOME = 1, 2


class Provider:
    """Answers the engine.

    Args:
        log: Where lines for the user go.
        clock: Where time, sleep and chance come from.
        environment: The environment variables; default: the process's.
    """

    def __init__(
        self,
        log: EngineLog,
        clock: Clock = SYSTEM_CLOCK,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._log = log
        self._stop = Stop()
        found = os.environ if environment is None else environment
        self._connection = Connection(stoppable(clock, self._stop), found)
        calls = ResourceCalls(self._connection, log)
        self.methods: Mapping[str, Method] = {
            "Handshake": self._handshake,
            "Attach": self._attach,
            "GetPluginInfo": _plugin_info,
            "GetSchema": _schema,
            "CheckConfig": _check_config,
            "DiffConfig": _diff_config,
            "Configure": self._configure,
            "Check": calls.check,
            "Diff": calls.diff,
            "Create": calls.create,
            "Read": calls.read,
            "Update": calls.update,
            "Delete": calls.delete,
            "Invoke": self._invoke,
            "Cancel": AtOnce(self._cancel),
        }

    def _handshake(self, request: Message) -> Message:
        if request.engine_address:
            self._log.connect(request.engine_address)
        return _message("ProviderHandshakeResponse")(supports_autonaming_configuration=True)

    def _attach(self, request: Message) -> Message:
        self._log.connect(request.address)
        return _empty()

    def _configure(self, request: Message) -> Message:
        self._stop.clear()  # a server that an engine attached to outlives a run that was stopped
        configured = _texts(unpack(request.args))
        for key, value in request.variables.items():
            configured.setdefault(key.rpartition(":")[2], value)
        explicit = bool(request.name) and not request.name.startswith("default")
        self._connection.configure(configured, explicit=explicit)
        return _message("ConfigureResponse")(
            supportsPreview=True, supports_autonaming_configuration=True
        )

    def _invoke(self, request: Message) -> Message:
        lookup = LOOKUPS[request.tok]
        given = inward(lookup.inputs, unpack(request.args))
        problem: BaseException | None = None
        found: dict[str, Any] = {}
        try:
            with self._connection.session(self._log.reporter("")) as session:
                found = outward(lookup.result, encode(lookup.look_up(session, given)))
        except BaseException as error:  # noqa: BLE001 (a foreign error's text may hold anything)
            problem = error
        if problem is not None:
            raise sentence(request.tok.rpartition(":")[2], problem) from None
        response = _message("InvokeResponse")()
        getattr(response, "return").CopyFrom(pack(found))
        return response

    def stop(self) -> None:
        """Cut every wait, and let no call begin that has sent nothing; calls in flight end."""
        self._stop.request()

    def _cancel(self, _request: Message) -> Message:
        self.stop()
        return _empty()


def _message(name: str) -> Message:
    return load("pulumirpc").message(f"pulumirpc.{name}")


def _empty() -> Message:
    return load("pulumirpc").message("google.protobuf.Empty")()


def plugin_version() -> str:
    """Return the version of the distribution; empty if it is not installed as one."""
    # Here, and not above: it is slow to import, and a plugin that starts does without.
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

    try:
        return version("pulumi-mixpanel")
    except PackageNotFoundError:
        return ""


def _plugin_info(_request: Message) -> Message:
    return _message("PluginInfo")(version=plugin_version())


def _schema(_request: Message) -> Message:
    return _message("GetSchemaResponse")(schema=answered(plugin_version()))


def _check_config(request: Message) -> Message:
    """Return a configuration as it is; its secret is one, however it was given."""
    response = _message("CheckResponse")()
    news = unpack(request.news)
    if "secret" in news:
        news["secret"] = SecretValue(news["secret"])
    response.inputs.CopyFrom(pack(news))
    return response


def _diff_config(request: Message) -> Message:
    """Return whether a configuration differs: never a reason to replace what it made."""
    olds, news = unpack(request.old_inputs), unpack(request.news)
    return _message("DiffResponse")(changes=_SOME if olds != news else _NONE)


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Return a configuration as text: an SDK sends JSON, a YAML program plain values."""
    return {
        key: _text(value) for key, value in values.items() if value is not UNKNOWN and value != ""
    }


def _text(value: Any) -> str:  # noqa: ANN401 (a text, a number or a flag)
    return value if isinstance(value, str) else json.dumps(value)
