"""Random operations and random faults against client and emulator, compared with a simple model.

After recovery no account is left whose secret nobody knows, and nobody else's account is ever gone.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.faults.conftest import World
from tests.random_lives import run_lives

from mixpanel_service_accounts.api import CreatedAccount, Grant, MixpanelError
from mixpanel_service_accounts.api.wire import Answer, Request
from mixpanel_service_accounts.emulator import Emulator, faults

NAMES = st.sampled_from(["alpha", "beta"])
PROJECTS = st.sampled_from([2001, 2002])
ROLES = st.sampled_from(["analyst", "admin"])
WHICH = st.integers(0, 20)
"""Which account, round and round: how many there are depends on threads, and is not to be drawn."""

KINDS = st.sampled_from(
    [kind for kind in faults.KINDS if kind not in {"latency", "huge", "switch"}]
)
AT_ONCE = 3


class Killed(BaseException):
    """What ends a process in the middle of a call."""


class Life(RuleBasedStateMachine):
    """What a process does; the model is what it was told, and what a colleague has."""

    emulator: Emulator
    dialect = "bulk"

    def __init__(self) -> None:
        super().__init__()
        self.emulator.reset()
        self.world = World(self.emulator, self.dialect)
        self.one = self.world.organization()
        self.secrets: dict[int, str] = {}
        self.roles: dict[tuple[int, int], str] = {}
        self.doubt: set[tuple[int, int]] = set()
        self.deleting: set[int] = set()
        self.orphans: set[int] = set()
        self.named = ""
        self.emulator.faults([{"kind": "switch", "name": "default-role", "value": "admin"}])
        made = self.world.client().create_service_account(1001, "colleague")
        self.emulator.faults([])
        self.colleague = self.world.client(made.account.username, made.secret.reveal())
        self.theirs = {made.account.id}

    @rule(kind=KINDS, times=st.integers(1, 3), method=st.sampled_from(["POST", "DELETE", "GET"]))
    def fault(self, kind: str, times: int, method: str) -> None:
        """Let some calls fail from now on."""
        if (kind, method) == ("not-found", "DELETE"):
            return  # the server's own word is believed
        fault = {"kind": kind, "times": times, "method": method}
        if kind == "redirect":
            fault["location"] = "https://example.com/"
        self.emulator.faults([fault])

    @rule()
    def calm(self) -> None:
        """Let nothing fail."""
        self.emulator.faults([])

    @rule()
    def restart(self) -> None:
        """Forget what the process remembers."""
        self.one = self.world.organization()

    @rule(name=NAMES)
    def colleague_creates(self, name: str) -> None:
        """Somebody else makes an account of that name, unhurt by faults."""
        left: list[dict[str, Any]] = self.emulator._call("GET", "faults")
        self.emulator.faults([])
        self.theirs.add(self.colleague.create_service_account(1001, name).account.id)
        self.emulator.faults(left)

    @rule(name=NAMES, project=st.one_of(st.none(), PROJECTS), role=ROLES)
    def create(self, name: str, project: int | None, role: str) -> None:
        """Make an account, with or without a project."""
        grants = [Grant(project_id=project, role=role)] if project else []
        if self.dialect == "nested":
            grants = []
        self._note(grants, lambda: self.one.create_account(name, None, None, grants))

    @rule(names=st.lists(NAMES, min_size=AT_ONCE, max_size=AT_ONCE))
    def create_at_once(self, names: list[str]) -> None:
        """Make several accounts in threads, some of one name."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            made = [pool.submit(self.one.create_account, name, None, None, ()) for name in names]
        for future in made:
            self._note([], future.result)

    def _note(self, grants: list[Grant], create: Callable[[], CreatedAccount]) -> None:
        """Put into the model what a create said."""
        try:
            created = create()
        except MixpanelError as error:
            self.named += str(error)
            return
        self.secrets[created.account.id] = created.secret.reveal()
        for grant in grants:
            self.roles[created.account.id, grant.project_id] = grant.role

    @rule(name=NAMES)
    def killed(self, name: str) -> None:
        """A process ends before it reads the answer to a create; the next one names the account."""
        before = {row["id"] for row in self.world.accounts()}
        self.emulator.faults([])
        dialect: Any = self.one.client.dialect
        send = dialect._send

        def ending(request: Request) -> Answer:
            answer: Answer = send(request)
            if request.creates:
                raise Killed
            return answer

        dialect._send = ending
        with contextlib.suppress(Killed):
            self.one.create_account(name, None, None, ())
        left = {row["id"] for row in self.world.accounts()} - before
        assert len(left) == 1
        self.orphans |= left
        self.one = self.world.organization()
        self._note([], lambda: self.one.create_account(name, None, None, ()))
        if self.dialect == "bulk":  # `nested` does not tell who made what
            assert f"{left.pop()} (" in self.world.warnings[-1]

    @rule(which=WHICH, project=PROJECTS, role=ROLES)
    def set_role(self, which: int, project: int, role: str) -> None:
        """Add an account to a project, or change its role there."""
        if not self.secrets:
            return
        account = sorted(self.secrets)[which % len(self.secrets)]
        try:
            self.one.writes.set_role(account, project, role)
        except MixpanelError:
            self.doubt.add((account, project))
            return
        self.doubt.discard((account, project))
        self.roles[account, project] = role

    @rule(which=WHICH)
    def delete(self, which: int) -> None:
        """Delete an account."""
        if not self.secrets:
            return
        account = sorted(self.secrets)[which % len(self.secrets)]
        try:
            self.one.delete_account(account)
        except MixpanelError:
            self.deleting.add(account)
            return
        self.secrets.pop(account)
        self.deleting.discard(account)
        self.roles = {key: role for key, role in self.roles.items() if key[0] != account}

    @invariant()
    def nothing_is_lost(self) -> None:
        """Known accounts are there with their secrets; the rest is theirs, or was named."""
        rows = {row["id"]: row for row in self.world.accounts()}
        assert self.theirs <= set(rows)
        for account, secret in self.secrets.items():
            if account in rows:
                assert rows[account]["secret"] == secret
            else:
                assert account in self.deleting
        assert self.orphans <= set(rows)
        for account in set(rows) - set(self.secrets) - self.theirs - self.orphans:
            assert f"{account} (" in self.named or "could not be read" in self.named, account

    @invariant()
    def memberships_are_as_told(self) -> None:
        """What was told to be done is done."""
        for (account, project), role in self.roles.items():
            if account not in self.deleting and (account, project) not in self.doubt:
                assert self.world.roles(account).get(project) == role


@pytest.mark.parametrize("dialect", ["bulk", "nested"])
def test_random_lives(dialect: str) -> None:
    """Many lives, the same ones in every run."""
    with Emulator(dialect) as emulator:
        run_lives(Life, 30, emulator=emulator, dialect=dialect)
