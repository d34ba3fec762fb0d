"""`pulumi-mixpanel export` as a user or a pipeline runs it: output, talk, files, exit statuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.export.conftest import Organization

from mixpanel_service_accounts.cli import main
from mixpanel_service_accounts.cli.installed_from import requirements

LEFT_OUT = "left out: 1 account; the program says why"


def entries(text: str) -> list[str]:
    """Tell which resources a program has, by their names."""
    lines = text.splitlines()
    return [
        lines[at + 1].strip('# ",') for at, line in enumerate(lines) if line.endswith("Account(")
    ]


def test_what_it_says_and_what_it_writes(bulk: Organization) -> None:
    """The program on stdout, talk on stderr, no write, one call for each list."""
    bulk.add("bot", "analyst", "2030-06-30T00:00:00Z", {2001: "admin"})
    bulk.emulator.forget_calls()
    answer = bulk.run()
    assert answer.returncode == 0
    assert answer.stderr.splitlines() == ["1 account, 1 membership", LEFT_OUT]
    assert answer.stdout.startswith('"""Service accounts of Mixpanel\'s organization 1001, by')
    assert entries(answer.stdout) == ["emulator-login", "bot"]
    calls = [(call["method"], call["path"]) for call in bulk.emulator.calls()]
    assert sorted(calls) == sorted(
        [
            ("GET", "/me"),
            ("GET", "/organizations/1001/service-accounts"),
            *(("GET", f"/projects/{number}/service-accounts") for number in range(2001, 2021)),
        ]
    )


@pytest.mark.parametrize("form", ["--adopt", "--import"])
def test_two_runs_give_the_same_bytes(bulk: Organization, form: str, tmp_path: Path) -> None:
    """And a second one into the same folder is welcome; files are for their owner alone."""
    bulk.add("bot", projects={2001: "admin", 2002: "analyst"})
    for folder in ("one", "two", "one"):
        bulk.export(form, "--out", str(tmp_path / folder))
    names = ["Pulumi.yaml", "__main__.py", "requirements.txt"]
    if form == "--import":
        names.append("import.json")
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == sorted(names)
    for name in names:
        one, two = tmp_path / "one" / name, tmp_path / "two" / name
        assert one.read_bytes() == two.read_bytes()
        assert one.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "one").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "one" / "requirements.txt").read_text() == requirements()
    assert (tmp_path / "one" / "Pulumi.yaml").read_text() == (
        "name: mixpanel-1001\n"
        "description: Service accounts of Mixpanel's organization 1001.\n"
        "runtime: python\n"
    )


def test_a_file_that_is_there_is_never_changed(bulk: Organization, tmp_path: Path) -> None:
    """Nor is one written through a link, and then nothing at all is written."""
    mine = tmp_path / "__main__.py"
    mine.write_text("print('mine')\n")
    (tmp_path / "requirements.txt").symlink_to(tmp_path / "elsewhere")
    answer = bulk.run("--out", str(tmp_path))
    assert answer.returncode == 1
    assert answer.stderr == (
        f"Error: {tmp_path} has another requirements.txt, __main__.py: nothing was written. Name "
        "another folder with --out, or move what is there out of the way.\n"
    )
    assert mine.read_text() == "print('mine')\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["__main__.py", "requirements.txt"]


def test_accounts_are_chosen(bulk: Organization) -> None:
    """By name and by project; a choice of nobody is an error."""
    for name in ("ci-web", "ci-app"):
        bulk.add(name, projects={2001: "admin"})
    bulk.add("bot", projects={2001: "admin"})
    chosen = bulk.export("--name", "ci-w*", "--name", "b?t", "--member-of", "2001")
    assert entries(chosen) == ["ci-web", "bot"]
    nobody = bulk.run("--name", "nobody-*")
    assert (nobody.returncode, nobody.stdout) == (1, "")
    assert nobody.stderr == (
        "Error: none of the 4 accounts of organization 1001 was chosen by --name and --member-of.\n"
    )


def test_an_expired_account_and_the_own_login_are_comments(bulk: Organization) -> None:
    """With the reason, and what they would be."""
    bulk.emulator.clock("2026-01-01T00:00:00Z")
    bulk.add("old", expires="2026-01-02T00:00:00Z")
    bulk.emulator.clock(None)
    text = bulk.export()
    assert not [line for line in text.split('"""\n', 1)[1].splitlines() if line and line[0] != "#"]
    assert text.endswith(
        """
# Left out, for it expired at 2026-01-02T00:00:00Z. A resource needs an expiry that lies
# ahead; delete the account, or make a new one.
# ServiceAccount(
#     "old",
#     name="old",
#     role="consumer",
#     expires="2026-01-02T00:00:00Z",
#     adopt=5003,
# )
"""
    )
    assert (
        "# Left out, for this is the login that the export was made with. A provider never\n"
        "# deletes or replaces the account that it logs in with, so keep it out of the program.\n"
        "# ServiceAccount(\n"
        '#     "emulator-login",\n'
    ) in text


