"""How calls of the plugin end that fail, over a real channel."""

from __future__ import annotations

from collections.abc import Callable

import grpc
import pytest

from mixpanel_plugin_rpc.handlers import handlers_of
from mixpanel_plugin_rpc.messages import Message, load
from mixpanel_plugin_rpc.server import Server
from mixpanel_service_accounts.api.errors import Refused
from pulumi_mixpanel.plugin.failures import failed_call, sentence

PROTOCOL = load("pulumirpc")


def ended(method: Callable[[Message], Message]) -> grpc.RpcError:
    """Return the error with which a call of Create ends."""
    server = Server(
        [handlers_of(PROTOCOL, "pulumirpc.ResourceProvider", {"Create": method}, failed_call)]
    )
    try:
        with grpc.insecure_channel(f"127.0.0.1:{server.listen_on_port()}") as channel:
            with pytest.raises(grpc.RpcError) as raised:
                channel.unary_unary("/pulumirpc.ResourceProvider/Create")(b"", timeout=20)
            return raised.value
    finally:
        server.stop(0)


def test_a_bug_shows_nothing_of_its_text() -> None:
    """Only its type and place."""

    def create(_request: Message) -> Message:
        raise ValueError("hidden-secret")

    error = ended(create)
    assert error.code() is grpc.StatusCode.UNKNOWN
    assert error.details() == (
        "The provider failed: a bug in the provider: ValueError in create, line "
        f"{create.__code__.co_firstlineno + 1}. Please report it."
    )


def test_an_error_of_the_core_is_one_sentence() -> None:
    """What a foreign one says is not shown."""
    assert str(sentence("Creating a ServiceAccount", Refused("no."))) == (
        "Creating a ServiceAccount: no."
    )
    assert str(sentence("Reading it", KeyError("hidden-secret"))) == (
        "Reading it: a bug in the provider: KeyError in ?. Please report it; the state is kept."
    )
