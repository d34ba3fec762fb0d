"""Serving a provider: as a process that a CLI starts, or inside a test's own process."""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mixpanel_plugin_rpc.handlers import handlers_of
from mixpanel_plugin_rpc.messages import load
from mixpanel_plugin_rpc.server import Server
from mixpanel_service_accounts.bugs import describe_bug
from terraform_mixpanel.certificates import Certificate
from terraform_mixpanel.diagnostics import failed_call
from terraform_mixpanel.go_plugin import controller, handshake, is_started_by_cli
from terraform_mixpanel.provider import Provider

_GRACE = 1.0
"""Seconds that calls still under way have, once the CLI asked the process to end."""

_PULSE = 1.0
"""Seconds between two looks at whether the CLI is still there."""


def serve(provider: Provider) -> int:
    """Serve a provider to the CLI that started this process, until it asks to end.

    Returns:
        The exit status.
    """
    if not is_started_by_cli(os.environ):
        print(  # noqa: T201 (for a user who runs it by hand)
            "This is a provider for Terraform and OpenTofu, which start it themselves: see "
            "`required_providers` and `dev_overrides` in their documentation.",
            file=sys.stderr,
        )
        return 1
    # Ctrl-C reaches the whole process group. The CLI then calls StopProvider, waits for calls in
    # flight, and saves what they return.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cli = os.getppid()  # before the handshake: a CLI may be gone right after it
    shutdown, certificate = threading.Event(), Certificate()
    server = _server(provider, shutdown)
    with tempfile.TemporaryDirectory(prefix="mixpanel-") as folder:  # with mode 0700
        socket = Path(folder) / "plugin"
        server.listen(socket, certificate.credentials())
        print(handshake(socket, certificate.for_handshake()), flush=True)  # noqa: T201
        _wait(shutdown, cli)
        provider.stop()  # if the CLI was killed, calls may still wait: none may begin a create now
        server.stop(_GRACE)
    return 0


def _wait(shutdown: threading.Event, cli: int) -> None:
    """Wait until the CLI asks to end, or was killed and so never will.

    Args:
        shutdown: Set when it asks.
        cli: Its process.
    """
    while not shutdown.wait(_PULSE) and os.getppid() == cli:
        pass


def _server(provider: Provider, shutdown: threading.Event) -> Server:
    service = "tfplugin6.Provider"
    handlers = handlers_of(load("tfplugin6"), service, provider.methods, failed_call, describe_bug)
    return Server([handlers, controller(shutdown)])


@contextmanager
def attached(provider: Provider, *addresses: str) -> Iterator[dict[str, str]]:
    """Serve a provider inside this process, for tests.

    Args:
        provider: The provider.
        addresses: Its source addresses, such as `registry.terraform.io/mixpanel/mixpanel`.

    Yields:
        The environment variable that makes a CLI attach to it.
    """
    server = _server(provider, threading.Event())
    with tempfile.TemporaryDirectory(prefix="mixpanel-") as folder:
        socket = Path(folder) / "plugin"
        server.listen(socket)
        attach = {
            "Protocol": "grpc",
            "ProtocolVersion": 6,
            "Pid": os.getpid(),
            "Test": True,
            "Addr": {"Network": "unix", "String": str(socket)},
        }
        try:
            yield {"TF_REATTACH_PROVIDERS": json.dumps(dict.fromkeys(addresses, attach))}
        finally:
            server.stop(_GRACE)
