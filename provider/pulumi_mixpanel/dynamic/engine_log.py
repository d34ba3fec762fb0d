"""Lines on the user's screen, through the engine whose address the process was given."""

import contextlib
import sys
import threading
from typing import Any

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc


def warn(line: str) -> None:
    """Show a line as a warning."""
    _log(engine_pb2.WARNING, line)


def announce(line: str) -> None:
    """Show a line."""
    _log(engine_pb2.INFO, line)


_engine_lock = threading.Lock()


_engine: list[engine_pb2_grpc.EngineStub] = []


def _log(severity: Any, line: str) -> None:  # noqa: ANN401 (an enum of the generated code)
    """Show a line on the user's screen: by the engine, whose address the host was given."""
    message = f"mixpanel: {line}"
    try:
        with _engine_lock:
            if not _engine:
                channel = grpc.insecure_channel(sys.argv[1])
                _engine.append(engine_pb2_grpc.EngineStub(channel))
        request = engine_pb2.LogRequest(severity=severity, message=message)
        _engine[0].Log(request, timeout=5)
    except (IndexError, grpc.RpcError, ValueError):
        # Nobody may be left to read it; that is no reason to break off what it tells of.
        with contextlib.suppress(OSError, ValueError):
            print(message, file=sys.stderr)  # noqa: T201 (the host shows it, as a plain line)
