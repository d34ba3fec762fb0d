"""A call that stops others is answered at once, and what waits then begins nothing."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
from tests.native.attached import attached as attached_plugin
from tests.terraform.cli import wait_for
from tests.terraform.conftest import emulator
from tests.terraform.servicer import call
from tests.terraform.test_plugin_rpc import PROTOCOL, called, described, served

from mixpanel_plugin_rpc.handlers import AtOnce, Method, handlers_of
from mixpanel_plugin_rpc.messages import Message, load
from mixpanel_plugin_rpc.server import THREADS, Server
from mixpanel_plugin_rpc.stop import Stop
from mixpanel_service_accounts.api import Client
from mixpanel_service_accounts.api.clock import Clock
from mixpanel_service_accounts.api.errors import Refused
from mixpanel_service_accounts.api.models import Credentials
from mixpanel_service_accounts.api.organization import Organization
from mixpanel_service_accounts.api.secret import Secret
from mixpanel_service_accounts.bugs import describe_bug
from mixpanel_service_accounts.emulator import Emulator
from mixpanel_service_accounts.resources.stoppable_clock import Interrupted, stoppable
from pulumi_mixpanel.plugin.wire_values import pack
from terraform_mixpanel.account_lookups import SOURCES
from terraform_mixpanel.connections import connect
from terraform_mixpanel.go_plugin import controller
from terraform_mixpanel.kinds import KINDS
from terraform_mixpanel.provider import Provider
from terraform_mixpanel.provider_block import ATTRIBUTES
from terraform_mixpanel.serving import attached as attached_provider
from terraform_mixpanel.wire_values import pack as msgpack
from terraform_mixpanel.wire_values import unpack

__all__ = ["emulator"]

PLACES, CALLS = 4, 12
CREATES = {"method": "POST", "path": "service-accounts$"}
CUT = "The wait before the next try was interrupted."
ACCOUNT = "mixpanel_service_account"


@dataclass
class Shell:
    """A plugin that is served in this process.

    Attributes:
        create: Starts the creation of an account by its name.
        stop: Asks the plugin to stop, and waits for its response.
        error_of: Returns how a creation ended: its error, or nothing.
    """

    create: Callable[[str], grpc.Future]
    stop: Callable[[], object]
    error_of: Callable[[grpc.Future], str]


@contextmanager
def terraform(emulator: Emulator) -> Iterator[Shell]:
    """Serve the provider for Terraform."""
    provider = Provider(KINDS, SOURCES, connect, environment=emulator.env)
    call(provider, "ConfigureProvider", config=dict.fromkeys(ATTRIBUTES))
    names = next(kind.attributes for kind in KINDS if kind.type_name == ACCOUNT)
    apply = PROTOCOL.message("tfplugin6.ApplyResourceChange.Response")
    stopped = PROTOCOL.message("tfplugin6.StopProvider.Response")

    def error_of(future: grpc.Future) -> str:
        return " ".join(one.detail for one in future.result(60).diagnostics)

    with attached_provider(provider, "tested") as environment:
        told = json.loads(environment["TF_REATTACH_PROVIDERS"])["tested"]
        with grpc.insecure_channel(f"unix:{told['Addr']['String']}") as channel:
            service = "/tfplugin6.Provider"
            creates = channel.unary_unary(
                f"{service}/ApplyResourceChange", response_deserializer=apply.FromString
            )
            stops = channel.unary_unary(
                f"{service}/StopProvider", response_deserializer=stopped.FromString
            )
            yield Shell(
                lambda name: creates.future(
                    _apply_request(provider, {**dict.fromkeys(names), "name": name})
                ),
                lambda: stops(b"", timeout=30),
                error_of,
            )


def _apply_request(provider: Provider, config: Mapping[str, Any]) -> bytes:
    """Plan the creation of an account, and return the request that applies it."""
    computed = next(kind.attributes for kind in KINDS if kind.type_name == ACCOUNT)
    plan = call(
        provider, "PlanResourceChange", type_name=ACCOUNT, prior_state=None,
        proposed_new_state=dict(config), config=dict(config),
    )  # fmt: skip
    assert not plan.diagnostics
    assert unpack(plan.planned_state.msgpack).keys() == computed.keys()
    request = PROTOCOL.message("tfplugin6.ApplyResourceChange.Request")(
        type_name=ACCOUNT, planned_private=plan.planned_private
    )
    request.prior_state.msgpack = msgpack(None)
    request.planned_state.msgpack = plan.planned_state.msgpack
    request.config.msgpack = msgpack(dict(config))
    whole: bytes = request.SerializeToString()
    return whole


@contextmanager
def pulumi(emulator: Emulator) -> Iterator[Shell]:
    """Serve the native plugin for Pulumi."""
    protocol, service = load("pulumirpc"), "/pulumirpc.ResourceProvider"
    home = {"baseUrl": emulator.base_url, "organizationId": 1001}

    def request(name: str) -> bytes:
        whole: bytes = protocol.message("pulumirpc.CreateRequest")(
            urn=f"urn:pulumi:dev::tested::mixpanel:index:ServiceAccount::{name}",
            type="mixpanel:index:ServiceAccount",
            properties=pack({"name": name, "home": home}),
        ).SerializeToString()
        return whole

    def error_of(future: grpc.Future) -> str:
        error = future.exception(60)
        return error.details() if isinstance(error, grpc.RpcError) else ""

    with (
        attached_plugin(emulator.env) as port,
        grpc.insecure_channel(f"127.0.0.1:{port}") as channel,
    ):
        channel.unary_unary(f"{service}/Configure")(b"", timeout=60)
        creates = channel.unary_unary(f"{service}/Create")
        stops = channel.unary_unary(f"{service}/Cancel")
        yield Shell(
            lambda name: creates.future(request(name)), lambda: stops(b"", timeout=30), error_of
        )


SHELLS = pytest.mark.parametrize("shell", [terraform, pulumi])


@pytest.fixture
def few_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """Serve few calls at once, so that a few more wait for a thread."""
    monkeypatch.setattr("mixpanel_plugin_rpc.server.THREADS", PLACES)


def posts(emulator: Emulator) -> int:
    """Return how many creates have reached the server."""
    return sum(one["method"] == "POST" for one in emulator.calls())


def names(emulator: Emulator) -> list[str]:
    """Return the names of the accounts that were created."""
    return sorted(one["name"] for one in emulator.state()["accounts"] if not one["login"])


@SHELLS
@pytest.mark.usefixtures("few_places")
def test_a_stop_cuts_more_waits_than_there_are_threads(shell: Any, emulator: Emulator) -> None:  # noqa: ANN401
    """The server asks for most of a minute; no account is created, and each call says why."""
    emulator.faults([{**CREATES, "kind": "rate-limit", "retry_after": 50, "times": 99}])
    with shell(emulator) as served_shell:
        futures = [served_shell.create(f"bot-{number}") for number in range(CALLS)]
        wait_for(lambda: posts(emulator) > 0)
        served_shell.stop()
        errors = [served_shell.error_of(one) for one in futures]
    assert [error for error in errors if not error.endswith(CUT)] == []
    assert names(emulator) == []


@SHELLS
@pytest.mark.usefixtures("few_places")
def test_creates_under_way_end_and_others_do_not_begin(shell: Any, emulator: Emulator) -> None:  # noqa: ANN401
    """What waited for a thread when the user asked to stop sends nothing afterwards."""
    emulator.faults([{**CREATES, "kind": "latency", "seconds": 3, "times": PLACES}])
    with shell(emulator) as served_shell:
        futures = [served_shell.create(f"bot-{number}") for number in range(CALLS)]
        wait_for(lambda: posts(emulator) >= PLACES)
        served_shell.stop()
        errors = [served_shell.error_of(one) for one in futures]
    created = sorted(f"bot-{number}" for number, error in enumerate(errors) if not error)
    assert len(created) >= PLACES
    assert names(emulator) == created
    assert posts(emulator) == len(created)
    cut = [error for error in errors if error]
    assert cut
    assert [error for error in cut if not error.endswith(CUT)] == []


def test_a_stop_is_answered_while_every_thread_waits() -> None:
    """With as many threads as there are, and many more calls."""
    stop, entered, response = Stop(), threading.Semaphore(0), PROTOCOL.message

    def wait(_request: Message) -> Message:
        entered.release()
        return response("tfplugin6.ReadResource.Response")(private=b"%d" % stop.wait(600))

    def request_stop(_request: Message) -> Message:
        stop.request()
        return response("tfplugin6.StopProvider.Response")(Error="none")

    methods: dict[str, Method] = {"ReadResource": wait, "StopProvider": AtOnce(request_stop)}
    with served(methods, described) as channel:
        reads = channel.unary_unary(
            "/tfplugin6.Provider/ReadResource",
            response_deserializer=response("tfplugin6.ReadResource.Response").FromString,
        )
        futures = [reads.future(b"") for _ in range(3 * THREADS)]
        for _ in range(THREADS):
            assert entered.acquire(timeout=60)
        assert not entered.acquire(blocking=False)
        assert called(channel).Error == "none"
        assert [one.result(60).private for one in futures] == [b"1"] * len(futures)


def test_the_end_of_the_process_is_asked_for_at_once_too(tmp_path: Path) -> None:
    """A CLI waits two seconds for the response, and then kills the process."""
    stop, shutdown = Stop(), threading.Event()
    response = PROTOCOL.message("tfplugin6.ReadResource.Response")

    def wait(_request: Message) -> Message:
        return response(private=b"%d" % stop.wait(600))

    reading = handlers_of(
        PROTOCOL, "tfplugin6.Provider", {"ReadResource": wait}, described, describe_bug
    )
    server = Server([reading, controller(shutdown)])
    server.listen(tmp_path / "socket")
    with grpc.insecure_channel(f"unix:{tmp_path}/socket") as channel:
        reads = channel.unary_unary("/tfplugin6.Provider/ReadResource")
        futures = [reads.future(b"") for _ in range(3 * THREADS)]
        assert channel.unary_unary("/plugin.GRPCController/Shutdown")(b"", timeout=30) == b""
        assert shutdown.is_set()
        stop.request()
        assert len([one.result(60) for one in futures]) == 3 * THREADS
    server.stop(0)


def test_an_error_of_a_call_that_stops_becomes_a_response() -> None:
    """The edge is around it too."""

    def fail(_request: Message) -> Message:
        raise ValueError("hidden-secret")

    with served({"StopProvider": AtOnce(fail)}, described) as channel:
        assert called(channel).Error == "ValueError"


def test_a_create_does_not_begin_after_a_stop(emulator: Emulator) -> None:
    """Also that of a call that has read a list before; a read ends what is under way."""
    stop = Stop()
    login = Credentials(username=emulator.username, secret=Secret(emulator.secret))
    client = Client(emulator.base_url, login, clock=stoppable(Clock(), stop))
    stop.request()
    with pytest.raises(Interrupted, match=r"^The wait before the next try was interrupted\.$"):
        client.create_service_account(1001, "bot", role=None, expires=None, projects=())
    assert [one.name for one in client.list_service_accounts(1001)] == ["emulator-login"]
    stop.clear()
    client.create_service_account(1001, "bot", role=None, expires=None, projects=())
    assert names(emulator) == ["bot"]


def test_a_stop_while_a_lost_create_is_looked_for_names_what_may_be_there(
    emulator: Emulator,
) -> None:
    """The wait is cut, and the sentence is not that of the wait alone."""
    stop = Stop()
    login = Credentials(username=emulator.username, secret=Secret(emulator.secret))
    lines: list[str] = []

    def announce(line: str) -> None:
        lines.append(line)
        if "waiting" in line:
            stop.request()

    client = Client(emulator.base_url, login, clock=stoppable(Clock(), stop), announce=announce)
    emulator.faults(
        [{"kind": "cut-before-effect", "method": "POST", "path": "accounts$", "times": 1}]
    )
    with pytest.raises(Refused) as caught:
        Organization(client, 1001).create_account("bot", None, None, ())
    assert str(caught.value).endswith(
        "The list of accounts could not be read afterwards (The wait before the next try was "
        "interrupted.), so an account of that name may be there whose secret nobody has. Look for it "
        "before the next run, and delete it if nothing uses it."
    )
