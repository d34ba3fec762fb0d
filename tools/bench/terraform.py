"""A whole configuration under Terraform or OpenTofu, beside the same provider doing nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from tools.bench.stacks import Measured, watching

from mixpanel_service_accounts.emulator import Emulator

_CONFIGURATION = """
terraform {
  required_providers {
    mixpanel = { source = "mixpanel/mixpanel" }
  }
}

resource "mixpanel_service_account" "bench" {
  count = %d
  name  = "bench-${count.index}"
%s}
"""
_PROJECTS = """  projects = [for at in range(%d) : {
    project_id = 2001 + (count.index * %d + at) %% 20
    role       = "analyst"
  }]
"""
_SETTINGS = """
provider_installation {
  dev_overrides {
    "mixpanel/mixpanel" = "%s"
  }
  direct {}
}
"""
_IDLE = '#!/bin/sh\nexec "{python}" -m tools.bench.idle terraform "$@"\n'
ROOT = Path(__file__).resolve().parents[2]


def command() -> str:
    """Return the CLI on PATH."""
    found = shutil.which("terraform") or shutil.which("tofu")
    if found is None:
        sys.exit("neither terraform nor tofu is on PATH")
    return found


def life(
    accounts: int, *, projects: int = 0, latency: int = 0, idle: bool = False
) -> Mapping[str, Measured]:
    """Create, refresh and plan, plan without a refresh, and destroy, ten at a time."""
    with tempfile.TemporaryDirectory() as name, Emulator(latency_ms=latency) as emulator:
        folder = Path(name)
        settings = folder / "settings.tfrc"
        _provider(folder / "bin", idle=idle)
        settings.write_text(_SETTINGS % (folder / "bin"))
        listed = _PROJECTS % (projects, projects) if projects else ""
        (folder / "main.tf").write_text(_CONFIGURATION % (accounts, listed))
        steps = {
            "create": ("apply", "-auto-approve"),
            "refresh and plan": ("plan",),
            "plan": ("plan", "-refresh=false"),
            "destroy": ("destroy", "-auto-approve"),
        }
        return {step: _run(folder, emulator, settings, *words) for step, words in steps.items()}


def _provider(folder: Path, *, idle: bool) -> None:
    folder.mkdir()
    executable = folder / "terraform-provider-mixpanel"
    if idle:
        executable.write_text(_IDLE.format(python=sys.executable))
        executable.chmod(0o755)
    else:
        executable.symlink_to(Path(sys.executable).parent / executable.name)


def _run(folder: Path, emulator: Emulator, settings: Path, *words: str) -> Measured:
    emulator.forget_calls()
    foreign = ("MIXPANEL_", "TF_", "PYTHONDONTWRITEBYTECODE")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
    env = {"TF_CLI_CONFIG_FILE": str(settings), "CHECKPOINT_DISABLE": "1", "PYTHONPATH": str(ROOT)}
    printed = folder / "printed"
    with printed.open("w") as out:
        began = time.monotonic()
        process = subprocess.Popen(
            [command(), *words, "-no-color", "-parallelism=10"],
            cwd=folder,
            env={**kept, **env, **emulator.env},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        with watching(process.pid, b"terraform-provider-mixpanel") as peaks:
            process.wait()
            seconds = time.monotonic() - began
    if process.returncode:
        sys.exit(f"{command()} {' '.join(words)}:\n{printed.read_text()[-3000:]}")
    return Measured(seconds, len(emulator.calls()), max(peaks, default=None))


def version() -> str:
    """Return name and version of the CLI."""
    told = subprocess.run(
        [command(), "version", "-json"], capture_output=True, text=True, check=True
    ).stdout
    name = "OpenTofu" if Path(command()).name == "tofu" else "Terraform"
    return f"{name} {json.loads(told)['terraform_version']}"
