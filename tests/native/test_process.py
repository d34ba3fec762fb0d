"""The plugin's process: what it loads, and what it prints."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import grpc
from tests.engine.conftest import emulator
from tests.engine.test_faults import wait_for
from tests.engine.test_life import made

from mixpanel_plugin_rpc.messages import load
from mixpanel_service_accounts.emulator import Emulator
from pulumi_mixpanel.plugin.wire_values import pack, unpack

__all__ = ["emulator"]

COMMAND = str(Path(sys.executable).parent / "pulumi-resource-mixpanel")


def test_a_person_who_asks_is_answered() -> None:
    """Where the engine would read a port, and the process would wait for it."""
    for option in ("--help", "-h", "--version"):
        run = [COMMAND, option]
        told = subprocess.run(run, capture_output=True, text=True, check=True, timeout=60)
        assert told.stdout == (
            f"This is the plugin pulumi-resource-mixpanel {version('pulumi-mixpanel')}. Pulumi's engine "
            "starts it itself, from PATH or from where `pulumi plugin install` put it.\n"
        )


@contextmanager
def running(**environment: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Start the plugin as the engine does; yields it and its port."""
    process = subprocess.Popen(
        [COMMAND], stdout=subprocess.PIPE, text=True, env={**os.environ, **environment}
    )
    try:
        assert process.stdout is not None
        yield process, int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate(timeout=60)


def test_the_process_loads_no_pulumi_sdk() -> None:
    """Nor the transport, which a preview does not need: every command waits for its start."""
    script = "import sys, pulumi_mixpanel.plugin.command; print(*sys.modules, sep='\\n')"
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert "grpc" in loaded
    assert {"pulumi", "requests", "pulumi_mixpanel.dynamic", "msgpack", "importlib.metadata"} & set(
        loaded
    ) == set()


def test_it_prints_its_port_and_ends_with_the_process_that_started_it() -> None:
    """An engine that was killed never says that the plugin is to end."""
    script = (
        "import subprocess, sys\n"
        "started = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True)\n"
        "print(started.stdout.readline())"
    )
    # This waits for the end of the plugin too, which has the same stderr.
    starter = subprocess.run(
        [sys.executable, "-c", script, COMMAND],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert starter.stdout.strip().isdigit()


def test_an_interrupt_ends_it() -> None:
    """The engine sends one at the end of each command, and waits five seconds for it to heed."""
    with running() as (process, _):
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        assert process.returncode == 0


def test_an_interrupt_lets_a_call_under_way_end(emulator: Emulator) -> None:
    """A create that has reached the server still returns the secret."""
    protocol = load("pulumirpc")
    home = {"baseUrl": emulator.base_url, "organizationId": 1001}
    create = protocol.message("pulumirpc.CreateRequest")(
        urn="urn:pulumi:dev::tested::mixpanel:index:ServiceAccount::bot",
        type="mixpanel:index:ServiceAccount",
        properties=pack({"name": "bot", "home": home}),
    )
    emulator.faults([{"method": "POST", "kind": "latency", "seconds": 2, "times": 1}])
    with (
        running(**emulator.env) as (process, port),
        grpc.insecure_channel(f"127.0.0.1:{port}") as channel,
        ThreadPoolExecutor(1) as pool,
    ):
        service = "/pulumirpc.ResourceProvider"
        channel.unary_unary(f"{service}/Configure")(b"", timeout=60)
        call = channel.unary_unary(f"{service}/Create")
        answer = pool.submit(call, create.SerializeToString(), timeout=60)
        wait_for(lambda: any(one["method"] == "POST" for one in emulator.calls()))
        process.send_signal(signal.SIGINT)
        created = protocol.message("pulumirpc.CreateResponse").FromString(answer.result())
        assert unpack(created.properties)["secret"] == emulator.state()["accounts"][-1]["secret"]
        process.communicate(timeout=60)
        assert process.returncode == 0
    assert made(emulator) == ["bot"]


def test_the_folder_of_the_source_plugin_is_a_program() -> None:
    """As `pulumi package add` runs it, in an environment with its requirements."""
    folder = Path(__file__).resolve().parents[2] / "plugin"
    requirements = (folder / "requirements.txt").read_text()
    assert requirements.splitlines()[-1] == "-e ..[plugin]"
    command = [sys.executable, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None
        assert started.stdout.readline().strip().isdigit()
        started.send_signal(signal.SIGINT)
        assert started.wait(timeout=60) == 0
