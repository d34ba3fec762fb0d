"""Serving the provider as a process that an engine starts."""

from __future__ import annotations

import os
import signal
import sys
import threading

from mixpanel_plugin_rpc.handlers import handlers_of
from mixpanel_plugin_rpc.messages import load
from mixpanel_plugin_rpc.server import Server
from mixpanel_service_accounts.bugs import describe_bug
from pulumi_mixpanel.plugin.failures import failed_call
from pulumi_mixpanel.plugin.provider import Provider

_PULSE = 1.0
"""Seconds between two looks at whether the engine is still there."""

_GRACE = 1.0
"""Seconds that calls still under way have, once nobody waits for them."""

_LONGEST_CALL = 600.0
"""Seconds that calls still under way have, if an interrupt ends the process while one is."""


def serve(provider: Provider) -> int:
    """Serve the engine that started this process, until it is gone, and return the exit status."""
    # The engine ends a plugin by an interrupt, and kills it if it is there five seconds later. A
    # user's Ctrl-C does not come here: the engine calls Cancel, and waits for calls in flight.
    ended = threading.Event()
    signal.signal(signal.SIGINT, lambda _signal, _frame: ended.set())
    server, engine = _server(provider), os.getppid()
    print(server.listen_on_port(), flush=True)  # noqa: T201 (what the engine waits for)
    while not ended.wait(_PULSE) and os.getppid() == engine:
        pass
    provider.stop()  # if the engine was killed, calls may still wait: none may begin a create now
    server.stop(_LONGEST_CALL if ended.is_set() else _GRACE)
    return 0


def _server(provider: Provider) -> Server:
    service = "pulumirpc.ResourceProvider"
    return Server(
        [handlers_of(load("pulumirpc"), service, provider.methods, failed_call, describe_bug)]
    )


def engine_address() -> str:
    """Return the address of the engine that started this process; empty if a person did."""
    return next((one for one in sys.argv[1:] if not one.startswith("-")), "")
