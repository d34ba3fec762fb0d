"""The types of a user's program: what the check of docs and examples finds, and what it lets pass."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tools.programs.typed import check, programs

from pulumi_mixpanel import ProjectMembership, RotatingServiceAccount, ServiceAccount

DOCS = Path(__file__).resolve().parents[2] / "docs"

GOOD = """
import pulumi
from pulumi_mixpanel import ProjectMembership, ServiceAccount

roles = [{"project_id": 2001, "role": "analyst"}]
account = ServiceAccount("export", projects=roles)
ProjectMembership("web", service_account_id=account.id, project_id=2002, role="analyst")
secret: pulumi.Output[str] = account.secret
login = pulumi.Output.concat(account.username, ":", account.secret)
"""

WRONG = [
    ("ServiceAccount('export', name=3)", "arg-type"),
    ("ServiceAccount('export').secret_of_mine", "attr-defined"),
    ("ServiceAccount('export', nome='bot')", "call-arg"),
]


def test_a_program_with_right_types_passes() -> None:
    """What a user writes first."""
    assert check({"good": GOOD}) == []


@pytest.mark.parametrize(("line", "code"), WRONG)
def test_both_checkers_find_what_is_wrong(line: str, code: str) -> None:
    """A check that could not fail would prove nothing."""
    mypy, pyright = check({"wrong": f"from pulumi_mixpanel import ServiceAccount\n\n{line}\n"})
    assert f"[{code}]" in mypy
    assert "1 error" in pyright


def test_every_page_and_example_is_checked() -> None:
    """At least one of each, by its name."""
    assert {"README_1", "service_account_1", "example_quickstart"} <= set(programs())


@pytest.mark.parametrize(
    ("page", "resource"),
    [
        ("service-account", ServiceAccount),
        ("rotating-service-account", RotatingServiceAccount),
        ("project-membership", ProjectMembership),
    ],
)
def test_every_documented_output_is_declared(page: str, resource: type) -> None:
    """So that an editor completes it and a type checker knows it."""
    outputs = (DOCS / f"{page}.md").read_text().split("\n## Outputs\n")[1].split("\n## ")[0]
    cells = [line.split("|")[1] for line in outputs.splitlines() if line.startswith("| `")]
    names = re.findall(r"`(\w+)`", " ".join(cells) or outputs)
    ours = [base for base in resource.__mro__ if base.__module__.startswith("pulumi_mixpanel")]
    declared = {name for base in ours for name in [*base.__annotations__, *vars(base)]}
    declared.add("base_url")
    assert len(names) > 2
    assert set(names) <= declared