def test_an_unreadable_project_is_no_empty_one(bulk: Organization) -> None:
    """The program says so, and stderr, and the exit status."""
    bulk.add("bot", projects={2001: "admin"})
    answer = bulk.run("--project", "3001")
    assert answer.returncode == 4
    why = (
        "GET /projects/3001/service-accounts answered 403: User 905001 is not a member of project "
        "3001. The login lacks the right to do this: it needs the role admin or owner in the "
        "organization, and membership of the project in question."
    )
    assert answer.stderr.splitlines() == [
        "1 account, 1 membership",
        LEFT_OUT,
        f"project 3001 could not be read, so who is in it is unknown: {why}",
    ]
    comments = " ".join(answer.stdout.replace("\n# ", " ").split())
    assert (
        f"NOT READ: project 3001: {why} Who is in it is unknown, so no membership in it stands "
        "below; none is touched." in comments
    )


def test_without_any_project_memberships_are_unknown(bulk: Organization) -> None:
    """Where `/me` does not answer; those that are given by number are read."""
    bulk.add("bot", projects={2001: "admin"})
    bulk.emulator.faults([{"kind": "switch", "name": "me", "value": "404"}])
    answer = bulk.run()
    assert answer.returncode == 4
    assert answer.stderr.splitlines()[-1] == (
        "no project is known: /me names none; give them with --project"
    )
    assert "# NOT READ: any project, for /me names none." in answer.stdout
    assert '{"project_id": 2001, "role": "admin"},\n' in bulk.export("--project", "2001")


def test_an_import_needs_a_folder(bulk: Organization) -> None:
    """Its two files go together; no call is made."""
    answer = bulk.run("--import")
    assert answer.returncode == 2
    assert answer.stderr.splitlines()[-1] == (
        "Error: --import writes files that go together: say where with --out DIR."
    )
    assert bulk.emulator.calls() == []


def test_a_failure_is_one_line(bulk: Organization, tmp_path: Path) -> None:
    """And leaves no folder behind."""
    answer = bulk.run("--out", str(tmp_path / "out"), MIXPANEL_SERVICE_ACCOUNT_SECRET="wrong")
    assert answer.returncode == 1
    assert len(answer.stderr.splitlines()) == 1
    assert answer.stderr.startswith("Error: GET ")
    assert not (tmp_path / "out").exists()


def test_source_is_utf_8_whatever_the_terminal_is(bulk: Organization) -> None:
    """A name in letters that the locale does not know is written all the same."""
    bulk.add("Ünï 服务")
    answer = bulk.run("--name", "*服务", PYTHONIOENCODING="ascii", LC_ALL="C")
    assert 'name="Ünï 服务",' in answer.stdout


@pytest.mark.parametrize("organization", ["nested"], indirect=True)
def test_under_nested_memberships_are_resources(organization: Organization, tmp_path: Path) -> None:
    """And the dialect stands in the project file; a role beyond the three is a comment."""
    account = organization.add("bot", projects={2001: "analyst"})
    organization.emulator.grant(account, 2002, "auditor")
    answer = organization.run("--import", "--out", str(tmp_path / "out"), "--name", "bot")
    assert answer.returncode == 0
    assert answer.stderr.splitlines() == [
        f"1 account, 1 membership in {tmp_path / 'out'}",
        "left out: 1 membership; the program says why",
        "next: pulumi import --file import.json --protect=false --generate-code=false",
    ]
    assert (
        (tmp_path / "out" / "Pulumi.yaml")
        .read_text()
        .endswith("config:\n  mixpanel:dialect:\n    value: nested\n")
    )
    document = json.loads((tmp_path / "out" / "import.json").read_text())
    assert [entry["id"] for entry in document["resources"]] == ["5003", "1001/5003/2001"]
    assert (
        (tmp_path / "out" / "__main__.py")
        .read_text()
        .endswith(
            """
account_5003 = ServiceAccount(
    "bot",
    name="bot",
)

ProjectMembership(
    "bot-2001",
    service_account=account_5003,
    project_id=2001,
    role="analyst",
)

# Left out, for role must be one of admin, analyst, consumer under the dialect `nested`;
# 'auditor' was given.
# ProjectMembership(
#     "bot-2002",
#     service_account=account_5003,
#     project_id=2002,
#     role="auditor",
# )
"""
        )
    )


@pytest.mark.parametrize(("switch", "line"), [("absent", ""), ("spelled", "Organization Admin")])
def test_the_role_is_what_the_list_tells(bulk: Organization, switch: str, line: str) -> None:
    """Left out where it tells none."""
    bulk.add("bot", "admin")
    bulk.emulator.faults([{"kind": "switch", "name": "org-role", "value": switch}])
    text = bulk.export("--name", "bot")
    assert ("role=" in text) == bool(line)
    assert line in text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--terraform", "--adopt"],
            "--adopt and --import are for Pulumi, and --terraform is not.",
        ),
        (["--terraform", "--native"], "--native and --terraform are two forms: give one of them."),
        (
            ["--dynamic", __file__, "--name", "x"],
            "--dynamic reads no organization, and goes with no other option.",
        ),
        (["--native"], "--native writes files that go together: say where with --out DIR."),
    ],
)
def test_options_that_do_not_go_together_are_refused(options: list[str], message: str) -> None:
    """Before any call."""
    refused = CliRunner().invoke(main, ["export", *options])
    assert refused.exit_code == 2
    assert refused.stderr.endswith(f"Error: {message}\n")
