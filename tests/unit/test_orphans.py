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

from pulumi_mixpanel.api import Account, Client, Credentials, Secret
from pulumi_mixpanel.cli import main
from pulumi_mixpanel.emulator import Emulator
from pulumi_mixpanel.resources.orphans import find_orphans

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


def found(
    account: Account,
    exports: list[dict[str, Any]],
    organization: int = 1001,
    user: int | None = 905001,
) -> list[int]:
    """Tell which accounts match."""
    matched = find_orphans(exports, [account], organization_id=organization, our_user=user)
    return [one.id for one, _ in matched]


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


def test_another_organization_and_an_unknown_login_match_nothing() -> None:
    """Who we are has to be known."""
    assert found(ACCOUNT, [export()], organization=1002) == []
    assert found(ACCOUNT, [export()], user=None) == []


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


@pytest.mark.parametrize("repeated", [False, True])
def test_several_exports_are_one_report(killed: tuple[Emulator, list[str]], repeated: bool) -> None:  # noqa: FBT001
    """One question for each account; what is not confirmed stays."""
    emulator, (first, second) = killed
    between = ["--orphans"] if repeated else []
    arguments = ["report", "--orphans", first, *between, second, "--delete"]
    asked = CliRunner().invoke(main, arguments, input="n\ny\n")
    assert (asked.exit_code, names(emulator)) == (3, ["bot"])
    assert asked.stderr.count("Delete ") == 2
    rest = CliRunner().invoke(main, arguments, input="y\n")
    assert (rest.exit_code, names(emulator)) == (0, [])
    none = CliRunner().invoke(main, arguments)
    assert none.exit_code == 0
    assert none.stderr == "no pending create of these stacks matches an account\n"


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


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "{} is no JSON: Expecting value: line 1 column 1 (char 0)"),
        ("[]", "{} is not what `pulumi stack export` prints: it has no deployment."),
        ("{}", "{} is not what `pulumi stack export` prints: it has no deployment."),
    ],
)
def test_a_file_that_is_no_export_is_named(tmp_path: Path, content: str, message: str) -> None:
    """Before any call."""
    file = tmp_path / "export.json"
    file.write_text(content)
    failed = CliRunner().invoke(main, ["report", "--orphans", str(file)])
    assert (failed.exit_code, failed.stderr) == (1, f"Error: {message.format(file)}\n")
