"""A command at a terminal: a pseudo-terminal for stdout and stderr, or for stderr alone."""

from __future__ import annotations

import os
import pty
import struct
import subprocess
import termios
from collections.abc import Mapping, Sequence
from fcntl import ioctl

COLUMNS = 100


def at_a_terminal(arguments: Sequence[str], env: Mapping[str, str]) -> tuple[int, str]:
    """Run a command whose stdout and stderr are a terminal.

    Returns:
        Its exit status, and all that the terminal was sent.
    """
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    process = subprocess.Popen(
        arguments, env=dict(env), stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    sent = b""
    while True:
        try:
            chunk = os.read(ours, 65536)
        except OSError:  # Linux says so when the other side is closed
            break
        if not chunk:
            break
        sent += chunk
    os.close(ours)
    return process.wait(60), sent.decode()
