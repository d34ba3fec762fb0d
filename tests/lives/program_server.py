"""Serve the Python program of a folder to the engine, run by run, in one process.

    python -m tests.lives.program_server FOLDER

It prints the address, and ends with its standard input. Each run takes the text as it is then, as
the Automation API takes an inline program: without a start of Python for each command.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto import language_pb2_grpc


def main(folder: Path) -> None:
    """Serve until standard input ends."""
    program = LanguageServer(lambda: exec((folder / "__main__.py").read_text(), {}))  # noqa: S102
    server = grpc.server(ThreadPoolExecutor(4))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(program, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(f"127.0.0.1:{port}", flush=True)  # noqa: T201 (the parent reads it)
    sys.stdin.read()
    os._exit(0)  # what a program that failed left unfinished is not waited for


if __name__ == "__main__":
    main(Path(sys.argv[1]))
