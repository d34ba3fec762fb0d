"""What the emulated organizations hold, in SQLite: processes come and go, the file stays."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]

_USERS_FROM = 900_000

_SCHEMA = """
PRAGMA journal_mode=WAL;
PRAGMA synchronous=OFF;
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS projects (id INTEGER PRIMARY KEY, organization INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS accounts (
  id INTEGER PRIMARY KEY AUTOINCREMENT, organization INTEGER NOT NULL, name TEXT NOT NULL,
  username TEXT NOT NULL UNIQUE, secret TEXT NOT NULL, role TEXT, created TEXT NOT NULL,
  expires TEXT, last_used TEXT, creator INTEGER, hidden INTEGER NOT NULL DEFAULT 0,
  login INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS by_organization ON accounts (organization);
CREATE TABLE IF NOT EXISTS logins (
  organization INTEGER PRIMARY KEY, id INTEGER NOT NULL, username TEXT NOT NULL,
  secret TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS grants (
  account INTEGER NOT NULL, project INTEGER NOT NULL, role TEXT NOT NULL, target_type TEXT NOT NULL,
  hidden INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (account, project, target_type)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_project ON grants (project);
INSERT INTO sqlite_sequence (name, seq)
  SELECT 'accounts', 5000 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'accounts');
COMMIT;
"""


def user_of(account: int) -> int:
    """Number the user behind an account; the two numbers are never the same."""
    return _USERS_FROM + account


class Store:
    """Projects, accounts and grants.

    Args:
        path: The file; made with access for its owner alone.

    Raises:
        OSError: The file cannot be made or opened.
        ValueError: The file is there and is no SQLite database.
    """

    def __init__(self, path: Path) -> None:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        try:
            self._db.executescript(_SCHEMA)
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise ValueError(f"{path} cannot be the emulator's file: {error}") from None
        path.chmod(0o600)

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
        """Forget everything but the credentials of the logins, which programs hold."""
        for table in ("grants", "accounts", "projects"):
            self._db.execute(f"DELETE FROM {table}")  # noqa: S608 (our own table names)

    # -- projects ------------------------------------------------------------------------------

    def add_projects(self, organization: int, numbers: Sequence[int]) -> None:
        """Make projects."""
        rows = [(number, organization) for number in numbers]
        self._db.executemany("INSERT INTO projects VALUES (?, ?)", rows)

    def projects(self, organization: int | None = None) -> list[int]:
        """List the numbers of an organization's projects, or of all."""
        query = "SELECT id FROM projects WHERE organization = ifnull(?, organization) ORDER BY id"
        return [row["id"] for row in self._rows(query, organization)]

    def organization_of(self, project: int) -> int | None:
        """Return the organization of a project; None where there is no such project."""
        row = self._one("SELECT organization FROM projects WHERE id = ?", project)
        return None if row is None else int(row["organization"])

    # -- accounts ------------------------------------------------------------------------------

    def add_account(self, **values: Any) -> Row:  # noqa: ANN401 (columns)
        """Make an account, with a new username and secret where none are given."""
        username = f"{values['name']}.{secrets.token_hex(3)}.mp-service-account"
        row = {"username": username, "secret": secrets.token_urlsafe(24), **values}
        columns, marks = ", ".join(row), ", ".join("?" * len(row))
        query = f"INSERT INTO accounts ({columns}) VALUES ({marks}) RETURNING *"  # noqa: S608 (our own column names)
        return dict(self._db.execute(query, tuple(row.values())).fetchone())

    def add_login(self, organization: int, created: str) -> Row:
        """Make an organization's seeded login: the same one again, if there was one before."""
        query = "SELECT id, username, secret FROM logins WHERE organization = ?"
        kept = self._one(query, organization)
        row = self.add_account(
            organization=organization,
            name="emulator-login",
            role="owner",
            created=created,
            login=1,
            **kept or {},
        )
        if kept is None:
            values = (organization, row["id"], row["username"], row["secret"])
            self._db.execute("INSERT INTO logins VALUES (?, ?, ?, ?)", values)
        return row

    def login(self, organization: int) -> Row | None:
        """Find an organization's seeded login, unless it was deleted."""
        return self._one(
            "SELECT * FROM accounts WHERE login = 1 AND organization = ?", organization
        )

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

    def note_use(self, number: int, instant: str) -> None:
        """Note when an account last logged in."""
        self._db.execute("UPDATE accounts SET last_used = ? WHERE id = ?", (instant, number))

    def delete_account(self, number: int) -> None:
        """Delete an account with its grants."""
        self._db.execute("DELETE FROM grants WHERE account = ?", (number,))
        self._db.execute("DELETE FROM accounts WHERE id = ?", (number,))

    def reveal(self, table: str) -> None:
        """Count down for how many lists more new rows stay hidden."""
        self._db.execute(f"UPDATE {table} SET hidden = hidden - 1 WHERE hidden > 0")  # noqa: S608

    # -- grants --------------------------------------------------------------------------------

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

    def delete_grant(self, account: int, project: int) -> bool:
        """Remove an account's own grant; tell whether there was one."""
        query = (
            "DELETE FROM grants WHERE account = ? AND project = ? AND target_type = 'individual'"
        )
        return self._db.execute(query, (account, project)).rowcount > 0

    def grants_of(self, account: int) -> list[Row]:
        """List an account's grants."""
        return self._rows("SELECT * FROM grants WHERE account = ? ORDER BY project", account)

    def members(self, project: int) -> list[tuple[Row, Row]]:
        """List a project's grants, each with its account."""
        grants = self._rows("SELECT * FROM grants WHERE project = ? ORDER BY account", project)
        query = "SELECT * FROM accounts WHERE id IN (SELECT account FROM grants WHERE project = ?)"
        accounts = {row["id"]: row for row in self._rows(query, project)}
        return [(grant, accounts[grant["account"]]) for grant in grants]

    def grants(self) -> list[Row]:
        """List all grants."""
        return self._rows("SELECT * FROM grants ORDER BY account, project")

    def is_member(self, account: int, project: int) -> bool:
        """Return whether an account is in a project, by whatever grant."""
        query = "SELECT 1 FROM grants WHERE account = ? AND project = ?"
        return self._one(query, account, project) is not None
