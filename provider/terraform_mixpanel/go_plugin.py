"""What a CLI and a plugin process say to each other before and after the provider's own calls."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

import grpc

from mixpanel_plugin_rpc.own_thread import with_own_thread

COOKIE = (
    "TF_PLUGIN_MAGIC_COOKIE",
    "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
)
"""The environment variable by which a CLI says that it started the process. It is no secret."""

_CORE_PROTOCOL, _PLUGIN_PROTOCOL = 1, 6


def is_started_by_cli(environment: Mapping[str, str]) -> bool:
    """Return whether a CLI started this process."""
    name, value = COOKIE
    return environment.get(name) == value


def handshake(socket: Path, certificate: str) -> str:
    """Return the line that tells the CLI where the server listens.

    Args:
        socket: The path of the unix socket.
        certificate: The server's; empty if the connection is not encrypted.
    """
    return f"{_CORE_PROTOCOL}|{_PLUGIN_PROTOCOL}|unix|{socket}|grpc|{certificate}"


def controller(shutdown: threading.Event) -> grpc.GenericRpcHandler:
    """Return the handlers of the service by which the CLI ends the process.

    Without an answer the CLI waits two seconds and kills the process.

    Args:
        shutdown: Set when the CLI asks to end.
    """

    def end(_request: bytes, _context: grpc.ServicerContext) -> bytes:
        shutdown.set()
        return b""  # an empty message

    method = grpc.unary_unary_rpc_method_handler(with_own_thread(end))
    return grpc.method_handlers_generic_handler("plugin.GRPCController", {"Shutdown": method})
