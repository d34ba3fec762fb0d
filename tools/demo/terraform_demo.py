"""The main job under Terraform or OpenTofu, on the embedded emulator: plan, apply, drift, login.

Run it with `script/demo --terraform`. It destroys what it made and leaves nothing behind.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tools.demo.demo import expect, logs_in, printed, say
from tools.tofu import tofu

from mixpanel_service_accounts.emulator import Emulator

ROOT = Path(__file__).resolve().parents[2]
QUICKSTART = ROOT / "examples" / "terraform" / "quickstart"
_NEEDED = (
    "script/demo --terraform needs Terraform (https://developer.hashicorp.com/terraform/install) "
    "or OpenTofu (https://opentofu.org/docs/intro/install/) on PATH; `script/tofu version` builds "
    "the latter with Go."
)


def cli() -> str | None:
    """Return Terraform or OpenTofu: what is on PATH, or what was built before."""
    built = shutil.which("tofu", path=str(tofu.FOLDER))
    return shutil.which("terraform") or shutil.which("tofu") or built


class Workspace:
    """The quickstart in a folder of its own.

    Args:
        command: Terraform or OpenTofu.
        folder: The folder.
        emulator: The Mixpanel that the environment names.
    """

    def __init__(self, command: str, folder: Path, emulator: Emulator) -> None:
        self.command = command
        self.folder = folder / "quickstart"
        shutil.copytree(QUICKSTART, self.folder)
        settings = folder / "settings.tfrc"
        provider = Path(sys.executable).parent
        settings.write_text(
            "provider_installation {\n"
            f'  dev_overrides {{ "mixpanel/mixpanel" = "{provider}" }}\n  direct {{}}\n}}\n'
        )
        self.env = _environment(emulator, settings)

    def run(self, *arguments: str, quiet: bool = False) -> str:
        """Run a command as a user would, showing it and, unless quiet, what it prints."""
        print(f"\n$ {Path(self.command).name} {shlex.join(arguments)}", flush=True)
        return printed(
            [self.command, *arguments],
            shlex.join(arguments),
            folder=self.folder,
            env=self.env,
            quiet=quiet,
        )


def _environment(emulator: Emulator, settings: Path) -> dict[str, str]:
    foreign = ("MIXPANEL_", "TF_")
    ours = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
    variables: Mapping[str, str] = {
        "CHECKPOINT_DISABLE": "1",
        "TF_CLI_ARGS": "-no-color",
        "TF_CLI_CONFIG_FILE": str(settings),
        "TF_IN_AUTOMATION": "true",
        "TF_VAR_project_id": "2001",
    }
    return {**ours, **emulator.env, **variables}


def show(workspace: Workspace, emulator: Emulator) -> None:
    """Walk through the main job."""
    run = workspace.run
    say("What would be made: a plan, as in a pull request")
    expect("Plan: 2 to add" in run("plan"), "the plan does not add an account and a membership")
    say("Make it")
    made = run("apply", "-auto-approve")
    expect("secret = <sensitive>" in made, "the secret is not shown as sensitive")
    say("Again: nothing changes")
    run("plan", "-detailed-exitcode")
    say("Somebody makes the account an admin of project 2001, by hand")
    account = next(a for a in emulator.state()["accounts"] if a["name"] == "data-export")
    emulator.grant(account["id"], 2001, "admin")
    say("A refresh tells")
    told = run("plan", "-refresh-only")
    expect('"analyst" -> "admin"' in told, "the refresh does not tell the drift")
    say("And apply puts it right")
    run("apply", "-auto-approve")
    rows = [row for row in emulator.state()["memberships"] if row["account"] == account["id"]]
    expect([row["role"] for row in rows] == ["analyst"], "apply did not put the role right")
    say("The secret out of the state (not shown here) really logs in")
    username = run("output", "-raw", "username", quiet=True)
    secret = run("output", "-raw", "secret", quiet=True)
    expect(logs_in(emulator, username, secret), "the secret out of the state does not log in")
    expect(not logs_in(emulator, username, "wrong"), "a wrong secret logs in")
    print(f"\n{username} logs in with it (GET /me: 200), and with a wrong one it does not (401)")
    say("Take it down")
    run("destroy", "-auto-approve")
    left = [one["name"] for one in emulator.state()["accounts"] if not one["login"]]
    expect(left == [], f"destroy left {left}")


def main(arguments: list[str]) -> int:
    """Show the main job."""
    if arguments:
        print(__doc__, file=sys.stderr)
        return 2
    command = cli()
    if command is None:
        print(_NEEDED, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder, Emulator() as emulator:
        say(f"A folder with a configuration, beside a local Mixpanel; the CLI is {command}")
        show(Workspace(command, Path(folder), emulator), emulator)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
