"""The examples of the native plugin: each language's program lives a whole life on the engine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import venv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mixpanel_service_accounts.emulator import Emulator

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples" / "native"


@dataclass(frozen=True)
class Life:
    """What an emulator held while an example's stack was up, and afterwards.

    Attributes:
        name: The name of the account that it made.
        roles: The account's role by project.
        has_login: Whether the stack's outputs are the account's username and secret.
        left: The accounts that are there after `pulumi destroy`.
    """

    name: str
    roles: Mapping[int, str]
    has_login: bool
    left: list[str]


EXPECTED = Life("data-export", {2001: "analyst"}, has_login=True, left=[])
"""The life of every example."""


def live(language: str, sdk: Path, folder: Path, env: Mapping[str, str]) -> Life:
    """Run an example: up, a preview that finds nothing to do, destroy.

    Args:
        language: The name of the example's folder.
        sdk: The folder with the SDKs.
        folder: A folder for its copy and its state; made.
        env: Further environment variables.

    Raises:
        subprocess.CalledProcessError: A command failed; its output says why.
    """
    program = folder / "examples" / "native" / language
    unwanted = shutil.ignore_patterns("node_modules")
    shutil.copytree(EXAMPLES / language, program, ignore=unwanted)
    (folder / "sdk").symlink_to(sdk)
    (folder / "state").mkdir()
    settings = {
        "PULUMI_BACKEND_URL": f"file://{folder}/state",
        "PULUMI_CONFIG_PASSPHRASE": "only for an example",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_STACK": "dev",
        "GOWORK": "off",
    }
    with Emulator() as emulator:
        whole = {**os.environ, **settings, **emulator.env, **env}
        whole["PATH"] = os.pathsep.join([*_PREPARE[language](program, whole), whole["PATH"]])
        return _life(emulator, program, whole)


def _life(emulator: Emulator, program: Path, env: Mapping[str, str]) -> Life:
    def pulumi(*arguments: str) -> str:
        return _run(["pulumi", "--non-interactive", *arguments], program, env)

    pulumi("stack", "init", "dev")
    pulumi("up", "--yes", "--skip-preview")
    pulumi("preview", "--expect-no-changes")
    (account,) = _made(emulator)
    rows = [one for one in emulator.state()["memberships"] if one["account"] == account["id"]]
    outputs = json.loads(pulumi("stack", "output", "--json", "--show-secrets"))
    pulumi("destroy", "--yes", "--skip-preview")
    return Life(
        account["name"],
        {row["project"]: row["role"] for row in rows},
        has_login=outputs == {key: account[key] for key in ("username", "secret")},
        left=[one["name"] for one in _made(emulator)],
    )


def _made(emulator: Emulator) -> list[Mapping[str, Any]]:
    return [one for one in emulator.state()["accounts"] if not one["login"]]


def _run(command: Sequence[str], folder: Path, env: Mapping[str, str]) -> str:
    ran = subprocess.run(
        command,
        cwd=folder,
        env=dict(env),
        check=True,
        text=True,
        stdout=subprocess.PIPE,
    )
    return ran.stdout


def _prepare_nothing(_program: Path, _env: Mapping[str, str]) -> list[str]:
    return []


def _prepare_python(program: Path, env: Mapping[str, str]) -> list[str]:
    """Install the requirements, and return where the environment's commands are."""
    venv.create(program / ".venv", with_pip=True)
    commands = program / ".venv" / "bin"
    pip = [str(commands / "python"), "-m", "pip", "install", "--quiet"]
    _run([*pip, "--requirement", "requirements.txt"], program, env)
    return [str(commands)]


def _prepare_nodejs(program: Path, env: Mapping[str, str]) -> list[str]:
    _run(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error"], program, env)
    _run(["npx", "tsc"], program, env)
    return []


def _prepare_go(program: Path, env: Mapping[str, str]) -> list[str]:
    _run(["go", "vet", "."], program, env)
    return []


_PREPARE: Mapping[str, Callable[[Path, Mapping[str, str]], list[str]]] = {
    "yaml": _prepare_nothing,
    "python": _prepare_python,
    "typescript": _prepare_nodejs,
    "go": _prepare_go,
}
LANGUAGES = tuple(_PREPARE)
