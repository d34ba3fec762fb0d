"""The provider: every call of plugin protocol 6 that it answers."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone

from mixpanel_plugin_rpc.handlers import AtOnce, Method
from mixpanel_plugin_rpc.messages import Message, load
from mixpanel_plugin_rpc.stop import Stop
from mixpanel_service_accounts.api.clock import SYSTEM_CLOCK, Clock
from mixpanel_service_accounts.configuration import Configuration
from mixpanel_service_accounts.resources.stoppable_clock import stoppable
from terraform_mixpanel.applying import apply
from terraform_mixpanel.attributes import VERSION, Kind
from terraform_mixpanel.calls import Call, Opens
from terraform_mixpanel.data_sources import DataSource, attributes_in, read_data
from terraform_mixpanel.planning import plan
from terraform_mixpanel.provider_block import ATTRIBUTES, Configured, configure
from terraform_mixpanel.reading import import_state, read, upgrade
from terraform_mixpanel.schemas import schema_of
from terraform_mixpanel.stored_resources import as_it_may_exist, given_values
from terraform_mixpanel.wire_values import unpack

Connect = Callable[[Configuration, Clock], Opens]
"""Takes a configuration and a clock, and returns what opens sessions on it."""

Act = Callable[[Call, Kind, Message, Message], None]
"""Takes a call, the kind of its resource and its request, and writes into its response."""

BEFORE_ALL = datetime(1970, 1, 1, tzinfo=timezone.utc)
"""The instant of a validation. It sees no state, and so does not know whether a date in the past
was in the future when it was set; the plan does."""


class Provider:
    """A provider of resources and data sources.

    Args:
        kinds: Its resources.
        sources: Its data sources.
        connect: Makes the core's sessions.
        clock: Where time comes from.
        environment: Where environment variables come from; default: the process's.
    """

    def __init__(
        self,
        kinds: Sequence[Kind],
        sources: Sequence[DataSource],
        connect: Connect,
        *,
        clock: Clock = SYSTEM_CLOCK,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._kinds = {kind.type_name: kind for kind in kinds}
        self._sources = {source.type_name: source for source in sources}
        self._connect = connect
        self._environment = os.environ if environment is None else environment
        self._stop = Stop()
        self._clock = stoppable(clock, self._stop)
        self._configured = Configured(Configuration())
        self._opens = self._unconfigured = connect(Configuration(), self._clock)

    @property
    def methods(self) -> Mapping[str, Method]:
        """What answers each call, by the method's name."""
        return {
            "GetMetadata": self._metadata,
            "GetProviderSchema": self._schema,
            "ValidateProviderConfig": self._finding_nothing("ValidateProviderConfig"),
            "ConfigureProvider": self._configure,
            "StopProvider": AtOnce(self._stop_waits),
            "ValidateResourceConfig": self._validate,
            "ValidateDataResourceConfig": self._finding_nothing("ValidateDataResourceConfig"),
            "UpgradeResourceState": self._on("UpgradeResourceState", "read the state of", upgrade),
            "PlanResourceChange": self._on("PlanResourceChange", "plan", self._plan),
            "ApplyResourceChange": self._on("ApplyResourceChange", "apply", apply),
            "ReadResource": self._on("ReadResource", "read", self._read),
            "ImportResourceState": self._on("ImportResourceState", "import", import_state),
            "ReadDataSource": self._read_data,
        }

    def _metadata(self, _request: Message) -> Message:
        response = _response("GetMetadata")
        response.server_capabilities.get_provider_schema_optional = True
        for name in self._kinds:
            response.resources.add(type_name=name)
        for name in self._sources:
            response.data_sources.add(type_name=name)
        return response

    def _schema(self, _request: Message) -> Message:
        response = _response("GetProviderSchema")
        response.server_capabilities.get_provider_schema_optional = True
        response.provider.CopyFrom(schema_of(ATTRIBUTES.values()))
        for name, kind in self._kinds.items():
            schema = schema_of(kind.attributes.values(), kind.description, VERSION)
            response.resource_schemas[name].CopyFrom(schema)
        for name, source in self._sources.items():
            schema = schema_of(attributes_in(source).values(), source.description)
            response.data_source_schemas[name].CopyFrom(schema)
        return response

    @staticmethod
    def _finding_nothing(method: str) -> Method:
        """Return a method that finds nothing wrong: the schema and the plan find all there is."""
        return lambda _request: _response(method)

    def _configure(self, request: Message) -> Message:
        def act(call: Call, _response: Message) -> None:
            for problem in self._configured.configuration.problems:
                call.error("Invalid provider configuration", problem)

        self._stop.clear()  # a server under test outlives the run that was interrupted
        self._configured = configure(unpack(request.config.msgpack), self._environment)
        self._opens = self._connect(self._configured.configuration, self._clock)
        return self._answer("ConfigureProvider", "configure the provider", act)

    def stop(self) -> None:
        """Cut every wait, and let no call begin that has sent nothing; calls in flight end."""
        self._stop.request()

    def _stop_waits(self, _request: Message) -> Message:
        self.stop()
        return _response("StopProvider")

    def _validate(self, request: Message) -> Message:
        """Check a configuration on its own: unconfigured, before every date, as if it existed."""

        def act(call: Call, kind: Kind, request: Message, _response: Message) -> None:
            with self._unconfigured(call, BEFORE_ALL) as session:
                news = given_values(kind, unpack(request.config.msgpack))
                olds = as_it_may_exist(kind, news)
                call.report_failures(kind, kind.resource.check(session, olds, news))

        return self._on("ValidateResourceConfig", "check", act)(request)

    def _plan(self, call: Call, kind: Kind, request: Message, response: Message) -> None:
        plan(call, kind, self._clock.now(), request, response)

    def _read(self, call: Call, kind: Kind, request: Message, response: Message) -> None:
        read(call, kind, self._clock.now(), request, response)

    def _read_data(self, request: Message) -> Message:
        source = self._sources[request.type_name]
        return self._answer(
            "ReadDataSource",
            f"look up {source.type_name}",
            lambda call, response: read_data(call, source, request, response),
        )

    def _on(self, method: str, doing: str, act: Act) -> Method:
        """Return a method that acts on the resource that its request names."""

        def answer(request: Message) -> Message:
            kind = self._kinds[request.type_name]
            return self._answer(
                method,
                f"{doing} {kind.type_name}",
                lambda call, response: act(call, kind, request, response),
            )

        return answer

    def _answer(self, method: str, doing: str, act: Callable[[Call, Message], None]) -> Message:
        """Return the response of a call; an error is a diagnostic in what it has by then."""
        response = _response(method)
        call = Call(self._opens, response.diagnostics, f"Cannot {doing}", self._configured.unknown)
        try:
            act(call, response)
        except BaseException as problem:  # noqa: BLE001 (the outermost edge)
            call.fail(problem)
        return response


def _response(method: str) -> Message:
    return load("tfplugin6").message(f"tfplugin6.{method}.Response")()
