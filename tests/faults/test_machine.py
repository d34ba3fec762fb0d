"""Random operations and random faults against client and emulator, compared with a simple model.

After recovery no account is left whose secret nobody knows, and nobody else's account is ever gone.
"""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.faults.conftest import World

from pulumi_mixpanel.api import MixpanelError
from pulumi_mixpanel.emulator import Emulator

NAMES = st.sampled_from(["alpha", "beta"])
PROJECTS = st.sampled_from([2001, 2002])
ROLES = st.sampled_from(["analyst", "admin"])
KINDS = st.sampled_from(
    [
        "500-before-effect",
        "500-after-effect",
        "cut-before-effect",
        "cut-after-effect",
        "truncated",
        "html",
        "empty",
        "rate-limit",
        "forbidden",
    ]
)


class Life(RuleBasedStateMachine):
    """What a process does; the model is what it was told, and what a colleague has."""

    emulator: Emulator

    def __init__(self) -> None:
        super().__init__()
        self.emulator.reset()
        self.world = World(self.emulator, "bulk")
        self.one = self.world.organization()
        self.secrets: dict[int, str] = {}
        self.roles: dict[tuple[int, int], str] = {}
        self.doubt: set[tuple[int, int]] = set()
        self.deleting: set[int] = set()
        self.named = ""
        made = self.world.client().create_service_account(1001, "colleague", role="admin")
        self.colleague = self.world.client(made.account.username, made.secret.reveal())
        self.theirs = {made.account.id}

    @rule(kind=KINDS, times=st.integers(1, 3), method=st.sampled_from(["POST", "DELETE", "GET"]))
    def fault(self, kind: str, times: int, method: str) -> None:
        """Let some calls fail from now on."""
        self.emulator.faults([{"kind": kind, "times": times, "method": method}])

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
        faults = self._without_faults()
        self.theirs.add(self.colleague.create_service_account(1001, name).account.id)
        self.emulator.faults(faults)

    def _without_faults(self) -> list[dict[str, Any]]:
        faults: list[dict[str, Any]] = self.emulator._call("GET", "faults")
        self.emulator.faults([])
        return faults

    @rule(name=NAMES, project=st.one_of(st.none(), PROJECTS), role=ROLES)
    def create(self, name: str, project: int | None, role: str) -> None:
        """Make an account, with or without a project."""
        from pulumi_mixpanel.api import Grant  # noqa: PLC0415

        grants = [Grant(project_id=project, role=role)] if project else []
        try:
            created = self.one.create_account(name, None, None, grants)
        except MixpanelError as error:
            self.named += str(error)
            return
        self.secrets[created.account.id] = created.secret.reveal()
        if project:
            self.roles[created.account.id, project] = role

    @rule(data=st.data(), project=PROJECTS, role=ROLES)
    def set_role(self, data: st.DataObject, project: int, role: str) -> None:
        """Add an account to a project, or change its role there."""
        if not self.secrets:
            return
        account = data.draw(st.sampled_from(sorted(self.secrets)))
        try:
            self.one.writes.set_role(account, project, role)
        except MixpanelError:
            self.doubt.add((account, project))
            return
        self.doubt.discard((account, project))
        self.roles[account, project] = role

    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        """Delete an account."""
        if not self.secrets:
            return
        account = data.draw(st.sampled_from(sorted(self.secrets)))
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
        for account in set(rows) - set(self.secrets) - self.theirs:
            assert f"{account} (" in self.named or "could not be read" in self.named, account

    @invariant()
    def memberships_are_as_told(self) -> None:
        """What was told to be done is done."""
        for (account, project), role in self.roles.items():
            if account not in self.deleting and (account, project) not in self.doubt:
                assert self.world.roles(account).get(project) == role


def test_random_lives() -> None:
    """Many lives, the same ones in every run."""
    with Emulator() as emulator:
        Life.emulator = emulator
        case = Life.TestCase
        case.settings = settings(
            max_examples=40,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        case().runTest()
