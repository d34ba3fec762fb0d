"""What counts as an orphan: a pending create's name, time, login and no use; each is needed."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from msgspec import UNSET
from msgspec.structs import replace

from mixpanel_service_accounts.api import Account, Client, Credentials, Secret
from mixpanel_service_accounts.cli import main
from mixpanel_service_accounts.cli import orphans as orphans_command
from mixpanel_service_accounts.emulator import Emulator
from mixpanel_service_accounts.resources.orphans import find_orphans
from mixpanel_service_accounts.resources.stored import Stored
from pulumi_mixpanel.stored import read_export

TYPE = "pulumi-python:dynamic/mixpanel:ServiceAccount"
URN = f"urn:pulumi:dev::tested::{TYPE}::export"
ACCOUNT = Account(
    id=5003,
    username="bot.1a2b3c.mp-service-account",
    name="bot",
    created=datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc),
    creator=905001,
    last_used=None,
)


def export(held: str = "5001", operation: str = "creating", name: str = "bot") -> dict[str, Any]:
    """Make what `pulumi stack export` prints after a kill."""
    inputs = {"name": name, "home": {"organization_id": 1001, "base_url": "https://x"}}
    return {
        "deployment": {
            "manifest": {"time": "2026-11-24T12:00:30.123456789+00:00"},
            "resources": [{"type": TYPE, "urn": URN, "id": held}],
            "pending_operations": [
                {"type": operation, "resource": {"type": TYPE, "urn": URN, "inputs": inputs}}
            ],
        }
    }


def states(*exports: dict[str, Any]) -> list[Stored]:
    """Read exports as a command does."""
    return [read_export(one) for one in exports]


def found(
    account: Account | list[Account],
    exports: list[dict[str, Any]],
    organization: int = 1001,
    kind: str = "certain",
) -> list[int]:
    """Return which accounts are of a class."""
    accounts = account if isinstance(account, list) else [account]
    orphans = find_orphans(
        states(*exports), accounts, organization_id=organization, our_user=905001
    )
    return [one.account.id for one in orphans if one.kind == kind]


def stack(
    name: str = "bot", held: str = "5001", time: str = "2026-11-24T14:00:00Z", kind: str = TYPE
) -> dict[str, Any]:
    """Return an export of a stack whose one resource asks for a name."""
    home = {"organization_id": 1001, "base_url": "https://x"}
    inputs, outputs = {"name": name, "home": home}, {"service_account_id": int(held)}
    resource = {"type": kind, "urn": URN, "id": held, "inputs": inputs, "outputs": outputs}
    return {"deployment": {"manifest": {"time": time}, "resources": [resource]}}


ROTATING = TYPE.replace(":ServiceAccount", ":RotatingServiceAccount")
MEMBERSHIP = TYPE.replace(":ServiceAccount", ":ProjectMembership")
DATED = replace(ACCOUNT, name="bot-20261124t120000")


def test_a_pending_create_s_account_is_an_orphan_once() -> None:
    """However many exports tell of it."""
    assert found(ACCOUNT, [export(), export()]) == [5003]


def test_the_dated_account_of_a_rotation_that_was_killed_is_an_orphan() -> None:
    """Where the server lets no two accounts have one name, the next one's carries the time."""
    rotating = export(operation="updating")
    resource = rotating["deployment"]["pending_operations"][0]["resource"]
    resource["type"] = resource["type"].replace(":ServiceAccount", ":RotatingServiceAccount")
    assert found(replace(ACCOUNT, name="bot-20261124t120000"), [rotating]) == [5003]
    assert found(ACCOUNT, [rotating]) == [5003]
    assert found(replace(ACCOUNT, name="bot-20261124t120000"), [export()]) == []


@pytest.mark.parametrize(
    "account",
    [
        replace(ACCOUNT, name="other"),
        replace(ACCOUNT, name="bot-2026"),
        replace(ACCOUNT, name="bot-20261124t120000-x"),
        replace(ACCOUNT, name="robot-20261124t120000"),
        replace(ACCOUNT, creator=905002),
        replace(ACCOUNT, creator=None),
        replace(ACCOUNT, creator=UNSET),
        replace(ACCOUNT, last_used=datetime(2026, 11, 24, 12, 1, tzinfo=timezone.utc)),
        replace(ACCOUNT, last_used=UNSET),
        replace(ACCOUNT, created=datetime(2026, 11, 24, 10, 59, tzinfo=timezone.utc)),
        replace(ACCOUNT, created=datetime(2026, 11, 24, 13, 1, tzinfo=timezone.utc)),
        replace(ACCOUNT, created=None),
    ],
)
def test_every_sign_is_needed(account: Account) -> None:
    """An account that merely is in no export is nobody's business."""
    assert found(account, [export()]) == []


