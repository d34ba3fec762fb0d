"""The native plugin on the engine, the same plugin doing nothing, and the dynamic provider."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tools.bench.stacks import Measured, Stack, ours

from mixpanel_service_accounts.emulator import Emulator

_PROGRAM = """
import pulumi

class ServiceAccount(pulumi.CustomResource):
    def __init__(self, name, props):
        wanted = {{**dict.fromkeys(("name", "secret", "username", "serviceAccountId")), **props}}
        super().__init__("mixpanel:index:ServiceAccount", name, wanted)

for number in range({accounts}):
    ServiceAccount(f"a{{number}}", {{"projects": [
        {{"projectId": 2001 + (number * {memberships} + at) % 20, "role": "analyst"}}
        for at in range({memberships})]}})
"""
_IDLE = '#!/bin/sh\nexec "{python}" -m tools.bench.idle native "$@"\n'
ROOT = Path(__file__).resolve().parents[2]


def life(
    accounts: int, *, projects: int, latency: int, parallel: int, shell: str
) -> dict[str, Measured]:
    """Bring accounts up, refresh them and destroy them.

    Args:
        accounts: How many.
        projects: In how many projects each is.
        latency: Milliseconds of each call.
        parallel: How many steps the engine takes at once.
        shell: `native`, `idle` or `dynamic`, the last with as many threads as steps.
    """
    with tempfile.TemporaryDirectory() as name, Emulator(latency_ms=latency) as emulator:
        folder = Path(name)
        env = {"PYTHONPATH": str(ROOT)}
        provider = b"pulumi.dynamic" if shell == "dynamic" else b"pulumi-resource-mixpanel"
        if shell == "idle":
            env["PATH"] = os.pathsep.join((str(_idle_plugin(folder / "bin")), os.environ["PATH"]))
            provider = b"tools.bench.idle"
        stack = Stack(folder / "stack", emulator, env, parallel, provider)
        stack.write(
            ours(accounts, projects, projects=True, concurrency=parallel)
            if shell == "dynamic"
            else _PROGRAM.format(accounts=accounts, memberships=projects)
        )
        return {"up": stack.up(), "refresh": stack.refresh(), "destroy": stack.destroy()}


def _idle_plugin(folder: Path) -> Path:
    folder.mkdir()
    executable = folder / "pulumi-resource-mixpanel"
    executable.write_text(_IDLE.format(python=sys.executable))
    executable.chmod(0o755)
    return folder
