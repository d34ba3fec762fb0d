"""The main job, shown on the embedded emulator: preview, up, no change, drift, login, and on.

Run it with `script/demo`; `script/demo down` takes everything down.
"""

from __future__ import annotations

import base64
import json
import os
import shlex
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from mixpanel_service_accounts.emulator import Emulator

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / ".demo"
STACK = "demo"


def say(text: str) -> None:
    """Say what comes next."""
    print(f"\n── {text}", flush=True)


def fail(text: str) -> NoReturn:
    """Stop: a step did not show what it should."""
    sys.exit(f"script/demo failed: {text}")


def environment(emulator: Emulator | None) -> dict[str, str]:
    """Make the environment of every command: a local backend, and the emulator."""
    settings = {
        "PULUMI_BACKEND_URL": f"file://{FOLDER}/state",
        "PULUMI_CONFIG_PASSPHRASE": "only for the demo",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_STACK": STACK,
    }
    ours = {key: value for key, value in os.environ.items() if not key.startswith("MIXPANEL_")}
    return {**ours, **settings, **(emulator.env if emulator else {})}


def run(env: Mapping[str, str], *arguments: str, quiet: bool = False) -> str:
    """Run Pulumi as a user would, showing the command and, unless quiet, what it prints."""
    print(f"\n$ pulumi {shlex.join(arguments)}", flush=True)
    return printed(
        ["pulumi", *arguments, "--non-interactive"],
        f"pulumi {shlex.join(arguments)}",
        folder=ROOT,
        env=env,
        quiet=quiet,
    )


def printed(
    command: Sequence[str], called: str, *, folder: Path, env: Mapping[str, str], quiet: bool
) -> str:
    """Run a command, show what it prints unless quiet, and return it; stop if it fails."""
    answer = subprocess.run(
        command,
        cwd=folder,
        env=dict(env),
        text=True,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if quiet else subprocess.STDOUT,
    )
    if not quiet:
        print(answer.stdout, flush=True)
    if answer.returncode:
        fail(f"`{called}` ended with {answer.returncode}")
    return answer.stdout


def logs_in(emulator: Emulator, username: str, secret: str) -> bool:
    """Ask the emulator who that is."""
    login = base64.b64encode(f"{username}:{secret}".encode()).decode()
    request = urllib.request.Request(
        f"{emulator.base_url}/me", headers={"Authorization": f"Basic {login}"}
    )
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
            return int(answer.status) == 200
    except urllib.error.HTTPError as error:
        error.close()
        return False


def expect(found: bool, text: str) -> None:  # noqa: FBT001 (reads as a sentence)
    """Go on, or stop."""
    if not found:
        fail(text)


def show(emulator: Emulator) -> None:
    """Walk through the main job."""
    env = environment(emulator)
    say("A stack on a local backend, beside a local Mixpanel")
    run(env, "stack", "init", STACK, quiet=True)
    say("What would be made: a preview, as in a pull request")
    planned = run(env, "preview", "--diff")
    expect("3 to create" in planned, "the preview does not plan a stack, an account, a membership")
    say("Make it")
    made = run(env, "up", "--yes", "--skip-preview")
    expect("[secret]" in made, "the secret is not shown as [secret]")
    say("Again: nothing changes")
    run(env, "preview", "--expect-no-changes")
    say("Somebody makes the account an admin of project 2001, by hand")
    account = next(a for a in emulator.state()["accounts"] if a["name"] == "data-pipeline-bot")
    emulator.grant(account["id"], 2001, "admin")
    say("A refresh tells")
    told = run(env, "refresh", "--yes", "--skip-preview", "--diff")
    expect('"analyst" => "admin"' in told, "the refresh does not tell the drift")
    say("And up puts it right")
    run(env, "up", "--yes", "--skip-preview", "--diff")
    rows = [row for row in emulator.state()["memberships"] if row["account"] == account["id"]]
    expect([row["role"] for row in rows] == ["analyst"], "up did not put the role right")
    say("The secret out of the stack (not shown here) really logs in")
    outputs = json.loads(run(env, "stack", "output", "--json", "--show-secrets", quiet=True))
    username, secret = outputs["username"], outputs["secret"]
    expect(logs_in(emulator, username, secret), "the secret out of the stack does not log in")
    expect(not logs_in(emulator, username, "wrong"), "a wrong secret logs in")
    print(f"\n{username} logs in with it (GET /me: 200), and with a wrong one it does not (401)")


def go_on(port: int) -> None:
    """Say how to go on by hand, and how to take it down."""
    emulator = ".venv/bin/pulumi-mixpanel emulator --db .demo/emulator.sqlite"
    print(
        f"""
── Go on by hand: the state and the emulator's accounts are in .demo

{emulator} --port {port} > .demo/env &
until grep -q TOKEN .demo/env; do sleep 0.1; done; . .demo/env
export PULUMI_BACKEND_URL=file://{shlex.quote(str(FOLDER))}/state
export PULUMI_CONFIG_PASSPHRASE='only for the demo' PULUMI_STACK={STACK}
script/pulumi up

── Take it down, after stopping the emulator if you started it by hand

kill %1
script/demo down
"""
    )


def same_emulator() -> Emulator:
    """Open the emulator of the last demo, where it listened: the stack records the host."""
    port = int((FOLDER / "port").read_text())
    try:
        return Emulator(db=FOLDER / "emulator.sqlite", port=port)
    except OSError as error:
        fail(f"port {port}: {error}. If you started the emulator by hand, stop it first (kill %1)")


def main(arguments: list[str]) -> int:
    """Show the main job, or take down what it left."""
    if arguments not in ([], ["down"]):
        print(__doc__, file=sys.stderr)
        return 2
    if arguments == ["down"] and FOLDER.exists():
        with same_emulator() as emulator:
            run(environment(emulator), "destroy", "--yes", "--skip-preview")
            run(environment(emulator), "stack", "rm", STACK, "--yes")
    shutil.rmtree(FOLDER, ignore_errors=True)
    (ROOT / f"Pulumi.{STACK}.yaml").unlink(missing_ok=True)
    if arguments == []:
        (FOLDER / "state").mkdir(parents=True)
        with Emulator(db=FOLDER / "emulator.sqlite") as emulator:
            port = int(emulator.base_url.split(":")[2].split("/")[0])
            (FOLDER / "port").write_text(str(port))
            show(emulator)
        go_on(port)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