@pytest.mark.parametrize(
    "exports",
    [
        [],
        [{}],
        [{"deployment": {}}],
        [export(operation="updating")],
        [export(name="other")],
        [export(held="5003")],
        [export(), {"deployment": {"resources": [{"type": TYPE, "urn": URN, "id": "5003"}]}}],
    ],
)
def test_without_a_pending_create_nothing_matches(exports: list[dict[str, Any]]) -> None:
    """And what any stack holds is no orphan."""
    assert found(ACCOUNT, exports) == []


def test_another_organization_matches_nothing() -> None:
    """A stack asks for a name in its own organization."""
    for kind in ("certain", "possible", "too young to tell"):
        assert found(ACCOUNT, [export(), stack()], organization=1002, kind=kind) == []


@pytest.mark.parametrize(
    ("account", "exports"),
    [
        (ACCOUNT, [stack()]),
        (ACCOUNT, [stack(kind=ROTATING)]),
        (DATED, [stack(kind=ROTATING)]),
        (replace(ACCOUNT, created=datetime(2026, 11, 24, 10, 59, tzinfo=timezone.utc)), [export()]),
    ],
)
def test_after_the_next_up_an_orphan_is_possible(
    account: Account, exports: list[dict[str, Any]]
) -> None:
    """No operation is pending any more, or only one that began over an hour later."""
    assert found(account, exports, kind="possible") == [5003]
    assert found(account, exports) == []


def test_two_accounts_that_one_pending_create_would_explain_are_not_certain() -> None:
    """One of them is somebody's; a second pending create explains the second."""
    two = [ACCOUNT, replace(ACCOUNT, id=5004)]
    assert found(two, [export()]) == []
    assert found(two, [export()], kind="too young to tell") == [5003, 5004]
    other = export()
    other["deployment"]["pending_operations"][0]["resource"]["urn"] = f"{URN}-2"
    assert found(two, [export(), other]) == [5003, 5004]


def test_what_is_younger_than_an_export_that_asks_for_it_is_too_young() -> None:
    """The clocks may differ by two minutes; the oldest export that asks for the name counts."""
    at = {"11:59:00": False, "12:01:59": False, "12:02:00": False, "12:02:01": True}
    for time, possible in at.items():
        exports = [stack(time=f"2026-11-24T{time}Z"), stack()]
        assert found(ACCOUNT, exports, kind="possible") == ([5003] if possible else [])
        assert found(ACCOUNT, exports, kind="too young to tell") == ([] if possible else [5003])


@pytest.mark.parametrize(
    ("account", "exports"),
    [
        (replace(ACCOUNT, created=None), [stack()]),
        (ACCOUNT, [stack(time="")]),
        (ACCOUNT, [stack(time="2026-11-24T11:00:00Z")]),
        (replace(ACCOUNT, created=datetime(2026, 11, 24, 12, 6, tzinfo=timezone.utc)), [export()]),
        # a stale export, whose up ran again at once and created what the killed one had not
        (
            replace(ACCOUNT, created=datetime(2026, 11, 24, 12, 0, 41, tzinfo=timezone.utc)),
            [export()],
        ),
    ],
)
def test_an_unknown_date_or_a_later_run_is_never_offered(
    account: Account, exports: list[dict[str, Any]]
) -> None:
    """A run after the export may have made it, pending create or not."""
    (orphan,) = find_orphans(states(*exports), [account], organization_id=1001, our_user=905001)
    assert orphan.kind == "too young to tell"
    assert orphan.other_holders == (
        "a run after this export was written: run up or refresh, and export again"
    )


def _holding(kind: str, **values: object) -> dict[str, Any]:
    return {"deployment": {"resources": [{"type": kind, "urn": URN, **values}]}}


@pytest.mark.parametrize(
    "live",
    [
        _holding(TYPE, id="5003"),
        _holding(TYPE, id="5003", delete=True),
        _holding(ROTATING, outputs={"service_account_id": 5003}),
        _holding(
            ROTATING, outputs={"service_account_id": 5009, "previous_service_account_id": 5003}
        ),
        _holding(ROTATING, outputs={"retiring": [{"service_account_id": 5003, "username": "bot"}]}),
        _holding(TYPE, id="5001", inputs={"adopt": 5003}),
        _holding(MEMBERSHIP, inputs={"service_account_id": 5003.0}),
        {
            "deployment": {
                "pending_operations": [
                    {
                        "type": "creating",
                        "resource": {"type": TYPE, "urn": URN, "inputs": {"adopt": 5003}},
                    }
                ]
            }
        },
    ],
)
def test_a_live_account_that_an_export_mentions_is_not_offered(live: dict[str, Any]) -> None:
    """Held, waiting for its deletion, previous, retiring, adopted, or with a membership."""
    for asking in (stack(), export()):
        assert (
            find_orphans(states(asking, live), [ACCOUNT], organization_id=1001, our_user=905001)
            == []
        )


