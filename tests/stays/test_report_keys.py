"""Keys of `report --json`: a contract of docs/report.md; keys may come, none may go."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from click.testing import CliRunner

from mixpanel_service_accounts.api import Client, Credentials, Grant, Secret
from mixpanel_service_accounts.cli import main
from mixpanel_service_accounts.emulator import Emulator

KEYS = {
    "": (
        "version organization_id base_url dialect login read_at limits findings projects_known "
        "projects accounts"
    ),
    "limits": "expiring_within_days unused_for_days many_projects",
    "findings": "expired expiring admin sensitive many-projects unused no-expiry",
    "findings.expired": "found unknown",
    "projects[]": "id name readable why_unreadable",
    "accounts[]": (
        "id username name role created creator creator_email expires last_used own_login managed "
        "findings unknown access"
    ),
    "accounts[].access[]": "project_id role through sensitive",
}

VERSION = 1
"""Goes up when a key goes or changes its meaning."""


@pytest.fixture(scope="module", params=["bulk", "nested"])
def document(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Report on an organization with one account in one project."""
    dialect: str = request.param
    with Emulator(dialect) as emulator:
        login = Credentials(username=emulator.username, secret=Secret(emulator.secret))
        client = Client(emulator.base_url, login, dialect=dialect)
        made = client.create_service_account(1001, "bot").account
        client.add_to_projects(1001, [made.id], [Grant(project_id=2001, role="analyst")])
        foreign = dict.fromkeys(name for name in os.environ if name.startswith("MIXPANEL_"))
        ended = CliRunner(env={**foreign, **emulator.env}).invoke(
            main, ["report", "--json", "--dialect", dialect]
        )
        assert ended.exit_code == 0
        told: dict[str, Any] = json.loads(ended.stdout)
        return told


def found(document: Any, path: str) -> list[dict[str, Any]]:  # noqa: ANN401 (JSON)
    """Collect the maps at a path, through lists."""
    found = [document]
    for part in path.split(".") if path else ():
        found = [one[part.removesuffix("[]")] for one in found]
        if part.endswith("[]"):
            found = [one for several in found for one in several]
    return found


@pytest.mark.parametrize("path", KEYS)
def test_the_document_has_these_keys(document: dict[str, Any], path: str) -> None:
    """Wherever one is unknown it is there all the same, and says so."""
    maps = found(document, path)
    assert maps
    for one in maps:
        assert set(KEYS[path].split()) <= set(one)


def test_the_version_is_this(document: dict[str, Any]) -> None:
    """While no key has gone."""
    assert document["version"] == VERSION
