"""Messages out of a descriptor set, and the edge of a server."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest

from mixpanel_plugin_rpc.handlers import Failed, Method, handlers_of
from mixpanel_plugin_rpc.messages import Message, load
from mixpanel_plugin_rpc.server import Server
from mixpanel_service_accounts.bugs import describe_bug

PROTOCOL = load("tfplugin6")
STOP = "/tfplugin6.Provider/StopProvider"


@contextmanager
def served(methods: Mapping[str, Method], failed: Failed) -> Iterator[grpc.Channel]:
    """Serve methods, and return a channel to them."""
    server = Server([handlers_of(PROTOCOL, "tfplugin6.Provider", methods, failed, describe_bug)])
    with tempfile.TemporaryDirectory() as folder:
        server.listen(Path(folder) / "socket")
        with grpc.insecure_channel(f"unix:{folder}/socket") as channel:
            yield channel
        server.stop(0)


def called(channel: grpc.Channel, path: str = STOP) -> Message:
    """Call a method with an empty request."""
    response = PROTOCOL.message("tfplugin6.StopProvider.Response")
    return channel.unary_unary(path, response_deserializer=response.FromString)(b"", timeout=20)


def described(response_class: Message, error: BaseException) -> Message:
    """Describe an error by its type."""
    return response_class(Error=type(error).__name__)


def test_nested_messages_are_found_by_their_full_name() -> None:
    """And each is made once."""
    request = PROTOCOL.message("tfplugin6.GetMetadata.Request")
    assert request.DESCRIPTOR.full_name == "tfplugin6.GetMetadata.Request"
    assert PROTOCOL.message("tfplugin6.GetMetadata.Request") is request
    assert load("tfplugin6") is PROTOCOL
    with pytest.raises(KeyError, match="Nothing"):
        PROTOCOL.message("tfplugin6.Nothing")


def test_a_method_answers() -> None:
    """By way of a real channel."""
    response = PROTOCOL.message("tfplugin6.StopProvider.Response")
    with served({"StopProvider": lambda _request: response(Error="none")}, described) as channel:
        assert called(channel).Error == "none"


@pytest.mark.parametrize("error", [ValueError("hidden-secret"), SystemExit("hidden-secret")])
def test_an_exception_becomes_a_response(error: BaseException) -> None:
    """Also what is no Exception, which would end a thread of the server."""

    def fail(_request: Message) -> Message:
        raise error

    with served({"StopProvider": fail}, described) as channel:
        assert called(channel).Error == type(error).__name__


def test_what_the_edge_cannot_describe_ends_the_call_without_a_traceback() -> None:
    """And without the error's text, which may hold a secret."""

    def fail(*_arguments: object) -> Message:
        raise ValueError("hidden-secret")

    with served({"StopProvider": fail}, fail) as channel, pytest.raises(grpc.RpcError) as raised:
        called(channel)
    assert raised.value.code() is grpc.StatusCode.INTERNAL
    assert raised.value.details().startswith("a bug in pulumi-mixpanel: ValueError in fail, line ")
    assert "hidden-secret" not in str(raised.value)


def test_a_method_that_nobody_answers_is_unimplemented() -> None:
    """A CLI asks for more than a provider has."""
    with served({}, described) as channel, pytest.raises(grpc.RpcError) as raised:
        called(channel)
    assert raised.value.code() is grpc.StatusCode.UNIMPLEMENTED
