"""How calls of the plugin end that fail, over a real channel."""

from __future__ import annotations

from collections.abc import Callable

import grpc
import pytest

from mixpanel_plugin_rpc.handlers import handlers_of
from mixpanel_plugin_rpc.messages import Message, load
from mixpanel_plugin_rpc.server import Server
from mixpanel_service_accounts.api.errors import Refused
from mixpanel_service_accounts.bugs import describe_bug
from pulumi_mixpanel.plugin.failures import PartlyMade, failed_call, sentence
from pulumi_mixpanel.plugin.wire_values import SecretValue, unpack

PROTOCOL = load("pulumirpc")


def ended(method: Callable[[Message], Message]) -> grpc.RpcError:
    """Return the error with which a call of Create ends."""
    server = Server(
        [
            handlers_of(
                PROTOCOL,
                "pulumirpc.ResourceProvider",
                {"Create": method},
                failed_call,
                describe_bug,
            )
        ]
    )
    try:
        with grpc.insecure_channel(f"127.0.0.1:{server.listen_on_port()}") as channel:
            with pytest.raises(grpc.RpcError) as raised:
                channel.unary_unary("/pulumirpc.ResourceProvider/Create")(b"", timeout=20)
            return raised.value
    finally:
        server.stop(0)


def test_a_partly_made_resource_keeps_id_and_secret() -> None:
    """In the details alone, whose code and text are those of the status."""

    def create(_request: Message) -> Message:
        outputs = {"name": "bot", "secret": SecretValue("made-up")}
        raise PartlyMade("5004", outputs, {"name": "bot"}, ["no project", "no role"])

    error = ended(create)
    assert (error.code(), error.details()) == (grpc.StatusCode.UNKNOWN, "no project; no role")
    (details,) = (one.value for one in error.trailing_metadata() if "details" in one.key)
    status = PROTOCOL.message("google.rpc.Status").FromString(details)
    assert (status.code, status.message) == (2, "no project; no role")
    (detail,) = status.details
    assert detail.type_url == "type.googleapis.com/pulumirpc.ErrorResourceInitFailed"
    found = PROTOCOL.message("pulumirpc.ErrorResourceInitFailed").FromString(detail.value)
    assert (found.id, list(found.reasons)) == ("5004", ["no project", "no role"])
    assert unpack(found.properties) == {"name": "bot", "secret": "made-up"}
    assert unpack(found.inputs) == {"name": "bot"}


def test_a_bug_shows_nothing_of_its_text() -> None:
    """Only its type and place."""

    def create(_request: Message) -> Message:
        raise ValueError("hidden-secret")

    error = ended(create)
    assert error.code() is grpc.StatusCode.UNKNOWN
    assert error.details() == (
        "The provider failed: a bug in pulumi-mixpanel: ValueError in create, line "
        f"{create.__code__.co_firstlineno + 1}. Please report it."
    )


def test_an_error_of_the_core_is_one_sentence() -> None:
    """What a foreign one says is not shown."""
    assert str(sentence("Creating a ServiceAccount", Refused("no."))) == (
        "Creating a ServiceAccount: no."
    )
    assert str(sentence("Reading it", KeyError("hidden-secret"))) == (
        "Reading it: a bug in pulumi-mixpanel: KeyError in ?. Please report it; the state is kept."
    )
