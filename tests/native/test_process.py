"""The plugin's process: what it loads, and what it prints."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path


def test_the_process_loads_no_pulumi_sdk() -> None:
    """Nor the transport, which a preview does not need: every command waits for its start."""
    script = "import sys, pulumi_mixpanel.plugin.command; print(*sys.modules, sep='\\n')"
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert "grpc" in loaded
    assert {"pulumi", "requests", "pulumi_mixpanel.dynamic", "msgpack"} & set(loaded) == set()


def test_it_prints_its_port_and_ends_with_the_process_that_started_it() -> None:
    """An engine that was killed never says that the plugin is to end."""
    command = Path(sys.executable).parent / "pulumi-resource-mixpanel"
    script = (
        "import subprocess, sys\n"
        "started = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True)\n"
        "print(started.stdout.readline())"
    )
    # This waits for the end of the plugin too, which has the same stderr.
    starter = subprocess.run(
        [sys.executable, "-c", script, str(command)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert starter.stdout.strip().isdigit()


def test_an_interrupt_ends_it() -> None:
    """As the engine ends a plugin: one that ignores it holds every command up until it is killed."""
    command = Path(sys.executable).parent / "pulumi-resource-mixpanel"
    with subprocess.Popen([str(command)], stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None
        assert started.stdout.readline().strip().isdigit()
        started.send_signal(signal.SIGINT)
        assert started.wait(timeout=60) == 0
