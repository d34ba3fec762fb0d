"""A PostgreSQL server of a test's own, in a temporary folder, on a socket there."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.needs import needed

PASSWORD = "the database's own password"
_HOW = (
    "`apt-get install postgresql` on Debian and Ubuntu, `brew install postgresql@17` on macOS; "
    ".ci/run installs it"
)


@dataclass(frozen=True)
class PostgreSQL:
    """A running server.

    Attributes:
        folder: Where its socket is.
        programs: Where its programs are.
    """

    folder: Path
    programs: Path

    @property
    def env(self) -> dict[str, str]:
        """The environment that keeps a stack's state there."""
        url = f"postgres://pulumi@/postgres?host={self.folder}&sslmode=disable"
        return {"PULUMI_BACKEND_URL": url, "PGPASSWORD": PASSWORD}

    def ask(self, question: str) -> str:
        """Ask the database, and tell the bare answer."""
        command = [str(self.programs / "psql"), "-h", str(self.folder), "-U", "pulumi", "-At"]
        env = {**os.environ, "PGPASSWORD": PASSWORD}
        asked = [*command, "-c", question, "postgres"]
        return subprocess.run(asked, env=env, check=True, capture_output=True, text=True).stdout


@contextmanager
def running() -> Iterator[PostgreSQL]:
    """Run a server, as another user where we are root: PostgreSQL refuses root."""
    programs = Path(needed("initdb", how=_HOW)).resolve().parent
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # short: a socket's path has at most 103 bytes
    password = folder / "password"
    password.write_text(PASSWORD)
    user: dict[str, Any] = {}
    if os.geteuid() == 0:
        user = {"user": "postgres", "group": "postgres", "extra_groups": []}
        shutil.chown(folder, "postgres")

    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), "-D", str(folder / "data"), *arguments]
        silent = subprocess.DEVNULL  # the server keeps what it is given open
        subprocess.run(command, check=True, cwd=folder, stdout=silent, stderr=silent, **user)

    try:
        run("initdb", "-U", "pulumi", "-A", "scram-sha-256", f"--pwfile={password}", "--no-sync")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        run("pg_ctl", "--wait", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield PostgreSQL(folder, programs)
        finally:
            run("pg_ctl", "--wait", "--mode=immediate", "stop")
    finally:
        shutil.rmtree(folder)
