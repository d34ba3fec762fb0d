"""Every Python example of the documents runs: against mocks of the engine, and an emulator."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pulumi_mixpanel.api import Client, Credentials, Secret
from pulumi_mixpanel.emulator import Emulator

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
