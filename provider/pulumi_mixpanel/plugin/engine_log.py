"""Lines on the user's screen, each under the resource that it is about."""

from __future__ import annotations

import contextlib
import sys
import threading

import grpc

from mixpanel_plugin_rpc.messages import load
from mixpanel_service_accounts.resources.reporter import Reporter
from pulumi_mixpanel.plugin.spelling import spelled

_INFO, _WARNING = 1, 2
_SECONDS = 5


class EngineLog:
    """The log of the engine that started this process, or attached to it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._channel: grpc.Channel | None = None

    def connect(self, address: str) -> None:
        """Send lines to an engine.

        Args:
            address: Where it listens, such as `127.0.0.1:5001`.
        """
        with self._lock:
            self._channel = grpc.insecure_channel(address)

    def reporter(self, urn: str) -> Reporter:
        """Return what reports lines of a call about a resource; an empty URN is none."""
        return Reporter(
            lambda line: self._log(_WARNING, line, urn), lambda line: self._log(_INFO, line, urn)
        )

    def _log(self, severity: int, line: str, urn: str) -> None:
        protocol = load("pulumirpc")
        request = protocol.message("pulumirpc.LogRequest")(
            severity=severity, message=f"mixpanel: {spelled(line)}", urn=urn
        )
        if self._channel is not None:
            # Nobody may be left to read it; that is no reason to break off what it tells of.
            with contextlib.suppress(grpc.RpcError, ValueError):
                send = self._channel.unary_unary("/pulumirpc.Engine/Log")
                send(request.SerializeToString(), timeout=_SECONDS)
                return
        with contextlib.suppress(OSError, ValueError):
            print(request.message, file=sys.stderr)  # noqa: T201 (the engine shows it, as a line)
