"""A recorded stack: the state that a version left behind, and the organization that it describes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from tests.engine.harness import Stack

from mixpanel_service_accounts.emulator import Emulator
from mixpanel_service_accounts.emulator.store import Store

FOLDER = Path(__file__).parent
HOST = "http://127.0.0.1:1"
"""Stands in a recording for the emulator's host, whose port is another in each run."""


@dataclass(frozen=True)
class Recording:
    """One stack, as it was when it was recorded.

    Attributes:
        dialect: The emulator's.
        now: The time of the recording, in every process of it.
        config: The stack's configuration; a value that starts with `secret:` is set as a secret.
        environment: The variables of the emulator that the stack's environment had.
        program: The program that led to the state, by lines.
        changed: A text of the program, and what replaces it for an update.
        accounts: The emulator's accounts, with secrets that are made up.
        memberships: The emulator's grants: account, project, role and target type.
        due: The steps that a preview of the program shows, by the resource's name; usually none.
        steps: The steps that a preview of the changed program shows.
        memberships_after: The grants after the update with the changed program.
        accounts_left: The numbers of the accounts that are left after the stack is destroyed.
        export: What `pulumi stack export --show-secrets` printed.
    """

    dialect: str
    now: str
    config: Mapping[str, str]
    environment: list[str]
    program: list[str]
    changed: tuple[str, str]
    accounts: list[dict[str, Any]]
    memberships: list[str]
    due: Mapping[str, str]
    steps: Mapping[str, str]
    memberships_after: list[str]
    accounts_left: list[int]
    export: dict[str, Any]

    @classmethod
    def load(cls, folder: Path) -> Recording:
        """Load a recording from its two files."""
        told = json.loads((folder / "recording.json").read_text())
        return cls(**told, export=json.loads((folder / "export.json").read_text()))

    def save(self, folder: Path) -> None:
        """Write a recording: the state in a file of its own, as Pulumi printed it."""
        folder.mkdir(parents=True, exist_ok=True)
        told = asdict(self)
        for name, content in (("export", told.pop("export")), ("recording", told)):
            (folder / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n")

    def at(self, host: str) -> Recording:
        """Return the recording with the emulator's host in it."""
        text = json.dumps(asdict(self)).replace(HOST, host)
        return Recording(**json.loads(text))

    def write(self, stack: Stack) -> None:
        """Write the program into a stack."""
        stack.write("\n".join(self.program))

    def write_changed(self, stack: Stack) -> None:
        """Write the changed program into a stack."""
        stack.write("\n".join(self.program).replace(*self.changed))

    def configure(self, stack: Stack) -> None:
        """Set the stack's configuration."""
        for key, value in self.config.items():
            secret = value.startswith("secret:")
            stack.config(key, value.removeprefix("secret:"), secret=secret)

    def move(self, emulator: Emulator, stack: Stack) -> None:
        """Let it be the time of the recording, on the server and in the next commands."""
        then = datetime.strptime(self.now, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
        emulator.clock(self.now)
        stack.move_clock((then - datetime.now(timezone.utc)) / timedelta(hours=1))

    @contextmanager
    def emulator(self, folder: Path) -> Iterator[Emulator]:
        """Run an emulator that holds what the organization held."""
        file = folder / "emulator.sqlite"
        store = Store(file)
        for row in self.accounts:
            store.add_account(**row)
        for grant in self.memberships:
            account, project, role, target_type = grant.split(" ")
            store.put_grant(int(account), int(project), role, target_type)
        store.close()
        with Emulator(self.dialect, db=file) as running:
            yield running

    def environment_of(self, emulator: Emulator) -> dict[str, str]:
        """Return the variables that point the stack at an emulator."""
        return {name: emulator.env[name] for name in self.environment}


def memberships_of(emulator: Emulator) -> list[str]:
    """List an emulator's grants, as a recording has them."""
    columns = ("account", "project", "role", "target_type")
    rows = emulator.state()["memberships"]
    return [" ".join(str(row[column]) for column in columns) for row in rows]


def recordings() -> list[Path]:
    """List the recordings of every version."""
    return sorted(path.parent for path in FOLDER.glob("*/*/recording.json"))
