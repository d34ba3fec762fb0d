"""Other people's text in a program: it stays text, and the program stays as a formatter wants it."""

from __future__ import annotations

import ast
import dataclasses
import runpy
import subprocess
import sys
import types
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.export.conftest import HOSTILE, UNFIT

from mixpanel_service_accounts.api.models import Account, Member, Project
from mixpanel_service_accounts.export.naming import resource_names, slug
from mixpanel_service_accounts.export.plan import make_plan
from mixpanel_service_accounts.report.reading import Inventory
from pulumi_mixpanel.written.program import program
from pulumi_mixpanel.written.python_source import WIDTH, comment, entry, literal

NOW = datetime(2026, 11, 24, tzinfo=timezone.utc)
TEXTS = (
    *HOSTILE,
    *UNFIT,
    "plain",
    "it's",
    'say "hi"',
    "both ' and \"",
    "\\",
    "\ud800",
    "",
    "a" * 90,
)


def inventory(
    names: Mapping[int, str],
    *,
    dialect: str = "bulk",
    role: str = "analyst",
    project: str = "Web",
    whose: str = "team",
    why: str = "User 7 is not a member of project 2003.",
) -> Inventory:
    """Make an organization whose every account is in a project, by two kinds of grants."""
    accounts = tuple(
        Account(id=number, username=f"{name}.1a2b3c", name=name, role=role)
        for number, name in names.items()
    )
    own = [Member(account=account, role=role) for account in accounts]
    team = [Member(account=account, role=role, target_type=whose) for account in accounts]
    return Inventory(
        organization_id=1001,
        base_url="https://mixpanel.com/api/app",
        dialect=dialect,
        login="nobody",
        read_at=NOW,
        accounts=accounts,
        projects={n: Project(id=n, name=project) for n in (2001, 2002, 2003)},
        members={2001: tuple(own), 2002: tuple(own + team)},
        unreadable={2003: why},
    )


def written(found: Inventory, *, adopt: bool = True) -> str:
    """Write the program of everything."""
    return program(make_plan(found), adopt=adopt)


