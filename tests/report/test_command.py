"""`pulumi-mixpanel report` as a user or a pipeline runs it: output, talk, exit statuses."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.report.conftest import COMMAND, Organization
from tests.report.terminal import COLUMNS, at_a_terminal

from mixpanel_service_accounts.api.instants import format_instant
from mixpanel_service_accounts.emulator import Emulator

HOSTILE = "evil\x1b[31m\x1b]0;title\x07\x9b2J\u202e\u2066[red]\r\nnext line\u200b"
EXPORT_TYPE = "pulumi-python:dynamic/mixpanel:ServiceAccount"


def rows_of(stdout: str) -> dict[str, list[str]]:
    """Read the table: the columns of each account, by its number."""
    rows = [re.split(r"\s{2,}", line.strip()) for line in stdout.splitlines()]
    return {row[0]: row[1:] for row in rows if re.fullmatch(r"5\d{3}", row[0])}


def test_the_table_tells_every_account_and_marks_our_own_login(
    organization: Organization, now: datetime, long_ago: datetime
) -> None:
    """With the grants of teams told apart, and nothing on stderr."""
    old = organization.add("old", at=long_ago, expires=long_ago + timedelta(days=9), p2001="admin")
    young = organization.add("young", role=None, expires=now + timedelta(days=9), p2002="analyst")
    organization.emulator.grant(young.id, 2003, "consumer", "team")
    organization.emulator.grant(young.id, 2004, "consumer", "organization")
    answer = organization.run()
    assert (answer.returncode, answer.stderr) == (0, "")
    heading = answer.stdout.splitlines()[0]
    assert heading.startswith(f"Organization 1001 at {organization.emulator.base_url}, 20")
    assert heading.endswith("Z: 3 accounts, 20 of 20 projects read")
    rows = rows_of(answer.stdout)
    today, expiry = f"{now:%Y-%m-%d}", f"{now + timedelta(days=9):%Y-%m-%d}"
    assert rows["5001"] == ["emulator-login (this login)", "owner", "20", "never", today, "admin, many-projects, no-expiry"]  # fmt: skip
    assert rows[str(old.id)][1:] == ["consumer", "1", f"{long_ago + timedelta(days=9):%Y-%m-%d}", "never", "expired, admin, unused"]  # fmt: skip
    assert rows[str(young.id)] == ["young", "consumer", "3 (1 through the organization, 1 through a team)", expiry, "never", "expiring"]  # fmt: skip


def test_the_document_has_the_documented_keys(
    organization: Organization, now: datetime, long_ago: datetime
) -> None:
    """And instants in the one form."""
    expires = now + timedelta(days=300)
    made = organization.add("bot", at=long_ago, expires=expires, p2001="analyst")
    organization.emulator.grant(made.id, 2001, "data-steward", "team")
    document = organization.report("--unused-for", "1", "--many-projects", "3")
    assert list(document) == ["version", "organization_id", "base_url", "dialect", "login", "read_at", "limits", "findings", "projects_known", "projects", "accounts"]  # fmt: skip
    assert (document["version"], document["organization_id"], document["dialect"]) == (
        1,
        1001,
        "bulk",
    )
    assert document["login"] == organization.emulator.username
    assert document["base_url"] == organization.emulator.base_url
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", document["read_at"])
    assert document["limits"] == {
        "expiring_within_days": 30,
        "unused_for_days": 1,
        "many_projects": 3,
    }
    assert document["findings"]["unused"] == {"found": 1, "unknown": 0}
    assert "unmanaged" not in document["findings"]
    assert document["projects_known"] is True
    assert document["projects"][0] == {
        "id": 2001,
        "name": "Project 2001",
        "readable": True,
        "why_unreadable": None,
    }
    login, bot = document["accounts"]
    assert (login["own_login"], login["expires"], bot["own_login"]) == (True, None, False)
    assert bot == {
        "id": made.id,
        "username": made.username,
        "name": "bot",
        "role": "consumer",
        "created": format_instant(long_ago),
        "creator": 905001,
        "creator_email": "user-905001@example.invalid",
        "expires": format_instant(expires),
        "last_used": None,
        "own_login": False,
        "managed": None,
        "findings": ["sensitive", "unused"],
        "unknown": [],
        "access": [
            {"project_id": 2001, "role": "analyst", "through": "individual", "sensitive": False},
            {"project_id": 2001, "role": "data-steward", "through": "team", "sensitive": True},
        ],
    }


@pytest.mark.parametrize(
    ("switch", "value", "key"),
    [("creator", "null", "creator"), ("last-used", "absent", "last_used"), ("org-role", "absent", "role")],
)  # fmt: skip
def test_what_the_server_hides_is_unknown(
    organization: Organization, switch: str, value: str, key: str
) -> None:
    """Null where it says null, `unknown` where it says nothing."""
    organization.add("bot")
    organization.emulator.faults([{"kind": "switch", "name": switch, "value": value}])
    bot = organization.report()["accounts"][1]
    assert bot[key] == (None if value == "null" else "unknown")
    row = rows_of(organization.run().stdout)[str(bot["id"])]
    assert ("unknown" in row) == (value == "absent")


def test_nested_is_unknown_in_most(long_ago: datetime) -> None:
    """Its table says so, and a gate on what it does not tell does not pass."""
    with Emulator("nested") as emulator:
        organization = Organization(emulator)
        made = organization.client(dialect="nested").create_service_account(1001, "bot").account
        emulator.grant(made.id, 2001, "analyst")
        answer = organization.run("--dialect", "nested")
        assert answer.returncode == 0
        assert rows_of(answer.stdout)[str(made.id)] == ["bot", "unknown", "1", "unknown", "unknown"]
        assert "no-expiry      works for ever (unknown of 2)" in answer.stdout
        document = organization.report("--dialect", "nested")
        bot = document["accounts"][1]
        assert [bot["expires"], bot["last_used"], bot["role"]] == ["unknown"] * 3
        row = {"project_id": 2001, "role": "analyst", "through": "unknown", "sensitive": "unknown"}
        assert bot["access"] == [row]
        gate = organization.run("--dialect", "nested", "--fail-on", "no-expiry")
        assert (gate.returncode, gate.stderr) == (
            4,
            "2 of 2 accounts may have one: that is unknown\n",
        )


def test_a_project_that_answers_403_is_unreadable_and_not_empty(
    organization: Organization,
) -> None:
    """The exit status says so; what --fail-on found comes first."""
    bot = organization.add("bot", p2001="admin")
    document = organization.report("--project", "9999", status=4)
    assert document["projects"][-1] == {
        "id": 9999,
        "name": "",
        "readable": False,
        "why_unreadable": "GET /projects/9999/service-accounts answered 403: User 905001 is not a "
        "member of project 9999. The login lacks the right to do this: it needs the role admin or "
        "owner in the organization, and membership of the project in question.",
    }
    assert document["accounts"][1]["unknown"] == ["sensitive", "many-projects"]
    answer = organization.run("--project", "9999")
    assert (answer.returncode, answer.stderr) == (4, "1 of 21 projects could not be read\n")
    assert (
        "\nProject 9999 is unreadable: GET /projects/9999/service-accounts answered 403: "
        in answer.stdout
    )
    assert rows_of(answer.stdout)[str(bot.id)][2] == "≥ 1"
    both = organization.run("--project", "9999", "--fail-on", "admin")
    assert (both.returncode, both.stderr) == (
        3,
        "1 of 2 accounts have a finding of --fail-on\n1 of 21 projects could not be read\n",
    )


def test_without_me_no_project_is_known(organization: Organization) -> None:
    """Unless it is given."""
    bot = organization.add("bot", p2001="analyst")
    organization.emulator.faults([{"kind": "switch", "name": "me", "value": "404"}])
    answer = organization.run()
    assert (answer.returncode, answer.stderr) == (
        4,
        "no project is known: /me names none; give them with --project\n",
    )
    assert answer.stdout.splitlines()[0].endswith("2 accounts, no project known")
    assert rows_of(answer.stdout)[str(bot.id)][2] == "unknown"
    document = organization.report("--project", "2001")
    assert document["accounts"][1]["access"][0]["role"] == "analyst"


def test_our_own_login_s_rights_are_no_reason_to_fail(organization: Organization) -> None:
    """It could not read otherwise; that it never expires is one."""
    gate = "admin,sensitive,many-projects"
    assert organization.run("--fail-on", gate).returncode == 0
    answer = organization.run("--fail-on", f"{gate},no-expiry")
    assert (answer.returncode, answer.stderr) == (
        3,
        "1 of 1 accounts have a finding of --fail-on\n",
    )
    assert answer.stdout


def test_what_no_stack_manages(organization: Organization, tmp_path: Path) -> None:
    """Each export counts; without one nothing is said of it."""
    bots = [organization.add(f"bot-{number}") for number in range(3)]
    arguments = []
    for bot in bots[:2]:
        path = tmp_path / f"{bot.id}.json"
        resource = {"type": EXPORT_TYPE, "id": str(bot.id)}
        path.write_text(json.dumps({"deployment": {"resources": [resource]}}))
        arguments += ["--stack", str(path)]
    document = organization.report(*arguments)
    assert [one["managed"] for one in document["accounts"]] == [False, True, True, False]
    assert document["findings"]["unmanaged"] == {"found": 2, "unknown": 0}
    assert organization.run(*arguments, "--fail-on", "unmanaged").returncode == 3
    organization.client().delete_service_account(1001, bots[2].id)
    assert organization.run(*arguments, "--fail-on", "unmanaged").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["--json", "--html", "x.html"], 2, "Error: --json and --html are two forms of one report: give one of them."),
        (["--delete"], 2, "Error: --delete goes with --orphans alone."),
        (["--orphans", "EXPORT", "--json"], 2, "Error: --orphans goes with --delete and --dialect alone."),
        (["--orphans"], 2, "Error: --orphans needs the states: an EXPORT of each."),
        (["EXPORT"], 2, "Error: An EXPORT goes with --orphans, or after --stack."),
        (["--fail-on", "unmanaged"], 2, "Error: --fail-on unmanaged needs the states: --stack EXPORT for each."),
        (["--fail-on", "expired,odd"], 2, "Error: Invalid value for '--fail-on': 'odd' is no finding; there are expired, expiring, admin, sensitive, many-projects, unused, no-expiry, unmanaged."),
        (["--stack", "NOTHING"], 1, "Error: NOTHING is not what `pulumi stack export` prints: it has no deployment. Nor is it a state of Terraform or OpenTofu."),
        (["--stack", "TEXT"], 1, "Error: TEXT is no JSON: Expecting value: line 1 column 1 (char 0)"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_before_any_call(
    organization: Organization, tmp_path: Path, arguments: list[str], status: int, said: str
) -> None:
    """Wrong options are 2, as everywhere in click, wrong files 1."""
    files = {"EXPORT": '{"deployment": {}}', "NOTHING": "[]", "TEXT": "text"}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    organization.emulator.forget_calls()
    paths = [str(tmp_path / one) if one in files else one for one in arguments]
    answer = organization.run(*paths)
    assert (answer.returncode, answer.stdout) == (status, "")
    assert answer.stderr.splitlines()[-1].replace(f"{tmp_path}/", "") == said
    assert organization.emulator.calls() == []


def test_an_error_is_one_line_and_no_traceback(organization: Organization) -> None:
    """With the exit status 1, and stdout empty."""
    wrong = organization.run_process(MIXPANEL_SERVICE_ACCOUNT_SECRET="wrong")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert wrong.stderr.startswith("Error: GET /organizations/1001/service-accounts answered 401: ")
    assert len(wrong.stderr.splitlines()) == 1
    unset = organization.run_process(
        MIXPANEL_SERVICE_ACCOUNT_USERNAME="", MIXPANEL_SERVICE_ACCOUNT_SECRET=""
    )
    assert unset.returncode == 1
    assert unset.stderr.startswith("Error: Mixpanel credentials are missing. Give a username ")


def test_a_page_that_cannot_be_written_is_an_error(
    organization: Organization, tmp_path: Path
) -> None:
    """In one line."""
    answer = organization.run("--html", str(tmp_path / "none" / "report.html"))
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith("Error: [Errno 2] No such file or directory: ")
    assert len(answer.stderr.splitlines()) == 1


def test_a_hostile_name_does_nothing_to_a_terminal(organization: Organization) -> None:
    """No escape, no control, nothing that turns the direction of text, in any form of output."""
    bot = organization.add(HOSTILE)
    answer = organization.run_process()
    assert rows_of(answer.stdout)[str(bot.id)][0] == "evil[red] next line"
    assert re.findall(r"[^\n\x20-\x7e≥─]", answer.stdout) == []
    as_json = organization.run_process("--json").stdout
    assert re.findall(r"[^\n\x20-\x7e]", as_json) == []
    assert json.loads(as_json)["accounts"][1]["name"] == HOSTILE


def test_nothing_is_cut_where_stdout_is_no_terminal(organization: Organization) -> None:
    """However long it is."""
    name = "a-name-" + "long-" * 60 + "end"
    bot = organization.add(name)
    answer = organization.run_process()
    assert rows_of(answer.stdout)[str(bot.id)][0] == name
    assert "\x1b" not in answer.stdout
    forced = organization.run_process(COLUMNS="40")
    assert rows_of(forced.stdout)[str(bot.id)][0] == name


def test_colours_are_for_a_terminal_that_wants_them(organization: Organization) -> None:
    """NO_COLOR takes them away, and the table fits the terminal."""
    organization.add("a-name-" + "long-" * 30)
    env = {**os.environ, **organization.emulator.env, "TERM": "xterm-256color"}
    env.pop("NO_COLOR", None)
    arguments = [str(COMMAND), "report"]
    status, coloured = at_a_terminal(arguments, env)
    assert status == 0
    assert "\x1b[35madmin\x1b[0m" in coloured
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", coloured)
    # On a slow machine the bar shows as well, in a line of its own that is drawn over.
    table = [line for line in plain.splitlines()[1:] if "reading the organization" not in line]
    assert max(len(line) for line in table) <= COLUMNS
    _, bare = at_a_terminal(arguments, {**env, "NO_COLOR": "1"})
    assert re.findall(r"\x1b\[[0-9;]*3\d", bare) == []


def test_a_bar_shows_where_a_read_takes_long_and_somebody_looks(
    organization: Organization,
) -> None:
    """And nothing of it where stderr is a file."""
    organization.emulator.faults([{"kind": "latency", "seconds": 1.5, "path": "2001"}])
    env = {**os.environ, **organization.emulator.env, "TERM": "xterm-256color"}
    _, shown = at_a_terminal([str(COMMAND), "report"], env)
    assert "reading the organization" in shown
    assert "/20" in shown
    answer = organization.run()
    assert (answer.returncode, answer.stderr) == (0, "")


def test_a_reader_that_goes_away_ends_it_silently(organization: Organization) -> None:
    """`report | head -1`, with more to print than a pipe holds."""
    organization.emulator.reset(accounts=3000)
    env = {**os.environ, **organization.emulator.env}
    env.pop("PYTHONUNBUFFERED", None)  # with it, Python loses the error of a write cut short
    for arguments in (["report"], ["report", "--json"]):
        command = [str(COMMAND), *arguments]
        with subprocess.Popen(
            command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.readline()
            process.stdout.close()
            assert (process.wait(60), process.stderr.read()) == (1, "")


def test_ctrl_c_is_one_word_and_130(organization: Organization) -> None:
    """In the middle of a call."""
    organization.emulator.forget_calls()
    organization.emulator.faults([{"kind": "latency", "seconds": 5, "path": "2001"}])
    env = {**os.environ, **organization.emulator.env}
    with subprocess.Popen(
        [str(COMMAND), "report"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        deadline = time.monotonic() + 60
        while not any("2001" in call["path"] for call in organization.emulator.calls()):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, "", "interrupted\n")


def test_the_number_of_calls_is_that_of_the_lists(organization: Organization) -> None:
    """`/me`, the accounts, and one list for each project; some at once."""
    organization.emulator.reset(accounts=500, projects=40)
    organization.emulator.forget_calls()
    assert len(organization.report()["accounts"]) == 501
    calls = [
        (call["method"], call["path"].rsplit("/api/app", 1)[-1])
        for call in organization.emulator.calls()
    ]
    lists = [("GET", f"/projects/{number}/service-accounts") for number in range(2001, 2041)]
    assert sorted(calls) == sorted(
        [("GET", "/me"), ("GET", "/organizations/1001/service-accounts"), *lists]
    )


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str) -> None:
    """Click's own, for each shell that it knows."""
    env = {**os.environ, "_PULUMI_MIXPANEL_COMPLETE": f"{shell}_source"}
    source = subprocess.run([str(COMMAND)], env=env, capture_output=True, text=True, check=True)
    assert f"_PULUMI_MIXPANEL_COMPLETE={shell}_complete" in source.stdout
    env = {**env, "_PULUMI_MIXPANEL_COMPLETE": "zsh_complete", "COMP_WORDS": "pulumi-mixpanel report --fail", "COMP_CWORD": "2"}  # fmt: skip
    answer = subprocess.run([str(COMMAND)], env=env, capture_output=True, text=True, check=True)
    assert "--fail-on" in answer.stdout


def test_help_has_examples_and_exit_statuses() -> None:
    """And needs no rich, which takes long to import."""
    answer = subprocess.run(
        [str(COMMAND), "report", "--help"], capture_output=True, text=True, check=True
    )
    for line in (
        "    pulumi-mixpanel report --html report.html --unused-for 180",
        "    3    accounts with a finding of --fail-on; with --orphans: some are left",
        "    4    a project could not be read, or nobody tells a finding of --fail-on; with --orphans:",
        "         some are too young to tell (3 comes first)",
    ):
        assert line in answer.stdout.splitlines()
