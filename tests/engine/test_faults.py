"""Faults that matter most, on the real engine: interrupts, kills, partial failures, limits."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.engine.harness import Stack
from tests.engine.test_life import logs_in, made, roles

from mixpanel_service_accounts.cli import main
from mixpanel_service_accounts.emulator import Emulator

ACCOUNT = """
    bot = ServiceAccount("export", name="bot")
    pulumi.export("username", bot.username)
    pulumi.export("secret", bot.secret)
"""
CREATES = {"method": "POST", "path": "service-accounts$"}


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


WITH_PROJECTS = ACCOUNT.replace(
    'name="bot"', 'name="bot", projects=[{"project_id": 2001, "role": "analyst"}]'
)
MORE_PROJECTS = WITH_PROJECTS.replace("}]", '}, {"project_id": 2002, "role": "admin"}]')


def start_up(emulator: Emulator, stack: Stack, program: str = ACCOUNT) -> subprocess.Popen[str]:
    """Start an up, and return when its write has reached the server and is under way."""
    stack.write(program)
    emulator.forget_calls()
    process = stack.start("up", "--yes", "--skip-preview")
    wait_for(lambda: any(call["method"] == "POST" for call in emulator.calls()))
    return process


def end_session(process: subprocess.Popen[str]) -> None:
    """End what a killed engine left running: its plugins are in groups of their own."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, IndexError):
            pid, session = (
                int(status.parent.name),
                int(status.read_text().rsplit(")", 1)[1].split()[3]),
            )
            if session == process.pid:
                os.kill(pid, signal.SIGKILL)
    process.communicate(timeout=60)


@pytest.mark.parametrize("program", [ACCOUNT, WITH_PROJECTS], ids=["bare", "projects"])
def test_one_interrupt_lets_the_create_end(emulator: Emulator, stack: Stack, program: str) -> None:
    """Its secret reaches the state, and the next up goes on."""
    emulator.faults([{**CREATES, "kind": "latency", "seconds": 3}])
    process = start_up(emulator, stack, program)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode != 0
    assert list(stack.resources()) == ["export"]
    emulator.faults([])
    stack.up()
    assert made(emulator) == ["bot"]
    outputs = stack.outputs()
    assert logs_in(emulator, outputs["username"], outputs["secret"])


@pytest.mark.parametrize("way", [signal.SIGINT, signal.SIGKILL])
def test_an_update_that_is_ended_is_made_up_for_by_the_next_up(
    emulator: Emulator, stack: Stack, way: signal.Signals
) -> None:
    """Killed or interrupted, the account and its secret stay, and the project comes once."""
    stack.write(WITH_PROJECTS)
    stack.up()
    first = stack.outputs()
    emulator.faults([{"method": "POST", "kind": "latency", "seconds": 2, "times": 1}])
    process = start_up(emulator, stack, MORE_PROJECTS)
    process.send_signal(way)
    wait_for(lambda: len(roles(emulator)) == 2)
    if way == signal.SIGKILL:
        end_session(process)
        stack.run("cancel", "--yes")
    else:
        process.communicate(timeout=60)
    stack.up()
    assert made(emulator) == ["bot"]
    assert roles(emulator) == [(2001, "analyst"), (2002, "admin")]
    assert stack.outputs() == first
    assert logs_in(emulator, first["username"], first["secret"])
    assert stack.steps() == {}


