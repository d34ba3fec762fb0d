"""A stack of the real engine: a project folder, a local backend, the commands that a user runs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PASSPHRASE = "a passphrase for tests"
STACK = "dev"
MOVED_CLOCK = """
import datetime
from msgspec.structs import force_setattr
from mixpanel_service_accounts.api.clock import SYSTEM_CLOCK, utc_now

force_setattr(SYSTEM_CLOCK, "now", lambda: utc_now() + datetime.timedelta(hours={hours}))
"""
HEEDING = (
    "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); "
    "os.execvp(sys.argv[1], sys.argv[1:])"
)
"""Starts a program that heeds an interrupt: one that a shell put into the background ignores it."""
_LIMIT = 300
_ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@dataclass(frozen=True)
class Result:
    """What a command printed, and how it ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def text(self) -> str:
        """Everything that was printed, without colours."""
        return _ESCAPES.sub("", self.stdout + self.stderr)

    @property
    def line(self) -> str:
        """Everything that was printed, in one line: the engine wraps as it likes."""
        return " ".join(self.text.split())

    @property
    def our_frames(self) -> list[str]:
        """The lines of a traceback that show this package at work.

        After a refused check a current engine interrupts the program, whose host may print the
        KeyboardInterrupt with a traceback of its own: that is no error of ours.
        """
        return re.findall(
            r'File "[^"]*(?:pulumi_mixpanel|mixpanel_service_accounts)[^"]*", line \d+', self.text
        )


class Stack:
    """One stack in a folder of its own.

    Args:
        folder: Where everything of it lives.
        env: Environment variables, such as those of an emulator.
        program: A folder with a program and its Pulumi.yaml, to copy; default: an empty program.
    """

    def __init__(self, folder: Path, env: Mapping[str, str], program: Path | None = None) -> None:
        self.folder = folder
        self.env = dict(env)
        self.printed: list[str] = []
        self.path_first = ""
        (folder / "state").mkdir(parents=True)
        if program is None:
            (folder / "Pulumi.yaml").write_text("name: tested\nruntime: python\n")
            self.write("")
        else:
            unwanted = shutil.ignore_patterns(".venv", "__pycache__")
            shutil.copytree(program, folder, dirs_exist_ok=True, ignore=unwanted)
        self.run("stack", "init", STACK)

    def write(self, program: str) -> None:
        """Write the program: the given lines after the imports that all of them need."""
        header = "import pulumi\nfrom pulumi_mixpanel import *\n\n"
        (self.folder / "__main__.py").write_text(header + textwrap.dedent(program))

    def spelled(self, text: str) -> str:
        """Return a text that the screen shows, with names of properties as this shell spells them."""
        return text

    def move_clock(self, hours: float) -> None:
        """Let every process of the next commands live that many hours from now."""
        folder = self.folder / "clock"
        folder.mkdir(exist_ok=True)
        (folder / "sitecustomize.py").write_text(MOVED_CLOCK.format(hours=hours))
        self.env["PYTHONPATH"] = str(folder)
        # Its bytecode would count as current after a second move within the same second.
        self.env["PYTHONDONTWRITEBYTECODE"] = "1"

    def environment(self) -> dict[str, str]:
        """Make the environment of a command: nothing of the caller's Mixpanel or Pulumi."""
        inherited = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("MIXPANEL_", "PULUMI_"))
        }
        settings = {
            "PULUMI_BACKEND_URL": f"file://{self.folder}/state",
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_STACK": STACK,
        }
        path = os.pathsep.join(part for part in (self.path_first, os.environ["PATH"]) if part)
        return {**inherited, **settings, "PATH": path, **self.env}

    def run(self, *arguments: str, fails: bool = False, stdin: str | None = None) -> Result:
        """Run a command and expect it to succeed, or to fail."""
        answer = subprocess.run(
            ["pulumi", "--non-interactive", "--color=never", *arguments],
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=_LIMIT,
            input=stdin,
        )
        result = Result(answer.returncode, answer.stdout, answer.stderr)
        self.printed.append(result.stdout + result.stderr)
        assert (result.code != 0) == fails, f"pulumi {arguments}: {result.code}\n{result.text}"
        return result

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command in a session of its own, and do not wait for it."""
        heeding = [sys.executable, "-c", HEEDING]
        return subprocess.Popen(
            [*heeding, "pulumi", "--non-interactive", "--color=never", *arguments],
            cwd=self.folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def preview(self, *arguments: str, fails: bool = False) -> Result:
        """Run `pulumi preview --diff`."""
        return self.run("preview", "--diff", *arguments, fails=fails)

    def steps(self, *arguments: str) -> dict[str, str]:
        """Preview, and tell the step that each resource that changes is to take, by its name."""
        answer = self.run("preview", "--json", *arguments)
        return {
            step["urn"].rsplit("::", 1)[1]: step["op"]
            for step in json.loads(answer.stdout)["steps"]
            if "pulumi:pulumi:Stack" not in step["urn"]
        }

    def up(self, *arguments: str, fails: bool = False) -> Result:
        """Run `pulumi up`."""
        return self.run("up", "--yes", "--skip-preview", "--diff", *arguments, fails=fails)

    def refresh(self, *arguments: str, fails: bool = False) -> Result:
        """Run `pulumi refresh`."""
        return self.run("refresh", "--yes", "--skip-preview", "--diff", *arguments, fails=fails)

    def destroy(self, *arguments: str, fails: bool = False) -> Result:
        """Run `pulumi destroy`."""
        return self.run("destroy", "--yes", "--skip-preview", "--diff", *arguments, fails=fails)

    def config(self, key: str, value: str, *, secret: bool = False) -> None:
        """Set a configuration value."""
        kind = "--secret" if secret else "--plaintext"
        self.run("config", "set", kind, key, "--", value)

    def outputs(self) -> dict[str, Any]:
        """Tell the outputs, secrets in clear, without noting them as printed."""
        found: dict[str, Any] = json.loads(
            self.run("stack", "output", "--json", "--show-secrets").stdout
        )
        self.printed.pop()
        return found

    def state(self) -> dict[str, Any]:
        """Tell the deployment as the backend keeps it, secrets encrypted."""
        found: dict[str, Any] = json.loads(self.run("stack", "export").stdout)
        self.printed.pop()
        return found

    def resources(self) -> dict[str, dict[str, Any]]:
        """Tell the resources of this package in state, by their name."""
        entries = self.state()["deployment"].get("resources", ())
        return {
            entry["urn"].rsplit("::", 1)[1]: entry
            for entry in entries
            if "dynamic/mixpanel:" in entry["type"]
        }
