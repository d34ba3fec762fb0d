"""gRPC handlers of a service, made from its descriptor: no generated code is needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import grpc
from msgspec import Struct

from mixpanel_plugin_rpc.messages import Message, Protocol
from mixpanel_plugin_rpc.own_thread import with_own_thread

Method = Callable[[Message], Message]
"""Takes the request of a call and returns its response."""


class AtOnce(Struct, frozen=True):
    """A method whose calls wait for no other call: a thread of its own serves them.

    Attributes:
        method: The method. It must end quickly.
    """

    method: Method

    def __call__(self, request: Message) -> Message:
        """Return the response."""
        return self.method(request)


class Rejected(Struct, frozen=True):
    """The end of a call without a response, for a protocol whose responses describe no error.

    Attributes:
        message: The text of the gRPC status, whose code is "unknown".
        details: A serialized google.rpc.Status with the same code and text; empty for none.
    """

    message: str
    details: bytes = b""


Failed = Callable[[Message, BaseException], "Message | Rejected"]
"""Takes the response class of a call and its error, and returns the response that describes it, or
how the call ends without one."""

Described = Callable[[BaseException], str]
"""Takes an error of `Failed` itself, and returns its text, which holds nothing of the error."""


def handlers_of(
    protocol: Protocol,
    service: str,
    methods: Mapping[str, Method],
    failed: Failed,
    described: Described,
) -> grpc.GenericRpcHandler:
    """Return the handlers of a service; a method that is missing answers "unimplemented".

    No exception leaves a method as a traceback: `failed` makes a response of it.

    Args:
        protocol: Has the service and its messages.
        service: The full name, such as `tfplugin6.Provider`.
        methods: What answers each call, by the method's name; `AtOnce` for one that stops
            others.
        failed: What describes an error.
        described: What describes an error of `failed`.
    """
    edge = _Edge(failed, described)
    found = {
        method.name: grpc.unary_unary_rpc_method_handler(
            edge.around(methods[method.name], protocol.message(method.output_type.full_name)),
            request_deserializer=protocol.message(method.input_type.full_name).FromString,
            response_serializer=_serialized,
        )
        for method in protocol.service(service).methods
        if method.name in methods
    }
    return grpc.method_handlers_generic_handler(service, found)


def _serialized(message: Message) -> bytes:
    found: bytes = message.SerializeToString()
    return found


class _Edge(Struct, frozen=True):
    """What no exception leaves."""

    failed: Failed
    described: Described

    def around(
        self, method: Method, response_class: Message
    ) -> Callable[[Message, grpc.ServicerContext], Message]:
        """Return what answers the calls of a method."""

        def behave(request: Message, context: grpc.ServicerContext) -> Message:
            response, bug = self._attempt(method, request, response_class)
            if bug is not None:  # here, outside of the edge: abort() raises
                context.abort(grpc.StatusCode.INTERNAL, bug)
            if isinstance(response, Rejected):
                return _rejected(response, response_class, context)
            return response

        return with_own_thread(behave) if isinstance(method, AtOnce) else behave

    def _attempt(
        self, method: Method, request: Message, response_class: Message
    ) -> tuple[Message, str | None]:
        """Return the response, or the description of a bug; raise nothing."""
        try:
            try:
                return method(request), None
            except BaseException as error:  # noqa: BLE001 (the outermost edge)
                return self.failed(response_class, error), None
        except BaseException as error:  # noqa: BLE001 (the same, for `failed` itself)
            return None, self.described(error)


def _rejected(
    rejected: Rejected, response_class: Message, context: grpc.ServicerContext
) -> Message:
    """End a call with a status, without abort(), whose exception a later edge would describe."""
    if rejected.details:
        context.set_trailing_metadata((("grpc-status-details-bin", rejected.details),))
    context.set_code(grpc.StatusCode.UNKNOWN)
    context.set_details(rejected.message)
    return response_class()
