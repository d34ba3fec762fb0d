"""What the emulated organization holds, in SQLite: processes come and go, the file stays."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]

ORGANIZATIONS = {1001: "Emulated Organization", 1002: "Other Organization"}
PROJECTS = {**dict.fromkeys(range(2001, 2021), 1001), 3001: 1002}
FIRST_ACCOUNT = 5001
_USERS_FROM = 900_000

_SCHEMA = """
CREATE TABLE IF NOT EXISTS accounts (
  id INTEGER PRIMARY KEY AUTOINCREMENT, organization INTEGER NOT NULL, name TEXT NOT NULL,
  username TEXT NOT NULL UNIQUE, secret TEXT NOT NULL, role TEXT, created TEXT NOT NULL,
  expires TEXT, last_used TEXT, creator INTEGER, hidden INTEGER NOT NULL DEFAULT 0,
  login INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS by_organization ON accounts (organization);
CREATE TABLE IF NOT EXISTS grants (
  account INTEGER NOT NULL, project INTEGER NOT NULL, role TEXT NOT NULL, target_type TEXT NOT NULL,
  hidden INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (account, project, target_type)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_project ON grants (project);
"""


def user_of(account: int) -> int:
    """Number the user behind an account; the two numbers are never the same."""
    return _USERS_FROM + account


class Store:
    """Accounts and grants.

    Args:
        path: The file; made with access for its owner alone.
    """

    def __init__(self, path: Path) -> None:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        path.chmod(0o600)
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;" + _SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Make the changes of a block at once or not at all, and no other process between them."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def _rows(self, query: str, *values: object) -> list[Row]:
        return [dict(row) for row in self._db.execute(query, values)]

    def _one(self, query: str, *values: object) -> Row | None:
        row = self._db.execute(query, values).fetchone()
        return None if row is None else dict(row)

    def clear(self) -> None:
        """Forget everything but the logins, which programs hold."""
        self._db.execute("DELETE FROM grants")
        self._db.execute("DELETE FROM accounts WHERE login = 0")

    def logins(self) -> list[Row]:
        """List the seeded logins, one for each organization."""
        return self._rows("SELECT * FROM accounts WHERE login = 1 ORDER BY organization")

    def add_account(self, **values: Any) -> Row:  # noqa: ANN401 (columns)
        """Make an account with a new username and secret."""
        username = f"{values['name']}.{secrets.token_hex(3)}.mp-service-account"
        row = {**values, "username": username, "secret": secrets.token_urlsafe(24)}
        columns, marks = ", ".join(row), ", ".join("?" * len(row))
        query = f"INSERT INTO accounts ({columns}) VALUES ({marks}) RETURNING *"  # noqa: S608 (our own column names)
        found = self._one(query, *row.values())
        if found is None:  # pragma: no cover - RETURNING always returns
            raise RuntimeError("no row")
        return found

    def account_of(self, username: str) -> Row | None:
        """Find the account of a login."""
        return self._one("SELECT * FROM accounts WHERE username = ?", username)

    def account(self, organization: int, number: int) -> Row | None:
        """Find an account of an organization."""
        return self._one(
            "SELECT * FROM accounts WHERE organization = ? AND id = ?", organization, number
        )

    def accounts(self, organization: int | None = None) -> list[Row]:
        """List accounts by their number."""
        if organization is None:
            return self._rows("SELECT * FROM accounts ORDER BY id")
        return self._rows("SELECT * FROM accounts WHERE organization = ? ORDER BY id", organization)

    def named(self, organization: int, name: str) -> list[Row]:
        """List accounts of a name."""
        query = "SELECT * FROM accounts WHERE organization = ? AND name = ?"
        return self._rows(query, organization, name)

    def change_account(self, number: int, column: str, value: object) -> None:
        """Set one column of an account."""
        self._db.execute(f"UPDATE accounts SET {column} = ? WHERE id = ?", (value, number))  # noqa: S608

    def delete_account(self, number: int) -> None:
        """Delete an account with its grants."""
        self._db.execute("DELETE FROM grants WHERE account = ?", (number,))
        self._db.execute("DELETE FROM accounts WHERE id = ?", (number,))

    def reveal(self, table: str) -> None:
        """Count down for how many lists more new rows stay hidden."""
        self._db.execute(f"UPDATE {table} SET hidden = hidden - 1 WHERE hidden > 0")  # noqa: S608

    def put_grant(
        self,
        account: int,
        project: int,
        role: str,
        target_type: str = "individual",
        hidden: int = 0,
    ) -> None:
        """Add a grant, or change its role."""
        self._db.execute(
            "INSERT INTO grants VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET role = excluded.role",
            (account, project, role, target_type, hidden),
        )

    def put_grants(self, rows: Sequence[tuple[int, int, str]]) -> None:
        """Add many individual grants."""
        self._db.executemany(
            "INSERT OR REPLACE INTO grants VALUES (?, ?, ?, 'individual', 0)", rows
        )

    def delete_grant(self, account: int, project: int) -> bool:
        """Remove an account's own grant; tell whether there was one."""
        query = (
            "DELETE FROM grants WHERE account = ? AND project = ? AND target_type = 'individual'"
        )
        return self._db.execute(query, (account, project)).rowcount > 0

    def grants_of(self, account: int) -> list[Row]:
        """List an account's grants."""
        return self._rows("SELECT * FROM grants WHERE account = ? ORDER BY project", account)

    def grants_in(self, project: int) -> list[Row]:
        """List a project's grants, each with its account's columns under `account_*`."""
        return self._rows("SELECT * FROM grants WHERE project = ? ORDER BY account", project)

    def grants(self) -> list[Row]:
        """List all grants."""
        return self._rows("SELECT * FROM grants ORDER BY account, project")

    def is_member(self, account: int, project: int) -> bool:
        """Tell whether an account is in a project, by whatever grant."""
        query = "SELECT 1 FROM grants WHERE account = ? AND project = ?"
        return self._one(query, account, project) is not None


def seed(store: Store, now: str, accounts: int = 0) -> None:
    """Make what a fresh emulator holds: a login for each organization, in all its projects."""
    if not store.logins():
        store._db.execute(  # noqa: SLF001 (the first number, set once)
            "INSERT INTO sqlite_sequence (name, seq) VALUES ('accounts', ?)", (FIRST_ACCOUNT - 1,)
        )
        for organization in ORGANIZATIONS:
            store.add_account(
                organization=organization, name="emulator-login", role="owner", created=now, login=1
            )
    for login in store.logins():
        own = [p for p, organization in PROJECTS.items() if organization == login["organization"]]
        store.put_grants([(login["id"], project, "admin") for project in own])
    creator = user_of(store.logins()[0]["id"])
    for number in range(accounts):
        store.add_account(
            organization=1001,
            name=f"seeded-{number:05}",
            role="consumer",
            created=now,
            creator=creator,
        )