@pytest.mark.parametrize(
    "account",
    [
        replace(ACCOUNT, name="other"),
        replace(ACCOUNT, creator=905002),
        replace(ACCOUNT, creator=None),
        replace(ACCOUNT, creator=UNSET),
        replace(ACCOUNT, last_used=datetime(2026, 11, 24, 12, 1, tzinfo=timezone.utc)),
        replace(ACCOUNT, last_used=UNSET),
        DATED,
    ],
)
def test_a_live_account_of_another_name_login_or_use_is_not_offered(account: Account) -> None:
    """Not even as possible: a plain account's name is never dated."""
    assert find_orphans(states(stack()), [account], organization_id=1001, our_user=905001) == []


def test_a_live_account_that_no_export_can_show_is_possible_and_the_ways_are_named() -> None:
    """A stack not given, a default name of another project, another tool, kept on purpose."""
    (orphan,) = find_orphans(states(stack()), [ACCOUNT], organization_id=1001, our_user=905001)
    assert (orphan.kind, orphan.reason) == ("possible", f"{URN} asks for its name")
    assert orphan.other_holders == (
        "a stack that was not given (the same default name in another project), another tool, or an "
        "account kept on purpose (retain_on_delete, pulumi state delete)"
    )
    (certain,) = find_orphans(states(export()), [ACCOUNT], organization_id=1001, our_user=905001)
    assert (certain.kind, certain.reason) == ("certain", f"{URN} was being created or rotated")
    assert certain.other_holders == (
        "an up that ran after this export was written, or a stack that was not given"
    )


@pytest.fixture
def killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401
    """Make what two killed runs leave: two accounts, and an export of each."""
    with Emulator() as emulator:
        for key, value in emulator.env.items():
            monkeypatch.setenv(key, value)
        login = Credentials(username=emulator.username, secret=Secret(emulator.secret))
        client = Client(emulator.base_url, login)
        files = []
        for name in ("bot", "other"):
            client.create_service_account(1001, name)
            left = export(name=name)
            left["deployment"]["manifest"]["time"] = datetime.now(timezone.utc).isoformat()
            files.append(tmp_path / f"{name}.json")
            files[-1].write_text(json.dumps(left))
        yield emulator, [str(file) for file in files]


