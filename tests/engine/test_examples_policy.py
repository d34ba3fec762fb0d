"""The example policy pack, loaded by the real engine."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import venv
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from tests.engine.conftest import EXAMPLES
from tests.engine.harness import Result, Stack
from tests.engine.test_life import made

from mixpanel_service_accounts.emulator import Emulator

OUR_ENGINE = EXAMPLES.parent / ".engine"
_STARTER = '#!/bin/sh\nexec .venv/bin/python -u -m pulumi.policy "$1" "$2"\n'
SOON = (datetime.now(timezone.utc) + timedelta(days=90)).strftime("%Y-%m-%dT00:00:00Z")
_VIOLATION = re.compile(r"- \[(\w+)\] +(\S+) +\(\S+ ([\w-]+)\)\s+(.+)\s+(.+)")


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the pack, and give it its environment, as its README says."""
    folder = tmp_path_factory.mktemp("pack") / "policy"
    shutil.copytree(EXAMPLES / "policy", folder, ignore=shutil.ignore_patterns(".venv"))
    venv.create(folder / ".venv")
    python = str(folder / ".venv/bin/python")
    install = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "-r"]
    subprocess.run([*install, "requirements.txt"], cwd=folder, check=True, capture_output=True)
    host = shutil.which("pulumi-language-python")
    if host is not None and Path(host).is_relative_to(OUR_ENGINE):
        _start_with_a_script(folder)
    return folder


def _start_with_a_script(pack: Path) -> None:
    """Name a runtime without a host: the host that can be built is too old to start packs.

    For such a runtime the engine runs `pulumi-analyzer-policy-<runtime>`; the pack is the same.
    """
    starter = pack / "bin/pulumi-analyzer-policy-script"
    starter.parent.mkdir()
    starter.write_text(_STARTER)
    starter.chmod(0o755)
    settings = pack / "PulumiPolicy.yaml"
    settings.write_text(settings.read_text().replace("name: python", "name: script"))


@pytest.fixture
def held(stack: Stack, pack: Path) -> Stack:
    """Make a stack that finds the pack's starter."""
    stack.path_first = str(pack / "bin")
    return stack


def violations(result: Result) -> set[tuple[str, str, str]]:
    """Tell the rule, the resource and the sentence of each violation that blocks."""
    found = _VIOLATION.findall(result.text)
    return {
        (rule, name, sentence) for level, rule, name, _, sentence in found if level == "mandatory"
    }


def test_every_rule_finds_what_breaks_it(emulator: Emulator, held: Stack, pack: Path) -> None:
    """All violations at once, in preview, without a call; a sentence quotes no property."""
    held.write(f"""
        no_end = ServiceAccount("no-end", name="growth-export")
        ServiceAccount("too-long", name="growth-ci", expires="2099-01-01T00:00:00Z")
        ServiceAccount("admin", name="growth-all", role="admin", expires={SOON!r}, projects=[
            {{"project_id": 2001, "role": "analyst"}},
            {{"project_id": 2002, "role": pulumi.Output.secret("Owner")}},
        ])
        ServiceAccount("nameless", name="Bob's test", expires={SOON!r})
        RotatingServiceAccount("rotating", name="growth-sync", role="admin", validity_period_hours=8760, overlap_hours=336)
        ProjectMembership("grant", service_account=no_end, project_id=2003, role="owner")
        ProjectMembership("fine", service_account=no_end, project_id=2004, role="consumer")
    """)
    shown = held.run("preview", "--policy-pack", str(pack), fails=True)
    assert violations(shown) == {
        ("expiry-required", "no-end", "It never expires: give it validity_period_hours, or expires."),
        ("longest-validity", "too-long", "Its secret works for longer than 8784 hours: shorten its validity."),
        ("no-owner-or-admin", "admin", "role is admin: take a lesser one."),
        ("no-owner-or-admin", "admin", "projects[1].role is owner: take a lesser one."),
        ("longest-validity", "rotating", "Its secret works for longer than 8784 hours: shorten its validity."),
        ("no-owner-or-admin", "rotating", "role is admin: take a lesser one."),
        ("name-says-purpose", "nameless", "Its name does not say its purpose: it has to match ([a-z0-9]+-)+[a-z0-9]+."),
        ("no-owner-or-admin", "grant", "role is owner: take a lesser one."),
    }  # fmt: skip
    assert "Bob" not in shown.text
    assert emulator.calls() == []
    held.run("up", "--yes", "--skip-preview", "--policy-pack", str(pack), fails=True)
    assert made(emulator) == []


def test_who_keeps_the_rules_is_let_through(emulator: Emulator, held: Stack, pack: Path) -> None:
    """Preview, up and destroy; other limits in a file turn the same program away."""
    held.write(f"""
        account = ServiceAccount("exports", role="consumer", expires={SOON!r},
                                 projects=[{{"project_id": 2001, "role": "analyst"}}])
        ServiceAccount("renewed", role="consumer", validity_period_hours=8784)
        RotatingServiceAccount("rotating", role="consumer", validity_period_hours=2160, overlap_hours=336)
        ProjectMembership("app", service_account=account, project_id=2002, role="consumer")
    """)
    with_pack = ("--policy-pack", str(pack))
    assert "mixpanel@v0.1.0" in held.run("preview", *with_pack).text
    held.run("up", "--yes", "--skip-preview", *with_pack)
    assert sorted(made(emulator)) == ["dev-exports", "dev-renewed", "dev-rotating"]

    rules = held.folder / "rules.json"
    rules.write_text(
        json.dumps(
            {
                "longest-validity": {"hours": 2495},
                "name-says-purpose": {"pattern": ".+-(exports|rotating)"},
                "protect-in-production": {"stacks": "dev"},
            }
        )
    )
    shown = held.run("preview", *with_pack, "--policy-pack-config", str(rules), fails=True)
    unprotected = "It is in production and not protected: give it ResourceOptions(protect=True)."
    assert violations(shown) == {
        ("longest-validity", "renewed", "Its secret works for longer than 2495 hours: shorten its validity."),
        ("longest-validity", "rotating", "Its secret works for longer than 2495 hours: shorten its validity."),
        ("name-says-purpose", "renewed", "Its name does not say its purpose: it has to match .+-(exports|rotating)."),
        *(("protect-in-production", name, unprotected) for name in ("exports", "renewed", "rotating")),
    }  # fmt: skip
    held.destroy()
    assert made(emulator) == []


def test_production_is_protected(held: Stack, pack: Path) -> None:
    """The stack's name decides, and accounts alone have to be protected."""
    held.env["PULUMI_STACK"] = "emea-production"
    held.run("stack", "init", "emea-production")
    held.write(f"""
        account = ServiceAccount("bare", name="growth-export", expires={SOON!r})
        ServiceAccount("safe", name="growth-ci", expires={SOON!r}, opts=pulumi.ResourceOptions(protect=True))
        ProjectMembership("app", service_account=account, project_id=2002, role="consumer")
    """)
    shown = held.run("preview", "--policy-pack", str(pack), fails=True)
    assert violations(shown) == {
        ("protect-in-production", "bare", "It is in production and not protected: give it ResourceOptions(protect=True)."),
    }  # fmt: skip
