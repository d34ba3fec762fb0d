"""Every Python example of the documents runs: against mocks of the engine, and an emulator."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mixpanel_service_accounts.api import Client, Credentials, Secret
from mixpanel_service_accounts.emulator import Emulator

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
EXAMPLES = [
    pytest.param(block, id=f"{page.name}-{at}")
    for page in PAGES
    for at, block in enumerate(BLOCK.findall(page.read_text()), 1)
]
MOCKS = """
import os, pulumi

class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        outputs = {"service_account_id": 5001, "home": {"organization_id": 1001}}
        return f"{args.name}-id", {**args.inputs, **outputs}

    def call(self, args):
        return {}

pulumi.runtime.set_mocks(Mocks(), stack="dev")
pulumi.runtime.set_all_config({"emea:username": "made-up", "emea:secret": "made-up"})
"""
LOGIN = 'Credentials(username="bot.1a2b3c.mp-service-account", secret=Secret("…"))'
REAL_LOGIN = (
    'Credentials(username=os.environ["MIXPANEL_SERVICE_ACCOUNT_USERNAME"], '
    'secret=Secret(os.environ["MIXPANEL_SERVICE_ACCOUNT_SECRET"]))'
)


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """Run one emulator for the module, with the account that a document looks for."""
    with Emulator() as running:
        login = Credentials(username=running.username, secret=Secret(running.secret))
        Client(running.base_url, login).create_service_account(1001, "dashboards")
        yield running


@pytest.mark.parametrize("block", EXAMPLES)
def test_an_example_runs(block: str, emulator: Emulator, tmp_path: Path) -> None:
    """As it stands, with the emulator's numbers, host and login."""
    program = block.replace("2195193", "2001").replace(LOGIN, REAL_LOGIN)
    program = program.replace('REGIONS["eu"]', 'os.environ["MIXPANEL_BASE_URL"]')
    (tmp_path / "example.py").write_text(MOCKS + program)
    ran = subprocess.run(
        [sys.executable, "example.py"],
        cwd=tmp_path,
        env={**os.environ, **emulator.env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize(
    ("page", "heading", "words"),
    [
        ("configuration", "Secrets", ("--tracing", "PULUMI_DEBUG_GRPC", "every call")),
        ("configuration", "Secrets", ("mixpanel:secret", "environment of the program")),
        ("configuration", "Which Python runs the provider", ("Automation API", "virtualenv")),
        ("rotation", "An explicit provider's login that was renewed", ("401", "--run-program")),
        ("rotation", "A saved plan does not fit a rotation", ("up --plan",)),
        ("rotation", "One account past a fixed expiry", ("--exclude", "expires")),
        ("service-account", "What Pulumi's own options do", ("replace_on_changes", "no effect")),
        ("service-account", "What Pulumi's own options do", ("delete_before_replace", "409")),
        ("service-account", "What Pulumi's own options do", ("pulumi state move",)),
        ("lookups", "A lookup after a membership", ("project_id=membership.project_id",)),
        ("pipelines", "A backend that fills up or goes read-only", ("disk full", "--orphans")),
        (
            "reliability",
            "Interrupts",
            ("certain", "possible", "too young to tell", "--delete 5004"),
        ),
    ],
)
def test_what_a_user_meets_has_its_place(page: str, heading: str, words: tuple[str, ...]) -> None:
    """Under the heading where a user would look for it."""
    text = (ROOT / "docs" / f"{page}.md").read_text()
    section = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    assert [word for word in words if word not in section] == []


def test_no_page_installs_by_a_bare_name() -> None:
    """The name might be somebody else's on an index."""
    bare = re.compile(
        r"pip install [^\n]*pulumi-mixpanel(?! @)(?:\[\w+\])?(?:==\S+)?[\"\']?\s*$", re.MULTILINE
    )
    found = {page.name: bare.findall(page.read_text()) for page in PAGES}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize("language", ["yaml", "hcl"])
def test_the_readme_s_first_account_is_the_one_that_is_tried(language: str) -> None:
    """docs/which-one.md is run; README.md shows the same."""
    pattern = rf"^```{language}\n(.*?)^```"
    shown, tried = (
        re.findall(pattern, (ROOT / page).read_text(), re.DOTALL | re.MULTILINE)
        for page in ("README.md", "docs/which-one.md")
    )
    assert shown == tried != []
