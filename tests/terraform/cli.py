"""A folder with a configuration, and the CLI that runs in it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.needs import needed

ROOT = Path(__file__).resolve().parents[2]
ADDRESSES = ("registry.terraform.io/mixpanel/mixpanel", "registry.opentofu.org/mixpanel/mixpanel")
"""What Terraform and what OpenTofu take `mixpanel/mixpanel` for."""

CHOSEN = os.environ.get("MIXPANEL_TEST_CLI", "")
"""The command to test, `terraform` or `tofu`; by default the first of them that is there."""

REQUIRED = """
terraform {
  required_providers {
    mixpanel = { source = "mixpanel/mixpanel" }
  }
}
"""


class Workspace:
    """A configuration and its state.

    Args:
        folder: Where they are; made.
        env: Further environment variables.
    """

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        self.command = command()
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("MIXPANEL_", "TF_"))}
        self.env = {**inherited, "TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1", **env}

    @property
    def is_opentofu(self) -> bool:
        """Whether the CLI is OpenTofu."""
        return Path(self.command).name == "tofu"

    @property
    def registry(self) -> str:
        """The registry of a source address that names none."""
        return "registry.opentofu.org" if self.is_opentofu else "registry.terraform.io"

    def write(self, configuration: str) -> None:
        """Write the configuration."""
        (self.folder / "main.tf").write_text(REQUIRED + configuration)

    def run(self, *arguments: str, fails: bool = False) -> str:
        """Run a command and return what it shows, stdout and stderr."""
        ran = subprocess.run(
            [self.command, *arguments],
            cwd=self.folder,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert (ran.returncode == 1) == fails, ran.stdout
        return in_terraforms_words(" ".join(ran.stdout.replace("│", " ").split()))

    def apply(self, configuration: str | None = None, *options: str) -> str:
        """Apply a configuration."""
        if configuration is not None:
            self.write(configuration)
        return self.run("apply", "-auto-approve", "-no-color", *options)

    def plan(self, configuration: str | None = None, *options: str) -> str:
        """Plan a configuration."""
        if configuration is not None:
            self.write(configuration)
        return self.run("plan", "-no-color", *options)

    def interrupted_apply(self, is_time: Callable[[], bool]) -> str:
        """Apply, send Ctrl-C to the whole process group in the middle; return what it shows."""
        code, shown = self._ended_apply(is_time, signal.SIGINT)
        assert code == 1, shown
        return shown

    def killed_apply(self, is_time: Callable[[], bool]) -> None:
        """Apply, and kill the whole process group in the middle."""
        code, shown = self._ended_apply(is_time, signal.SIGKILL)
        assert code == -signal.SIGKILL, shown

    def _ended_apply(self, is_time: Callable[[], bool], by: signal.Signals) -> tuple[int, str]:
        # Into a file: the CLI would wait for a pipe that is full, as after the plan of many resources.
        with (
            tempfile.TemporaryFile("w+") as screen,
            subprocess.Popen(
                [self.command, "apply", "-auto-approve", "-no-color"],
                cwd=self.folder,
                env=self.env,
                stdout=screen,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            ) as process,
        ):
            wait_for(is_time)
            os.killpg(process.pid, by)
            process.wait(timeout=300)
            screen.seek(0)
            shown = screen.read()
        return process.returncode, " ".join(shown.replace("│", " ").split())

    def run_with(self, configuration: str) -> str:
        """Plan a configuration that is refused, and return what is shown."""
        self.write(configuration)
        return self.run("plan", "-no-color", fails=True)

    def is_settled(self) -> bool:
        """Return whether a plan finds nothing to do."""
        return "No changes." in self.plan()

    def state(self) -> dict[str, dict[str, Any]]:
        """Return the attributes of every resource in the state by address."""
        shown = json.loads((self.folder / "terraform.tfstate").read_text())
        return {
            f"{one['type']}.{one['name']}": instance["attributes"]
            for one in shown["resources"]
            for instance in one["instances"]
            if "deposed" not in instance
        }


def in_terraforms_words(shown: str) -> str:
    """Return what OpenTofu shows as Terraform would show it, where they differ."""
    shown = shown.replace(
        "# forces replacement -> (known after apply) #", "-> (known after apply) #"
    )
    return shown.replace("is tainted, so it must be replaced", "is tainted, so must be replaced")


def command() -> str:
    """Return the path of the CLI that is tested."""
    names = (CHOSEN,) if CHOSEN else ("terraform", "tofu")
    return needed(*names, how="install Terraform or OpenTofu, or run script/test-opentofu")


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def overriding(folder: Path) -> dict[str, str]:
    """Return the environment by which the CLI takes the executable in a folder, without `init`."""
    settings = folder.with_suffix(".tfrc")
    settings.write_text(
        f'provider_installation {{\n  dev_overrides {{ "mixpanel/mixpanel" = "{folder}" }}\n'
        "  direct {}\n}\n"
    )
    return {"TF_CLI_CONFIG_FILE": str(settings)}
