"""A program without a language: it registers resources as an SDK does, by the engine's protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import (
    LanguageRuntimeServicer,
    alias_pb2,
    language_pb2,
    language_pb2_grpc,
    plugin_pb2,
    resource_pb2,
    resource_pb2_grpc,
)

SIGNATURE = "4dabf18193072939515e22adb298388d"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SECRET = "1b47061264138c4ac30d75fd1eb44270"


def secret(value: object) -> dict[str, Any]:
    """Return a value as a program's secret, as on the wire."""
    return {SIGNATURE: SECRET, "value": value}


@dataclass
class Registered:
    """A resource that the engine registered.

    Attributes:
        urn: Its URN.
        id: Its id; empty in a preview of its creation.
        outputs: Its outputs, as on the wire: secrets and unknown ones have the protocol's marks.
    """

    urn: str
    id: str
    outputs: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 (values are of any type)
        return self.outputs.get(name)

    @property
    def reference(self) -> str:
        """How another resource names this one as its provider."""
        return f"{self.urn}::{self.id or UNKNOWN}"


@dataclass
class Program:
    """What a program registers with.

    Attributes:
        stack: The URN of the stack's own resource.
        config: The stack's configuration.
        failed: Whether the program ends as one that failed, after its outputs are registered.
    """

    monitor: Any
    run: Any
    stack: str = ""
    config: Mapping[str, str] = field(default_factory=dict)
    failed: bool = False

    def add(self, kind: str, name: str, props: Mapping[str, Any], **options: Any) -> Registered:  # noqa: ANN401
        """Register a resource of the plugin.

        Args:
            kind: Such as `ServiceAccount`, or a whole type with a colon.
            name: Its name.
            props: Its inputs; those of other resources' outputs as they came.
            options: Fields of RegisterResourceRequest, `aliases` as types or URNs among them.
        """
        type_ = kind if ":" in kind else f"mixpanel:index:{kind}"
        aliases = [_alias(one) for one in options.pop("aliases", ())]
        request = resource_pb2.RegisterResourceRequest(
            type=type_,
            name=name,
            parent=options.pop("parent", self.stack),
            custom=options.pop("custom", True),
            object=ParseDict(dict(props), Struct()),
            acceptSecrets=True,
            supportsPartialValues=True,
            aliases=aliases,
            aliasSpecs=True,
            **options,
        )
        answer = self.monitor.RegisterResource(request)
        return Registered(answer.urn, answer.id, MessageToDict(answer.object))

    def read(self, kind: str, name: str, id_: str, **options: Any) -> Registered:  # noqa: ANN401
        """Read a resource of the plugin by its id, as the method `get` of an SDK does.

        Args:
            kind: Such as `ServiceAccount`.
            name: Its name.
            id_: Its id.
            options: Fields of ReadResourceRequest.
        """
        request = resource_pb2.ReadResourceRequest(
            id=id_,
            type=f"mixpanel:index:{kind}",
            name=name,
            parent=options.pop("parent", self.stack),
            acceptSecrets=True,
            **options,
        )
        answer = self.monitor.ReadResource(request)
        return Registered(answer.urn, id_, MessageToDict(answer.properties))

    def add_all(self, several: Sequence[tuple[str, str, Mapping[str, Any]]]) -> None:
        """Register several resources at once, as programs in most languages do."""
        with ThreadPoolExecutor(len(several)) as pool:
            list(pool.map(lambda one: self.add(*one), several))


def _alias(one: str) -> Any:  # noqa: ANN401 (a message)
    if one.startswith("urn:"):
        return alias_pb2.Alias(urn=one)
    return alias_pb2.Alias(spec=alias_pb2.Alias.Spec(type=one))


Body = Callable[[Program], "Mapping[str, Any] | None"]
"""A program: it registers, and returns the stack's outputs."""


class _Language(LanguageRuntimeServicer):
    def __init__(self, body: Body) -> None:
        self._body = body

    def Handshake(self, request: Any, context: Any) -> Any:  # noqa: N802, ANN401
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: N802, ANN401
        return plugin_pb2.PluginInfo()

    def About(self, request: Any, context: Any) -> Any:  # noqa: N802, ANN401
        return language_pb2.AboutResponse(executable="none", version="1")

    def GetRequiredPackages(self, request: Any, context: Any) -> Any:  # noqa: N802, ANN401
        return language_pb2.GetRequiredPackagesResponse()

    def GetRequiredPlugins(self, request: Any, context: Any) -> Any:  # noqa: N802, ANN401
        return language_pb2.GetRequiredPluginsResponse()

    def Run(self, request: Any, context: Any) -> Any:  # noqa: N802, ANN401
        with grpc.insecure_channel(request.monitor_address) as channel:
            monitor = resource_pb2_grpc.ResourceMonitorStub(channel)
            program = Program(monitor, request, config=dict(request.config))
            try:
                stack = program.add(
                    "pulumi:pulumi:Stack",
                    f"{request.project}-{request.stack}",
                    {},
                    parent="",
                    custom=False,
                )
                program.stack = stack.urn
                outputs = ParseDict(dict(self._body(program) or {}), Struct())
                end = resource_pb2.RegisterResourceOutputsRequest(urn=stack.urn, outputs=outputs)
                monitor.RegisterResourceOutputs(end)
                if program.failed:
                    return language_pb2.RunResponse(bail=True)
                monitor.SignalAndWaitForShutdown(Empty())
            except grpc.RpcError as error:
                # The engine said already what failed; a program only ends then.
                gone = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.UNKNOWN)
                if error.code() not in gone:
                    return language_pb2.RunResponse(error=error.details())
                return language_pb2.RunResponse(bail=True)
        return language_pb2.RunResponse()


@contextmanager
def serving(body: Body) -> Iterator[str]:
    """Serve a program to the engine; yields the address for `--client`."""
    server = grpc.server(ThreadPoolExecutor(4))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(_Language(body), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(0).wait()