def executed(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Run a program on stand-ins for the resources; returns what they were given."""
    made: list[dict[str, Any]] = []

    def resource(name: str, /, **arguments: object) -> str:
        made.append(arguments)
        return name

    stand_in = types.ModuleType("pulumi_mixpanel")
    stand_in.__dict__.update(ServiceAccount=resource, ProjectMembership=resource)
    monkeypatch.setitem(sys.modules, "pulumi_mixpanel", stand_in)
    monkeypatch.chdir(folder)
    (folder / "__main__.py").write_text(text, encoding="utf-8")
    runpy.run_path(str(folder / "__main__.py"))
    return made


@given(st.text())
def test_a_literal_is_its_text_in_one_printable_line(text: str) -> None:
    """Whatever the text is, lone surrogates among it."""
    assert ast.literal_eval(literal(text)) == text
    assert literal(text).isprintable()


@given(st.text())
def test_a_comment_cannot_be_left(text: str) -> None:
    """Every line of it is one, and it is printable."""
    lines = comment(f"# {text}", "  ")
    assert all(line.startswith("# ") and line.isprintable() for line in lines)


@pytest.mark.parametrize("dialect", ["bulk", "nested"])
@pytest.mark.parametrize("adopt", [True, False])
@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_a_hostile_text_everywhere(
    text: str, dialect: str, *, adopt: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the name of account and project, as role, and as what the server says; it is executed."""
    found = inventory({5001: text}, dialect=dialect, role=text, project=text, whose=text, why=text)
    made = executed(written(found, adopt=adopt), tmp_path, monkeypatch)
    assert [one.get("name", text) for one in made] in ([], [text])
    assert [path.name for path in tmp_path.iterdir()] == ["__main__.py"]


def test_hostile_names_arrive_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that the provider takes; the others are comments."""
    names = dict(enumerate((*HOSTILE, *UNFIT), start=5001))
    text = written(inventory(names))
    made = executed(text, tmp_path, monkeypatch)
    assert {one["adopt"]: one["name"] for one in made} == {
        number: name for number, name in names.items() if name in HOSTILE
    }
    assert text.count("# Left out, for name must be a text without space around it") == len(UNFIT)


@pytest.mark.parametrize("dialect", ["bulk", "nested"])
@pytest.mark.parametrize("adopt", [True, False])
def test_a_program_is_formatted_and_clean(dialect: str, *, adopt: bool, tmp_path: Path) -> None:
    """By a formatter and a linter that nobody has configured."""
    roles = ["analyst", *TEXTS, "r" * 30, "r" * 40, "r" * 50, "服" * 20, "é" * 30]
    for at, role in enumerate(roles):
        names = dict(enumerate(TEXTS, start=5001))
        found = inventory(names, dialect=dialect, role=role, project=role, whose=role, why=role)
        (tmp_path / f"p{at}.py").write_text(written(found, adopt=adopt), encoding="utf-8")
    (tmp_path / "empty.py").write_text(written(inventory({}), adopt=adopt))
    for command in (["format", "--check", "--diff"], ["check"]):
        answer = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--isolated", "--no-cache", str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.returncode == 0, answer.stdout + answer.stderr


def test_an_account_reads_well() -> None:
    """A call with an argument a line, and the name of each project beside its number."""
    assert written(inventory({5001: "Data Export"})).endswith(
        """
from pulumi_mixpanel import ServiceAccount

# NOT READ: project 2003 "Web": User 7 is not a member of project 2003. Who is in it is
# unknown, so no membership in it stands below; none is touched.

# In project 2002 it is "analyst" through a team grant, which no resource of this
# provider gives or takes.
ServiceAccount(
    "data-export",
    name="Data Export",
    role="analyst",
    projects=[
        {"project_id": 2001, "role": "analyst"},  # "Web"
        {"project_id": 2002, "role": "analyst"},  # "Web"
    ],
    adopt=5001,
)
"""
    )


def test_a_remark_is_cut_to_its_line() -> None:
    """So that a long name of a project does not tear the entry apart."""
    pairs = {"project_id": "2001", "role": '"analyst"'}
    (line,) = entry(8, pairs, "n" * 100)
    assert len(line) == WIDTH - 8 - 1, "the sign of the cut may be wide"
    assert line.endswith("n…")
    assert entry(8, {**pairs, "role": '"' + "r" * 60 + '"'}, "Web") == [
        "{",
        '    "project_id": 2001,',
        f'    "role": "{"r" * 60}",',
        "},",
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Data Export (EU)", "data-export-eu"),
        ("Ünï_x", "uni-x"),
        ("服务", "account"),
        ("--", "account"),
        ("x" * 59 + " y", "x" * 59),
        ("../../etc/passwd", "etc-passwd"),
    ],
)
def test_a_slug_is_readable_ascii(name: str, expected: str) -> None:
    """And never empty."""
    assert slug(name) == expected


def test_resource_names_are_unique_and_stay() -> None:
    """The oldest of those alike has the bare name; a later account renames none."""
    names = {7: "a b", 3: "a-b", 9: "A.B", 1: "a-b-9", 12: "a-b-7"}
    accounts = [Account(id=number, username=name, name=name) for number, name in names.items()]
    found = resource_names(accounts)
    assert found == {1: "a-b-9", 3: "a-b", 7: "a-b-7", 9: "a-b-9-9", 12: "a-b-7-12"}
    assert resource_names(accounts[:4]) == {n: name for n, name in found.items() if n != 12}


@pytest.mark.parametrize(
    ("names", "member_of", "expected"),
    [
        ((), (), ["ci-web", "ci-app", "ci-app-5003", "bot"]),
        (("ci-*",), (), ["ci-web", "ci-app", "ci-app-5003"]),
        (("ci-w*", "b?t"), (), ["ci-web", "bot"]),
        (("CI-*", "bot"), (), ["bot"]),
        ((), (2002,), ["ci-app-5003"]),
        ((), (2002, 2004), ["ci-app-5003", "bot"]),
        (("ci-*",), (2001, 2004), ["ci-web"]),
    ],
)
def test_accounts_are_chosen_by_name_and_project(
    names: tuple[str, ...], member_of: tuple[int, ...], expected: list[str]
) -> None:
    """By both where both are given; the names of resources do not depend on the choice."""
    found = inventory({5001: "ci-web", 5002: "ci-app", 5003: "ci-app", 5004: "bot"})
    web, _app, app, bot = (Member(account=account, role="admin") for account in found.accounts)
    team = replace(bot, target_type="team")
    found = dataclasses.replace(found, members={2001: (web,), 2002: (app,), 2004: (team,)})
    plan = make_plan(found, names, member_of)
    assert [planned.name for planned in plan.accounts] == expected


@pytest.mark.parametrize(
    ("told", "given_"), [("Analyst", "analyst"), ("custom_1", "custom_1"), ("", None)]
)
def test_a_role_of_mixpanel_s_own_is_spelled_as_the_provider_spells_it(
    told: str, given_: str | None
) -> None:
    """Whatever case the server likes; an empty one is none."""
    found = inventory({5001: "bot"}, role=told)
    (planned,) = make_plan(found).accounts
    assert planned.inputs.get("role") == given_
    assert [grant.role for grant in planned.grants] == [given_ or ""] * 2