def names(emulator: Emulator) -> list[str]:
    """Tell which accounts are left."""
    return [row["name"] for row in emulator.state()["accounts"] if not row["login"]]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the command believe that stdin is a terminal."""
    monkeypatch.setattr(orphans_command, "is_terminal", lambda: True)


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize("repeated", [False, True])
def test_several_exports_are_one_report(killed: tuple[Emulator, list[str]], repeated: bool) -> None:  # noqa: FBT001
    """One question for each account; what is not confirmed stays."""
    emulator, (first, second) = killed
    between = ["--orphans"] if repeated else []
    arguments = ["report", "--orphans", first, *between, second, "--delete"]
    asked = CliRunner().invoke(main, arguments, input="n\ny\n")
    assert (asked.exit_code, names(emulator)) == (3, ["bot"])
    assert asked.stderr.count("Delete ") == 2
    assert asked.stderr.count("a certain orphan?") == 2
    rest = CliRunner().invoke(main, arguments, input="y\n")
    assert (rest.exit_code, names(emulator)) == (0, [])
    none = CliRunner().invoke(main, arguments)
    assert none.exit_code == 0
    assert none.stderr == "no account looks left behind by the runs that wrote these states\n"


def number_of(emulator: Emulator, name: str) -> int:
    """Return the number of the account of a name."""
    return next(int(row["id"]) for row in emulator.state()["accounts"] if row["name"] == name)


def test_without_a_terminal_only_numbers_delete(killed: tuple[Emulator, list[str]]) -> None:
    """There is no yes to all: what is piped in is not read."""
    emulator, files = killed
    arguments = ["report", "--orphans", *files, "--delete"]
    piped = CliRunner().invoke(main, arguments, input="y\ny\n")
    assert (piped.exit_code, names(emulator)) == (1, ["bot", "other"])
    assert piped.stderr == (
        "Error: --delete asks for each account, and stdin is no terminal: name each account that is "
        "to be deleted, as in --delete 5004. Nothing was deleted.\n"
    )
    bot = number_of(emulator, "bot")
    one = CliRunner().invoke(main, [*arguments, str(bot)])
    assert (one.exit_code, names(emulator), one.stderr) == (3, ["other"], f"deleted {bot}\n")
    again = CliRunner().invoke(main, [*arguments, str(bot)])
    assert (again.exit_code, again.stderr) == (
        1,
        f"Error: account {bot} is neither a certain nor a possible orphan of these states. Nothing "
        "was deleted.\n",
    )


def test_certain_and_possible_orphans_are_told_apart(
    killed: tuple[Emulator, list[str]], tmp_path: Path
) -> None:
    """Each line has class, login, date, reason and what else could hold it."""
    emulator, (first, _) = killed
    file = tmp_path / "later.json"
    file.write_text(json.dumps(stack(name="other", time="2999-01-01T00:00:00Z")))
    shown = CliRunner().invoke(main, ["report", "--orphans", str(file), first])
    lines = [line.split("\t") for line in shown.stdout.splitlines()]
    assert shown.exit_code == 3
    assert [(int(line[0]), line[1]) for line in lines] == [
        (number_of(emulator, "bot"), "certain"),
        (number_of(emulator, "other"), "possible"),
    ]
    assert lines[1][4:] == [
        f"{URN} asks for its name",
        "could be held by a stack that was not given (the same default name in another project), "
        "another tool, or an account kept on purpose (retain_on_delete, pulumi state delete)",
    ]


def test_what_is_too_young_is_shown_and_not_deleted(
    killed: tuple[Emulator, list[str]], tmp_path: Path
) -> None:
    """Neither class has any; that it is unknown is an exit status of its own."""
    emulator, _ = killed
    file = tmp_path / "young.json"
    file.write_text(json.dumps(stack()))
    shown = CliRunner().invoke(main, ["report", "--orphans", str(file)])
    assert (shown.exit_code, shown.stdout.split("\t")[1]) == (4, "too young to tell")
    bot = number_of(emulator, "bot")
    refused = CliRunner().invoke(main, ["report", "--orphans", str(file), "--delete", str(bot)])
    assert (refused.exit_code, names(emulator)) == (1, ["bot", "other"])
    assert refused.stderr == (
        f"Error: account {bot} is too young to tell: run up or refresh, and export again. Nothing was "
        "deleted.\n"
    )


NOT_LISTED = {"kind": "switch", "name": "caller-listed", "value": "no"}
NO_ME = {"kind": "switch", "name": "me", "value": "404"}


def test_an_unknown_own_user_is_an_error(killed: tuple[Emulator, list[str]]) -> None:
    """The list lacks our login: `/me` tells who we are; without it nothing is called none."""
    emulator, files = killed
    arguments = ["report", "--orphans", *files]
    emulator.faults([NOT_LISTED])
    assert CliRunner().invoke(main, arguments).exit_code == 3
    emulator.faults([NOT_LISTED, NO_ME])
    unknown = CliRunner().invoke(main, arguments)
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert unknown.stderr == (
        "Error: our own user is unknown: neither the list of accounts of organization 1001 nor /me "
        "shows who logs in, so which accounts this login made is unknown too. Nothing was deleted.\n"
    )


@pytest.mark.usefixtures("terminal")
def test_what_is_used_while_the_question_stands_is_kept(
    killed: tuple[Emulator, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody has its secret after all."""
    emulator, (first, _) = killed
    row = next(row for row in emulator.state()["accounts"] if row["name"] == "bot")

    def confirm(*_: object, **__: object) -> bool:
        login = Credentials(username=row["username"], secret=Secret(row["secret"]))
        Client(emulator.base_url, login).me()
        return True

    monkeypatch.setattr(click, "confirm", confirm)
    kept = CliRunner().invoke(main, ["report", "--orphans", first, "--delete"])
    assert (kept.exit_code, names(emulator)) == (3, ["bot", "other"])
    assert kept.stderr == f"kept {row['id']}: it has been used meanwhile\n"


NEITHER = (
    "{} is not what `pulumi stack export` prints: it has no deployment. Nor is it a state of "
    "Terraform or OpenTofu."
)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "{} is no JSON: Expecting value: line 1 column 1 (char 0)"),
        ("[]", NEITHER),
        ("{}", NEITHER),
        (json.dumps({"format_version": "1.0", "terraform_version": "1.11.4"}), NEITHER),
    ],
)
def test_a_file_that_is_no_export_is_named(tmp_path: Path, content: str, message: str) -> None:
    """Before any call."""
    file = tmp_path / "export.json"
    file.write_text(content)
    failed = CliRunner().invoke(main, ["report", "--orphans", str(file)])
    assert (failed.exit_code, failed.stderr) == (1, f"Error: {message.format(file)}\n")
