"""A synchronous gRPC server on a unix socket or a port of this machine."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc

THREADS = 64
"""How many calls are served at once; further ones wait for a thread. A call waits for the API most
of its time. The calls that stop others have threads of their own: `own_thread`."""

_OPTIONS = (
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.so_reuseport", 0),
)
"""A large schema or state is no error."""


class Server:
    """A server that answers with handlers.

    Args:
        handlers: What it answers with; see `handlers_of`.
    """

    def __init__(self, handlers: Sequence[grpc.GenericRpcHandler]) -> None:
        self._server = grpc.server(
            ThreadPoolExecutor(THREADS, thread_name_prefix="call"), options=_OPTIONS
        )
        self._server.add_generic_rpc_handlers(handlers)

    def listen(self, socket: Path, credentials: grpc.ServerCredentials | None = None) -> None:
        """Listen on a unix socket and start.

        Args:
            socket: Its path; the folder should be open to its owner alone.
            credentials: For TLS; without them the connection is not encrypted.
        """
        address = f"unix:{socket}"
        if credentials is None:
            self._server.add_insecure_port(address)
        else:
            self._server.add_secure_port(address, credentials)
        self._server.start()

    def listen_on_port(self) -> int:
        """Listen on a free port of 127.0.0.1, start, and return the port."""
        port: int = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()
        return port

    def stop(self, grace: float) -> None:
        """Accept no more calls, and wait until those under way have ended.

        Args:
            grace: Seconds after which they are cut.
        """
        self._server.stop(grace).wait()
