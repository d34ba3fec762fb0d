"""The provider as a process that the CLI starts: handshake, TLS, shutdown, interrupts."""

from __future__ import annotations

import base64
import os
import signal
import ssl
import stat
import subprocess
import sys
import threading
from pathlib import Path

import grpc
import pytest
from tests.terraform.cli import Workspace, overriding

from mixpanel_plugin_rpc.stop import Stop
from mixpanel_service_accounts.api.clock import Clock
from mixpanel_service_accounts.resources.stoppable_clock import Interrupted, stoppable
from terraform_mixpanel.go_plugin import COOKIE

ROOT = Path(__file__).resolve().parents[2]
PROCESS = f"""#!{sys.executable}
import sys
sys.path.insert(0, {str(ROOT)!r})
from tests.terraform import stand_in
from tests.terraform.stand_in_server import LOOKUP, Server, connector
from terraform_mixpanel.attributes import kind_of
from terraform_mixpanel.provider import Provider
from terraform_mixpanel.serving import serve
sys.exit(serve(Provider([kind_of(stand_in, "")], [LOOKUP], connector(Server()))))
"""
EXPORTER = 'resource "mixpanel_service_account" "exporter" { name = "exporter" }\n'


@pytest.fixture
def started_stand_in(tmp_path: Path) -> Workspace:
    """Return a workspace whose CLI starts the provider as a process."""
    executable = tmp_path / "terraform-provider-mixpanel"
    executable.write_text(PROCESS)
    executable.chmod(0o755)
    return Workspace(tmp_path / "configuration", overriding(tmp_path))


def test_the_cli_starts_and_ends_the_process(started_stand_in: Workspace, tmp_path: Path) -> None:
    """Plan and apply go by TLS, and the log says that each process ended when it was asked to."""
    log = tmp_path / "log"
    started_stand_in.env.update(TF_LOG="trace", TF_LOG_PATH=str(log))
    assert "1 added, 0 changed, 0 destroyed" in started_stand_in.apply(EXPORTER)
    told = log.read_text()
    assert "plugin failed to exit gracefully" not in told
    assert told.count("plugin process exited") == told.count("plugin started") > 0
    assert "secret-of-5001" not in told


def test_a_process_that_no_cli_started_says_so(started_stand_in: Workspace, tmp_path: Path) -> None:
    """For a user who runs it by hand."""
    ran = subprocess.run(
        [tmp_path / "terraform-provider-mixpanel"], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    assert ran.stdout == ""
    assert ran.stderr == (
        "This is a provider for Terraform and OpenTofu, which start it themselves: see "
        "`required_providers` and `dev_overrides` in their documentation.\n"
    )


def test_the_socket_is_its_owners_alone_and_an_interrupt_ends_nothing(
    started_stand_in: Workspace, tmp_path: Path
) -> None:
    """Ctrl-C reaches the whole process group: the CLI decides what follows from it."""
    with subprocess.Popen(
        [tmp_path / "terraform-provider-mixpanel"],
        env={**os.environ, COOKIE[0]: COOKIE[1]},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        core, plugin, network, socket, protocol, certificate = line.split("|")
        assert (core, plugin, network, protocol) == ("1", "6", "unix", "grpc")
        assert stat.S_IMODE(Path(socket).parent.stat().st_mode) == 0o700
        process.send_signal(signal.SIGINT)
        assert shut_down(socket, certificate) == b""
        assert process.wait(timeout=60) == 0
    assert not Path(socket).parent.exists()


def test_a_process_ends_with_the_cli_that_was_killed(
    started_stand_in: Workspace, tmp_path: Path
) -> None:
    """Nothing asks it to end then; it notices that its parent is another one."""
    starts = (
        "import subprocess, sys; started = subprocess.Popen([sys.argv[1]], stdout=subprocess.PIPE); "
        "print(started.stdout.readline().decode())"
    )
    ran = subprocess.run(  # returns once nobody has its stderr any more
        [sys.executable, "-c", starts, tmp_path / "terraform-provider-mixpanel"],
        env={**os.environ, COOKIE[0]: COOKIE[1]},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    socket = Path(ran.stdout.split("|")[3])
    assert not socket.parent.exists()


def shut_down(socket: str, certificate: str) -> bytes:
    """Ask a process to end, as the CLI does: by TLS, trusting the certificate of the handshake."""
    der = base64.b64decode(certificate + "=" * (-len(certificate) % 4))
    credentials = grpc.ssl_channel_credentials(ssl.DER_cert_to_PEM_cert(der).encode())
    options = (("grpc.ssl_target_name_override", "localhost"),)
    with grpc.secure_channel(f"unix:{socket}", credentials, options) as channel:
        answer: bytes = channel.unary_unary("/plugin.GRPCController/Shutdown")(b"", timeout=60)
    return answer


def test_an_interrupt_cuts_a_wait() -> None:
    """One that is under way, and later ones; a new run waits again."""
    stop = Stop()
    sleep = stoppable(Clock(), stop).sleep
    threading.Timer(0.05, stop.request).start()
    with pytest.raises(Interrupted, match=r"^The wait before the next try was interrupted\.$"):
        sleep(60)
    with pytest.raises(Interrupted):
        sleep(60)
    stop.clear()
    sleep(0)
    assert not stop.wait(0)


def test_the_process_imports_what_a_start_needs() -> None:
    """Every command of the CLI starts several, so none waits for what calls or other shells need."""
    told = "import sys, terraform_mixpanel.command; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert "importlib.metadata" not in ran.stdout.split()
    loaded = {name.partition(".")[0] for name in ran.stdout.split()}
    assert {"grpc", "google", "msgpack", "msgspec", "cryptography"} <= loaded
    assert {"pulumi", "pulumi_mixpanel", "requests", "tenacity", "click", "rich"} & loaded == set()
