"""Serving the provider as a process that an engine starts."""

from __future__ import annotations

import os
import signal
import sys
import threading

from mixpanel_plugin_rpc.handlers import handlers_of
from mixpanel_plugin_rpc.messages import load
from mixpanel_plugin_rpc.server import Server
from pulumi_mixpanel.plugin.failures import failed_call
from pulumi_mixpanel.plugin.provider import Provider

_PULSE = 1.0
"""Seconds between two looks at whether the engine is still there."""

_GRACE = 1.0
"""Seconds that calls still under way have, once nobody waits for them."""


_LONGEST_CALL = 600.0
"""Seconds that calls under way have after an interrupt, while the engine is still there."""


def serve(provider: Provider) -> int:
    """Serve the engine that started this process, until it interrupts it or is gone.

    The engine ends a plugin with SIGINT, and kills it if it is still there five seconds later: one
    that ignored the signal would make each command that much slower. Ctrl-C in a terminal does not
    reach a plugin, which has a process group of its own.

    Returns:
        The exit status.
    """
    interrupted = threading.Event()
    signal.signal(signal.SIGINT, lambda _number, _frame: interrupted.set())
    server, engine = _server(provider), os.getppid()
    print(server.listen_on_port(), flush=True)  # noqa: T201 (what the engine waits for)
    while os.getppid() == engine and not interrupted.wait(_PULSE):
        pass
    ended = server.drain(_LONGEST_CALL)
    while os.getppid() == engine and not ended.wait(_PULSE):
        pass
    server.stop(_GRACE)
    return 0


def _server(provider: Provider) -> Server:
    methods = provider.methods
    return Server(
        [handlers_of(load("pulumirpc"), "pulumirpc.ResourceProvider", methods, failed_call)]
    )


def engine_address() -> str:
    """Return the address of the engine that started this process; empty if a person did."""
    return next((one for one in sys.argv[1:] if not one.startswith("-")), "")
