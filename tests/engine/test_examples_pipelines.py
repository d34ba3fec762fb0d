"""The commands of the example pipelines, run as the forge would run them, on the real engine."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import yaml
from tests.engine.conftest import EXAMPLES
from tests.engine.harness import PASSPHRASE, Stack
from tests.engine.test_examples import roles_of, rows

from mixpanel_service_accounts.api import Client, Credentials, Grant, Secret
from mixpanel_service_accounts.api.instants import format_instant, parse_instant
from mixpanel_service_accounts.emulator import Emulator

OURS = ("pulumi ", "pulumi-mixpanel ")
NO_CHANGES = 0
CHANGES = 7
"""The engine's exit status where it found changes and expected none."""

FOUND = 3
"""The report's exit status where it found what it is to fail on."""

UP = "pulumi up --yes"
DRIFT = "pulumi preview --refresh --expect-no-changes --diff"
REPORT = "pulumi-mixpanel report --fail-on expired,no-expiry"

GITHUB: dict[Any, Any] = yaml.safe_load((EXAMPLES / "pipelines/github-actions.yml").read_text())
GITLAB: dict[str, Any] = yaml.safe_load((EXAMPLES / "pipelines/gitlab-ci.yml").read_text())


@dataclass(frozen=True)
class Job:
    """What a forge does in one job.

    Attributes:
        commands: The commands, each with whether it also runs after one that failed.
        env: The names of the environment that it gets, with the text that the file says.
    """

    commands: list[tuple[str, bool]]
    env: dict[str, str] = field(default_factory=dict)


def of_github(name: str) -> Job:
    """Read a job of GitHub Actions: what its steps run, with the environment around them."""
    job = GITHUB["jobs"][name]
    commands = [
        (step["run"], "cancelled" in step.get("if", "")) for step in job["steps"] if "run" in step
    ]
    assert all("env" not in step for step in job["steps"])
    return Job(commands, {**GITHUB["env"], **job.get("env", {})})


def of_gitlab(*names: str) -> Job:
    """Read jobs of GitLab CI that follow each other; those of an environment get its variables."""
    jobs = [GITLAB[name] for name in names]
    always = [job["rules"][0].get("when") == "always" for job in jobs]
    commands = [
        (line, late) for job, late in zip(jobs, always, strict=True) for line in job["script"]
    ]
    variables = dict(GITLAB["variables"])
    names_of_all = ["PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE"]
    if all("environment" in job for job in jobs):
        names_of_all += [
            f"MIXPANEL_{part}"
            for part in ("ORGANIZATION_ID", "SERVICE_ACCOUNT_USERNAME", "SERVICE_ACCOUNT_SECRET")
        ]
    return Job(
        commands, {**variables, **{name: f"${{{{ secrets.{name} }}}}" for name in names_of_all}}
    )


FORGES = {
    "github": {name: of_github(name) for name in ("preview", "up", "scheduled")},
    "gitlab": {
        "preview": of_gitlab("preview"),
        "up": of_gitlab("up"),
        "scheduled": of_gitlab("renew", "drift", "report"),
    },
}


def deployer(emulator: Emulator) -> dict[str, str]:
    """Make a login for pipelines that has an end, in place of the emulator's, which has none."""
    seeded = Credentials(username=emulator.username, secret=Secret(emulator.secret))
    made = Client(emulator.base_url, seeded).create_service_account(
        1001,
        "deployer",
        role="admin",
        expires=datetime.now(timezone.utc) + timedelta(days=90),
        projects=[Grant(project_id=project, role="admin") for project in (2001, 2002, 2003)],
    )
    login = Credentials(username=made.account.username, secret=made.secret)
    own = next(row for row in emulator.state()["accounts"] if row["username"] == emulator.username)
    Client(emulator.base_url, login).delete_service_account(1001, own["id"])
    return {
        "MIXPANEL_SERVICE_ACCOUNT_USERNAME": login.username,
        "MIXPANEL_SERVICE_ACCOUNT_SECRET": login.secret.reveal(),
    }