def test_a_killed_engine_leaves_an_orphan_that_is_named_and_offered(
    emulator: Emulator, stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next up names it in one warning; the report lists it, and deletes it when confirmed."""
    for key, value in emulator.env.items():
        monkeypatch.setenv(key, value)
    bystander = "ServiceAccount('other', name='bystander')"
    stack.write(bystander)
    stack.up()
    emulator.faults([{**CREATES, "kind": "latency", "seconds": 2, "times": 1}])
    process = start_up(emulator, stack)
    process.kill()
    wait_for(lambda: "bot" in made(emulator))
    end_session(process)
    (orphan,) = [row for row in emulator.state()["accounts"] if row["name"] == "bot"]

    stack.run("cancel", "--yes")
    export = tmp_path / "export.json"
    export.write_text(stack.run("stack", "export").stdout)
    assert json.loads(export.read_text())["deployment"]["pending_operations"]

    stack.write(ACCOUNT + "\n    " + bystander)
    shown = stack.up().line
    assert shown.count("perhaps left behind by a killed run") == 1
    assert f"perhaps left behind by a killed run: {orphan['id']} ({orphan['username']}" in shown
    assert sorted(made(emulator)) == ["bot", "bot", "bystander"]
    later = tmp_path / "later.json"
    later.write_text(stack.run("stack", "export").stdout)

    arguments = ["report", "--orphans", str(export), str(later)]
    listed = CliRunner().invoke(main, arguments)
    assert (listed.exit_code, listed.stdout.split("\t")[0]) == (3, str(orphan["id"]))
    assert len(listed.stdout.splitlines()) == 1
    assert listed.stdout.split("\t")[1] == "certain"
    alone = ["report", "--orphans", str(later)]
    state = json.loads(later.read_text())
    # What a refresh does: it clears what is pending.
    del state["deployment"]["pending_operations"]
    later.write_text(json.dumps(state))
    young = CliRunner().invoke(main, alone)
    assert (young.exit_code, young.stdout.split("\t")[1]) == (4, "too young to tell")
    state["deployment"]["manifest"]["time"] = "2999-01-01T00:00:00Z"
    later.write_text(json.dumps(state))
    possible = CliRunner().invoke(main, alone)
    assert (possible.exit_code, possible.stdout.split("\t")[1]) == (3, "possible")
    assert possible.stdout.split("\t")[0] == str(orphan["id"])
    kept = CliRunner().invoke(main, [*arguments, "--delete"], input="y\n")
    assert (kept.exit_code, len(made(emulator))) == (1, 3)
    deleted = CliRunner().invoke(main, [*arguments, "--delete", str(orphan["id"])])
    assert deleted.exit_code == 0
    assert sorted(made(emulator)) == ["bot", "bystander"]
    outputs = stack.outputs()
    assert logs_in(emulator, outputs["username"], outputs["secret"])
    nested = CliRunner().invoke(main, [*arguments, "--dialect", "nested"])
    assert nested.exit_code == 1
    assert "none can be called an orphan" in nested.stderr


@pytest.mark.parametrize("kind", ["500-after-effect", "cut-after-effect", "truncated", "html"])
def test_a_lost_answer_leaves_one_account_whose_secret_logs_in(
    emulator: Emulator, stack: Stack, kind: str
) -> None:
    """What the answer left behind is deleted, and the account made again, in one up."""
    emulator.faults([{**CREATES, "kind": kind, "times": 1, "after": True}])
    stack.write(ACCOUNT)
    assert "looking for what it left behind" in stack.up().line
    assert made(emulator) == ["bot"]
    outputs = stack.outputs()
    assert logs_in(emulator, outputs["username"], outputs["secret"])


def test_under_nested_a_lost_answer_is_told_and_nothing_deleted(
    nested_emulator: Emulator, make_stack: Callable[..., Stack]
) -> None:
    """Nobody tells there who made an account."""
    stack = make_stack(nested_emulator.env)
    stack.config("mixpanel:dialect", "nested")
    nested_emulator.faults([{**CREATES, "kind": "truncated", "times": 1}])
    stack.write(ACCOUNT)
    shown = stack.up(fails=True).line
    assert "Nothing was deleted." in shown
    assert made(nested_emulator) == ["bot"]
    assert stack.resources() == {}


def test_what_succeeded_stays_where_something_fails(emulator: Emulator, stack: Stack) -> None:
    """An account was made, one of its memberships refused; the next up goes on from there."""
    program = """
        bot = ServiceAccount("export", name="bot")
        for project in (2001, {bad}, 2003):
            ProjectMembership(f"p{{project}}", service_account=bot, project_id=project, role="analyst")
        pulumi.export("username", bot.username)
        pulumi.export("secret", bot.secret)
    """
    stack.write(program.format(bad=9999))
    shown = stack.up("--continue-on-error", fails=True).line
    assert (
        "Creating a ProjectMembership: POST /organizations/1001/service-accounts/add-to-project answered "
        "400: Project 9999 is not in organization 1001."
    ) in shown
    first = stack.outputs()
    assert sorted(stack.resources()) == ["export", "p2001", "p2003"]
    stack.write(program.format(bad=2002))
    stack.up()
    assert made(emulator) == ["bot"]
    assert roles(emulator) == [(2001, "analyst"), (2002, "analyst"), (2003, "analyst")]
    assert stack.outputs() == first


def test_one_bad_project_of_a_list_is_told_and_the_others_are_changed(
    emulator: Emulator, stack: Stack
) -> None:
    """The message says which; the next up goes on."""
    text = 'ServiceAccount("export", name="bot", projects={})'
    one = [{"project_id": 2001, "role": "analyst"}]
    stack.write(text.format(one))
    stack.up()
    bad = [*one, {"project_id": 9999, "role": "analyst"}, {"project_id": 2003, "role": "admin"}]
    stack.write(text.format(bad))
    shown = stack.up(fails=True).line
    assert (
        "1 of the projects could not be changed, the others were; the next up tries again. project 9999 "
        "as 'analyst': "
    ) in shown
    assert roles(emulator) == [(2001, "analyst"), (2003, "admin")]
    stack.write(text.format([bad[0], bad[2]]))
    stack.up()
    assert roles(emulator) == [(2001, "analyst"), (2003, "admin")]
    stack.destroy()
    assert made(emulator) == []


def test_a_deletion_that_fails_during_a_replacement_is_done_by_the_next_up(
    emulator: Emulator, stack: Stack
) -> None:
    """The new account is there and stays; the old one is not forgotten."""
    stack.write(ACCOUNT)
    stack.up()
    stack.write(ACCOUNT.replace('"bot"', '"renamed"'))
    emulator.faults([{"kind": "forbidden", "method": "DELETE"}])
    assert "answered 403" in stack.up(fails=True).line
    renamed = stack.outputs()
    assert sorted(made(emulator)) == ["bot", "renamed"]
    emulator.faults([])
    stack.up()
    assert made(emulator) == ["renamed"]
    assert stack.outputs() == renamed
    assert logs_in(emulator, renamed["username"], renamed["secret"])


def test_waits_are_told_and_the_end_says_what_is_left(emulator: Emulator, stack: Stack) -> None:
    """One line a wait of over two seconds; and after how long, on what, in which state."""
    emulator.faults([{"kind": "rate-limit", "retry_after": "3", "method": "POST", "times": 1}])
    stack.write(ACCOUNT)
    path = "/organizations/1001/service-accounts"
    assert f"mixpanel: waiting 3 s before try 2 of POST {path}: POST {path} answered 429" in (
        stack.up().line
    )
    stack.config("mixpanel:totalTimeout", "2")
    emulator.faults([{"kind": "500-before-effect", "method": "DELETE"}])
    stack.up("--skip-preview")
    shown = stack.destroy(fails=True).line
    assert "Deleting ServiceAccount" in shown
    assert (
        "answered 500: Internal server error. It is still in the state; the next up or destroy tries "
        "again."
    ) in shown
    assert list(stack.resources()) == ["export"]


def test_the_three_deadlines_hold_on_the_engine(emulator: Emulator, stack: Stack) -> None:
    """Connect, read and total, each from the stack's configuration, each told in seconds."""
    stack.write(ACCOUNT)
    stack.up()
    stack.config("mixpanel:readTimeout", "1")
    stack.config("mixpanel:totalTimeout", "3")
    stack.config("mixpanel:connectTimeout", "2")
    stack.up()  # a refresh sees the configuration of the last up
    emulator.faults([{"kind": "latency", "seconds": 4, "method": "GET"}])
    shown = stack.refresh(fails=True).line
    path = "/organizations/1001/service-accounts/"
    assert "Reading ServiceAccount" in shown
    assert re.search(
        rf"GET {path}\d+ failed [23] times in [234] s; the last try was not answered within 1 s\. The "
        r"state is as it was\.",
        shown,
    )
    emulator.faults([])
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf:
        # A queue that is full lets nobody else in.
        queue = [socket.socket() for _ in range(8)]
        for waiting in queue:
            waiting.setblocking(False)  # noqa: FBT003
            waiting.connect_ex(deaf.getsockname())
        stack.env["MIXPANEL_BASE_URL"] = f"http://127.0.0.1:{deaf.getsockname()[1]}/api/app"
        stack.config("mixpanel:acceptMove", "true")
        shown = stack.up("--refresh", "--run-program", fails=True).line
        for waiting in queue:
            waiting.close()
    host = stack.env["MIXPANEL_BASE_URL"].removeprefix("http://").removesuffix("/api/app")
    assert f"the last try found no connection to {host} in time." in shown
    assert list(stack.resources()) == ["export"]


def test_an_up_comes_through_a_rate_limit(emulator: Emulator, stack: Stack) -> None:
    """Thirty accounts with sixty memberships through twenty calls a second, without an error."""
    del emulator
    with Emulator(rate_limit="20/second") as limited:
        stack.env = limited.env
        stack.write("""
            for number in range(30):
                bot = ServiceAccount(f"bot-{number}")
                for project in (2001, 2002):
                    ProjectMembership(f"m-{number}-{project}", service_account=bot,
                                      project_id=project, role="analyst")
        """)
        stack.up("--parallel", "16")
        assert len(made(limited)) == 30
        assert len(roles(limited)) == 60
