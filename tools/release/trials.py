"""Trials of what was released: installed and run as a user would, against an emulator."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tools.release.contents import VERSION
from tools.release.native_examples import EXPECTED, LANGUAGES, live
from tools.tofu import tofu

from mixpanel_service_accounts.emulator import Emulator

ROOT = Path(__file__).resolve().parents[2]
QUICKSTART = ROOT / "examples" / "terraform" / "quickstart"
INSTALLED_ONLY = (
    "PULUMI_IGNORE_AMBIENT_PLUGINS",
    "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION",
)
"""What keeps the engine from any plugin but an installed one."""


def terraform_cli() -> str:
    """Return Terraform or OpenTofu, which is built if neither is on PATH.

    Raises:
        OSError: There is none.
    """
    return shutil.which("terraform") or str((tofu.on_path() or tofu.make()) / "tofu")


def try_terraform(cli: str, mirror: Path, folder: Path) -> None:
    """Install the provider from a mirror alone, and run the quickstart: apply, plan, destroy.

    Raises:
        subprocess.CalledProcessError: A command failed, or the plan found something to do.
        ValueError: The emulator does not hold what was asked for.
    """
    shutil.copytree(QUICKSTART, folder)
    settings = folder / "settings.tfrc"
    settings.write_text(
        f'provider_installation {{\n  filesystem_mirror {{ path = "{mirror}" }}\n}}\n'
    )
    with Emulator() as emulator:
        variables = {"TF_CLI_CONFIG_FILE": str(settings), "TF_VAR_project_id": "2001"}
        env = {**os.environ, **emulator.env, **variables, "CHECKPOINT_DISABLE": "1"}
        for command in ("init", "apply -auto-approve", "plan -detailed-exitcode"):
            _run([cli, *command.split(), "-no-color"], folder, env)
        _expect(emulator, ["data-export"])
        _run([cli, "destroy", "-auto-approve", "-no-color"], folder, env)
        _expect(emulator, [])


def _expect(emulator: Emulator, names: list[str]) -> None:
    found = [one["name"] for one in emulator.state()["accounts"] if not one["login"]]
    if found != names:
        raise ValueError(f"the emulator holds {found}, not {names}")


def _run(command: list[str], folder: Path, env: Mapping[str, str]) -> None:
    subprocess.run(command, cwd=folder, env=dict(env), check=True, capture_output=True, text=True)


def install_plugin(archive: Path, home: Path) -> Path:
    """Install the native plugin from its archive into an empty home of Pulumi, and return that."""
    env = {**os.environ, "PULUMI_HOME": str(home)}
    command = ["pulumi", "plugin", "install", "resource", "mixpanel", f"v{VERSION}"]
    _run([*command, "--file", str(archive)], ROOT, env)
    return home


def languages() -> list[str]:
    """Return the languages whose examples can run here."""
    return [one for one in LANGUAGES if one != "typescript" or shutil.which("npm")]


def try_pulumi(language: str, sdk: Path, folder: Path, home: Path) -> None:
    """Run an example of the native plugin with the installed plugin alone.

    Raises:
        ValueError: It did not live the life of an example.
    """
    env = {"PULUMI_HOME": str(home), **dict.fromkeys(INSTALLED_ONLY, "true")}
    found = live(language, sdk, folder, env)
    if found != EXPECTED:
        raise ValueError(f"examples/native/{language}: {found}, not {EXPECTED}")
