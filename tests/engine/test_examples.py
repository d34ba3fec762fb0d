"""Every example lives a whole life on the real engine, against the emulator."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.engine.harness import Stack
from tests.engine.test_life import logs_in, made
from tests.engine.test_secrets import found_in

from mixpanel_service_accounts.emulator import Emulator

STAND_INS = Path(__file__).parent / "stand_ins"


def begin(stack: Stack, emulator: Emulator) -> dict[str, Any]:
    """Preview without credentials or a call, up, and up again without a change or a call."""
    credentials, stack.env = (
        stack.env,
        {key: value for key, value in stack.env.items() if not key.startswith("MIXPANEL_")},
    )
    stack.preview()
    assert emulator.calls() == []
    stack.env = credentials
    stack.up()
    emulator.forget_calls()
    stack.up("--expect-no-changes")
    assert emulator.calls() == []
    return stack.outputs()


def end(stack: Stack, emulator: Emulator) -> None:
    """Destroy, and see that nothing is left."""
    stack.destroy()
    assert (made(emulator), stack.resources()) == ([], {})


def rows(emulator: Emulator) -> dict[str, dict[str, Any]]:
    """Tell the accounts that were made, by their name."""
    return {row["name"]: row for row in emulator.state()["accounts"] if not row["login"]}


def roles_of(emulator: Emulator, name: str) -> dict[int, str]:
    """Tell the role of an account in each of its projects."""
    account = rows(emulator)[name]["id"]
    found = [row for row in emulator.state()["memberships"] if row["account"] == account]
    return {row["project"]: row["role"] for row in found}


def test_least_privilege(emulator: Emulator, example: Callable[..., Stack]) -> None:
    """One account per purpose: in its projects, with its roles, none an admin, each with an end."""
    stack = example("least_privilege")
    outputs = begin(stack, emulator)
    expected = {
        "dev-exports": {2001: "analyst", 2002: "analyst"},
        "dev-ci": {2003: "analyst"},
        "dev-dashboards": {2001: "consumer", 2002: "consumer"},
    }
    accounts = rows(emulator)
    assert {name: roles_of(emulator, name) for name in accounts} == expected
    assert {account["role"] for account in accounts.values()} == {"consumer"}
    assert all(account["expires"] for account in accounts.values())
    for purpose in ("exports", "ci", "dashboards"):
        assert logs_in(emulator, outputs[f"{purpose}-username"], outputs[f"{purpose}-secret"])
    end(stack, emulator)


def test_from_project_secret(emulator: Emulator, example: Callable[..., Stack]) -> None:
    """One account per consumer of the old secret; a consumer more or less concerns no other."""
    stack = example("from_project_secret")
    logins = begin(stack, emulator)["logins"]
    assert roles_of(emulator, "dev-event-import") == {2001: "analyst"}
    assert roles_of(emulator, "dev-weekly-report") == {2001: "consumer"}
    for login in logins.values():
        assert logs_in(emulator, login["username"], login["secret"])

    stack.run("config", "set", "--path", "consumers.warehouse-export", "analyst")
    stack.run("config", "set", "--path", "consumers.crm-sync", "analyst")
    stack.up()
    changed = stack.outputs()["logins"]
    assert sorted(rows(emulator)) == ["dev-crm-sync", "dev-warehouse-export"]
    assert changed["warehouse-export"] == logins["warehouse-export"]
    end(stack, emulator)


def test_secret_manager(emulator: Emulator, example: Callable[..., Stack], tmp_path: Path) -> None:
    """The login arrives in the secret manager and works; the state has it only encrypted."""
    vault = tmp_path / "vault"
    stack = example("secret_manager", PYTHONPATH=str(STAND_INS), STAND_IN_VAULT=str(vault))
    assert begin(stack, emulator) == {}
    kept = vault / "secret/mixpanel/exports"
    first = json.loads(kept.read_text())
    assert logs_in(emulator, first["username"], first["secret"])

    stack.config("rotate", "OPS-12")
    stack.up()
    second = json.loads(kept.read_text())
    assert first["username"] != second["username"]
    for login in (first, second):  # the previous one for the overlap
        assert logs_in(emulator, login["username"], login["secret"])

    entries = stack.state()["deployment"]["resources"]
    (entry,) = [entry for entry in entries if entry["type"].endswith("vault:SecretV2")]
    assert "ciphertext" in entry["inputs"]["data_json"]
    assert "ciphertext" in entry["outputs"]["data_json"]
    files = [path for path in stack.folder.rglob("*") if path.is_file()]
    assert len(files) > 5
    secrets = [first["secret"], second["secret"]]
    assert [path for path in files if found_in(path.read_bytes(), secrets)] == []
    assert found_in("".join(stack.printed).encode(), secrets) == []
    end(stack, emulator)
    assert not kept.exists()


def test_two_organizations(emulator: Emulator, example: Callable[..., Stack]) -> None:
    """Each account is in its own organization, made by that organization's login."""
    stack = example("two_organizations")
    stack.env = {"MIXPANEL_BASE_URL": emulator.base_url}
    logins = [row for row in emulator.state()["accounts"] if row["login"]]
    projects = {1001: 2001, 1002: 3001}
    for namespace, login in zip(("emea", "apac"), logins, strict=True):
        stack.config(f"{namespace}:organizationId", str(login["organization"]))
        stack.config(f"{namespace}:projectId", str(projects[login["organization"]]))
        stack.config(f"{namespace}:username", login["username"])
        stack.config(f"{namespace}:secret", login["secret"], secret=True)
    outputs = begin(stack, emulator)
    accounts = {
        row["organization"]: row for row in emulator.state()["accounts"] if not row["login"]
    }
    assert {number: row["name"] for number, row in accounts.items()} == dict.fromkeys(
        projects, "reports"
    )
    granted = emulator.state()["memberships"]
    for number, project in projects.items():
        ids = [row["project"] for row in granted if row["account"] == accounts[number]["id"]]
        assert ids == [project]
    for namespace in ("emea", "apac"):
        assert logs_in(emulator, outputs[f"{namespace}-username"], outputs[f"{namespace}-secret"])
    assert found_in(json.dumps(stack.state()).encode(), [row["secret"] for row in logins]) == []
    stack.refresh()
    stack.up("--expect-no-changes")
    end(stack, emulator)