class Forge:
    """Runs jobs on a stack, with nothing in the environment but what the file gives them.

    Args:
        jobs: The jobs of the file.
        stack: Where they run.
        emulator: What they reach, where they have credentials.
    """

    def __init__(self, jobs: Mapping[str, Job], stack: Stack, emulator: Emulator) -> None:
        self.jobs = jobs
        self.stack = stack
        self.emulator = emulator
        self.stored = {
            **emulator.env,
            **deployer(emulator),
            "PULUMI_BACKEND_URL": f"file://{stack.folder}/state",
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        }
        stack.env = self.environment(jobs["up"])
        stack.run("stack", "init", stack.env["PULUMI_STACK"])

    def environment(self, job: Job) -> dict[str, str]:
        """Put in what the forge stores; the emulator's address goes to jobs with credentials."""
        env = {
            name: re.sub(
                r"\$\{\{ (?:vars|secrets)\.(\w+) \}\}", lambda found: self.stored[found[1]], text
            )
            for name, text in job.env.items()
        }
        if any(name.startswith("MIXPANEL_") for name in env):
            env["MIXPANEL_BASE_URL"] = self.emulator.base_url
        return env

    def run(self, name: str) -> dict[str, int]:
        """Run a job's commands of ours, and tell how each of them ended."""
        self.stack.env = self.environment(self.jobs[name])
        ended: dict[str, int] = {}
        for command, even_after_failure in self.jobs[name].commands:
            if command.startswith(OURS) and (even_after_failure or not any(ended.values())):
                ended[command] = self._run(command)
        return ended

    def _run(self, command: str) -> int:
        answer = subprocess.run(
            ["bash", "-e", "-c", command],
            cwd=self.stack.folder,
            env=self.stack.environment(),
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        self.stack.printed.append(answer.stdout + answer.stderr)
        return answer.returncode


def issue_earlier(stack: Stack, name: str, earlier: timedelta) -> None:
    """Let an account of the state have been issued earlier than it was."""
    state = stack.state()
    (entry,) = [
        entry
        for entry in state["deployment"]["resources"]
        if entry["urn"].endswith(f"ServiceAccount::{name}")
    ]
    issued = parse_instant(entry["inputs"]["issued_at"])
    assert issued is not None
    for part in ("inputs", "outputs"):
        entry[part]["issued_at"] = format_instant(issued - earlier)
    stack.run("stack", "import", stdin=json.dumps(state))


@pytest.fixture(params=list(FORGES))
def forge(
    request: pytest.FixtureRequest, emulator: Emulator, example: Callable[..., Stack]
) -> Forge:
    """Make a forge of each kind, with a program that it runs."""
    return Forge(FORGES[request.param], example("least_privilege"), emulator)


def test_a_pull_request_previews_without_credentials_and_without_a_call(forge: Forge) -> None:
    """Before the first up, and after it; the job's environment names nothing of Mixpanel."""
    forge.emulator.forget_calls()
    assert not any(name.startswith("MIXPANEL_") for name in forge.jobs["preview"].env)
    assert forge.run("preview") == {"pulumi preview --diff": 0}
    assert forge.emulator.calls() == []
    assert forge.run("up") == {"pulumi up --yes": 0}
    assert sorted(rows(forge.emulator)) == [
        "deployer",
        "production-ci",
        "production-dashboards",
        "production-exports",
    ]
    forge.emulator.forget_calls()
    assert forge.run("preview") == {"pulumi preview --diff": 0}
    assert forge.emulator.calls() == []


def test_the_scheduled_job_tells_drift_and_changes_nothing(forge: Forge) -> None:
    """Quiet without drift; with it the exit status is the engine's for changes, and it stays."""
    forge.run("up")
    assert forge.run("scheduled") == {UP: 0, DRIFT: NO_CHANGES, REPORT: 0}

    account = rows(forge.emulator)["production-ci"]["id"]
    forge.emulator.grant(account, 2003, "admin")
    assert forge.run("scheduled") == {UP: 0, DRIFT: CHANGES, REPORT: 0}
    assert roles_of(forge.emulator, "production-ci") == {2003: "admin"}
    assert "admin" in forge.stack.printed[-2]

    forge.emulator.faults([{"kind": "forbidden"}])
    assert forge.run("scheduled")[DRIFT] not in {NO_CHANGES, CHANGES}


def test_the_scheduled_job_makes_a_renewal_that_is_due(forge: Forge) -> None:
    """Before it looks for drift, which would take the renewal for some; no other account changes."""
    forge.run("up")
    before = rows(forge.emulator)
    issue_earlier(forge.stack, "ci", timedelta(days=80))
    assert forge.stack.steps() == {"ci": "replace"}
    assert forge.stack.run(*DRIFT.split()[1:], fails=True).code == CHANGES

    assert forge.run("scheduled") == {UP: 0, DRIFT: NO_CHANGES, REPORT: 0}
    after = rows(forge.emulator)
    assert {name for name, row in after.items() if row["id"] != before[name]["id"]} == {
        "production-ci"
    }
    assert len(after) == len(before)


def test_the_scheduled_job_fails_on_an_account_without_an_end(forge: Forge) -> None:
    """One made by hand, which is no drift of the stack."""
    forge.run("up")
    login = Credentials(
        username=forge.stored["MIXPANEL_SERVICE_ACCOUNT_USERNAME"],
        secret=Secret(forge.stored["MIXPANEL_SERVICE_ACCOUNT_SECRET"]),
    )
    Client(forge.emulator.base_url, login).create_service_account(1001, "by-hand")
    assert forge.run("scheduled") == {UP: 0, DRIFT: NO_CHANGES, REPORT: FOUND}
    assert "by-hand" in forge.stack.printed[-1]


def test_pull_requests_of_forks_run_nothing() -> None:
    """Both files ask where the change comes from, before anything of it runs."""
    condition = GITHUB["jobs"]["preview"]["if"]
    assert "github.event.pull_request.head.repo.full_name == github.repository" in condition
    (rule,) = GITLAB["preview"]["rules"]
    assert "$CI_MERGE_REQUEST_SOURCE_PROJECT_PATH == $CI_MERGE_REQUEST_PROJECT_PATH" in rule["if"]
    triggers = GITHUB[True]  # YAML 1.1 reads the key `on` so
    assert sorted(triggers) == ["pull_request", "push", "schedule"]
    assert triggers["push"] == {"branches": ["main"]}


def test_credentials_are_in_protected_jobs_that_run_one_at_a_time() -> None:
    """Whatever names Mixpanel's login is of the environment, and is never cancelled."""
    for name, job in GITHUB["jobs"].items():
        if name != "preview":
            assert job["environment"] == "production"
            assert job["concurrency"] == {
                "group": "mixpanel-production",
                "cancel-in-progress": False,
            }
    assert GITLAB["default"]["interruptible"] is False
    for name in ("up", "renew", "drift", "report"):
        environment = GITLAB[name]["environment"]
        assert environment in ("production", {"name": "production", "action": "verify"})
    for name in ("up", "renew", "drift"):
        assert GITLAB[name]["resource_group"] == "mixpanel-production"
    assert "environment" not in GITHUB["jobs"]["preview"]
    assert "environment" not in GITLAB["preview"]


def test_rights_are_least_and_actions_are_pinned() -> None:
    """The token may read the contents, and no action is of a branch or of a whole major version."""
    assert GITHUB["permissions"] == {"contents": "read"}
    steps = [step for job in GITHUB["jobs"].values() for step in job["steps"] if "uses" in step]
    assert steps
    assert [step for step in steps if not re.search(r"@v\d+\.\d+\.\d+$", step["uses"])] == []
    assert re.search(r":\d+\.\d+\.\d+$", GITLAB["default"]["image"])
