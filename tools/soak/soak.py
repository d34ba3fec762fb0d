"""Hundreds of accounts through `pulumi up` under random faults, bounded to a few minutes.

Run it with `script/soak [ACCOUNTS] [SEED]`. It ends with status 1 where a promise was broken.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from mixpanel_service_accounts.emulator import Emulator

KINDS = (
    "500-before-effect",
    "500-after-effect",
    "cut-after-effect",
    "truncated",
    "rate-limit",
    "empty",
)
PROGRAM = """
from pulumi_mixpanel import ProjectMembership, ServiceAccount

for number in range({accounts}):
    bot = ServiceAccount(f"bot-{{number:03}}", name=f"bot-{{number:03}}",
                         projects=[{{"project_id": 2001, "role": "analyst"}}])
    ProjectMembership(f"m-{{number:03}}", service_account=bot, project_id=2002, role={role!r})
"""
BETWEEN_FAULTS = 0.7
LONGEST = 300


def trouble(emulator: Emulator, chance: random.Random, stop: threading.Event) -> None:
    """Set one fault after the other, each for one call of one kind."""
    while not stop.wait(BETWEEN_FAULTS):
        method = chance.choice(["POST", "POST", "GET", "DELETE"])
        fault = {"kind": chance.choice(KINDS), "method": method, "times": 1}
        emulator.faults([fault])


def pulumi(folder: Path, env: dict[str, str], *arguments: str) -> int:
    """Run Pulumi, quietly; its output goes to a file."""
    with (folder / "output.txt").open("a") as output:
        return subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=folder,
            env=env,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=LONGEST,
        ).returncode


def until_done(folder: Path, env: dict[str, str], *arguments: str) -> int:
    """Run a command until it succeeds, as a pipeline would; count the runs."""
    for runs in range(1, 11):
        if pulumi(folder, env, *arguments, "--yes", "--skip-preview") == 0:
            return runs
    sys.exit(f"`pulumi {arguments[0]}` did not succeed in ten runs; see {folder}/output.txt")


def broken(emulator: Emulator, accounts: int) -> list[str]:
    """Tell which promises the emulator's accounts break."""
    names = [row["name"] for row in emulator.state()["accounts"] if not row["login"]]
    twice = sorted({name for name in names if names.count(name) > 1})
    problems = [f"made twice: {', '.join(twice)}"] if twice else []
    return problems + ([f"{len(names)} instead of {accounts}"] if len(names) != accounts else [])


def main(arguments: list[str]) -> int:
    """Run the soak and print its figures."""
    accounts = int(arguments[0]) if arguments else 200
    seed = int(arguments[1]) if len(arguments) > 1 else 1
    stop, chance = threading.Event(), random.Random(seed)
    with tempfile.TemporaryDirectory() as name, Emulator() as emulator:
        folder = Path(name)
        (folder / "state").mkdir()
        env = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("MIXPANEL_", "PULUMI_"))},
            **emulator.env,
            "PULUMI_BACKEND_URL": f"file://{folder}/state",
            "PULUMI_CONFIG_PASSPHRASE": "only for the soak",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_STACK": "soak",
        }
        (folder / "Pulumi.yaml").write_text("name: soak\nruntime: python\n")
        pulumi(folder, env, "stack", "init", "soak")
        threading.Thread(target=trouble, args=(emulator, chance, stop), daemon=True).start()
        started = time.monotonic()
        problems = []
        for command, role in (("up", "analyst"), ("refresh", "analyst"), ("up", "admin")):
            (folder / "__main__.py").write_text(PROGRAM.format(accounts=accounts, role=role))
            runs = until_done(folder, env, command)
            problems += broken(emulator, accounts)
            took = time.monotonic() - started
            print(f"{command} ({role}): done in {runs} runs, {took:.0f} s so far", flush=True)
        runs = until_done(folder, env, "destroy")
        problems += broken(emulator, 0)
        stop.set()
        struck = sum(call["status"] in {0, 429, 500} for call in emulator.calls())
        print(
            f"destroy: done in {runs} runs; {accounts} accounts, seed {seed}: {struck} of "
            f"{len(emulator.calls())} calls were struck, {time.monotonic() - started:.0f} s, "
            f"problems: {'; '.join(problems) or 'none'}"
        )
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
