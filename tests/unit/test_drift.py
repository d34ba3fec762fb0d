"""What a read tells of what somebody changed by hand, against an emulator over a socket."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import pytest
from tests.rules import Made as Created
from tests.rules import ledger_of, new_session, project_membership, recorded_place, service_account

from mixpanel_service_accounts.api import Refused
from mixpanel_service_accounts.api.clock import Clock
from mixpanel_service_accounts.api.models import Place
from mixpanel_service_accounts.configuration import resolve
from mixpanel_service_accounts.emulator import Emulator
from mixpanel_service_accounts.resources.session import Session

LATER = datetime(2031, 2, 1, tzinfo=timezone.utc)


@dataclass
class World:
    """An emulator, and what was warned of in one process after another."""

    emulator: Emulator
    lines: list[str] = field(default_factory=list)

    def context(self, now: datetime | None = None, **configured: str) -> Session:
        """Start a process."""
        clock = Clock(now=lambda: now) if now else Clock()
        found = resolve(configured.get, self.emulator.env)
        return new_session(found, clock=clock, warn=self.lines.append)

    def home(self) -> dict[str, Any]:
        """Say where everything lives."""
        return {"base_url": self.emulator.base_url, "organization_id": 1001}

    def make(self, **inputs: object) -> Created:
        """Make an account in a process of its own."""
        home = self.home()
        return service_account.create(self.context(), {"name": "bot", "home": home, **inputs})


@pytest.fixture
def world() -> Iterator[World]:
    """Run an emulator."""
    with Emulator() as running:
        yield World(running)


def test_an_account_that_differs_is_told_once_and_never_replaced(world: World) -> None:
    """Name, role and expiry stay as they were asked for; the outputs tell what there is."""
    made = world.make(role="consumer", expires="2031-01-01T00:00:00Z")
    asked = {"role": "admin", "expires": "2032-01-01T00:00:00Z"}
    state = {**made.state, **asked, "actual_name": "other"}
    context = world.context()
    organization = context.organization(recorded_place(state))
    organization.reads.accounts()  # the account's own route tells no role (wire.md)
    for _ in range(2):
        read = service_account.read(context, made.id, state)
        assert read is not None
        assert {key: read.inputs[key] for key in asked} == asked
        assert (read.state["actual_role"], read.state["actual_expires"]) == (
            "consumer",
            "2031-01-01T00:00:00Z",
        )
    assert world.lines == [
        f"service account {made.id} ({made.state['username']}) is not as it was made: role 'admin' was "
        "asked for and is 'consumer'; expires 2032-01-01T00:00:00Z was asked for and is "
        "2031-01-01T00:00:00Z; name 'other' became 'bot'. No route changes this; replace the account "
        "to put it right (pulumi up --replace URN)."
    ]


def test_an_account_that_vanished_with_its_expiry_is_told_as_expired(world: World) -> None:
    """So that nobody looks for who deleted it."""
    made = world.make(expires="2031-01-01T00:00:00Z")
    world.emulator.clock("2031-02-01T00:00:00Z")
    world.emulator.faults([{"kind": "switch", "name": "expired", "value": "vanishes"}])
    assert service_account.read(world.context(LATER), made.id, made.state) is None
    assert world.lines == [
        f"service account {made.id} ({made.state['username']}) expired at 2031-01-01T00:00:00Z and is no "
        "longer there."
    ]


def membership(world: World, role: str) -> tuple[str, dict[str, Any], int]:
    """Make an account, and in a later process its membership."""
    account = int(world.make().id)
    inputs = {"service_account_id": account, "project_id": 2001, "role": role, "home": world.home()}
    made = project_membership.create(world.context(), inputs)
    return made.id, made.state, account


def test_a_team_s_grant_alone_keeps_the_state_and_is_told(world: World) -> None:
    """Ours may only be hidden behind it (wire.md, fact 6)."""
    id_, state, account = membership(world, "analyst")
    world.emulator.grant(account, 2001, "admin", "team")
    remover = world.context().organization(recorded_place(state))
    remover.client.remove_from_project(1001, account, 2001)
    read = project_membership.read(world.context(), id_, state)
    assert read is not None
    assert read.inputs["role"] == "analyst"
    assert world.lines == [
        f"service account {account} is in project 2001 only through team grants now; its own grant is "
        "not shown. The state is kept."
    ]


def test_the_server_s_own_word_for_a_role_is_no_drift(world: World) -> None:
    """It was read back when we gave the role; another word is a change that somebody made."""
    world.emulator.faults([{"kind": "switch", "name": "role-spelling", "value": "spelled"}])
    id_, state, account = membership(world, "Data Team")
    assert state["granted_role"].startswith("custom_")
    read = project_membership.read(world.context(), id_, state)
    assert read is not None
    assert read.inputs["role"] == "Data Team"
    world.emulator.grant(account, 2001, "Other Team")
    changed = project_membership.read(world.context(), id_, state)
    assert changed is not None
    assert changed.inputs["role"].startswith("custom_")
    assert changed.inputs["role"] != state["granted_role"]


def test_a_move_is_recorded_only_where_the_account_really_is(world: World) -> None:
    """The configuration is believed, but not that an account is where it is not."""
    made = world.make()
    with Emulator() as elsewhere:
        there = World(elsewhere)
        news = {"name": "bot", "home": there.home()}
        with pytest.raises(Refused) as caught:
            service_account.update(there.context(acceptMove="true"), made.id, made.state, news)
        assert str(caught.value) == (
            f"service account {made.id} lives in organization 1001 at {world.emulator.base_url}; it is "
            f"not in organization 1001 at {elsewhere.base_url}, where mixpanel:acceptMove would record "
            "it. Nothing was changed."
        )


def test_an_account_that_a_resource_holds_is_no_orphan(world: World) -> None:
    """Two resources may ask for one name; only what nobody holds is told."""
    held, free = (int(world.make().id) for _ in range(2))
    world.lines.clear()
    context = world.context()
    ledger_of(context).claims.hold(Place(**world.home()), held)
    service_account.create(context, {"name": "bot", "home": world.home()})
    (line,) = world.lines
    assert f"{free} (bot." in line
    assert f"{held} (bot." not in line


def test_a_name_that_is_taken_names_the_two_ways_out(world: World) -> None:
    """Where names are unique, a replacement is refused at each up."""
    world.make()
    world.emulator.faults([{"kind": "switch", "name": "duplicate-name", "value": "409"}])
    with pytest.raises(Refused) as caught:
        world.make()
    assert str(caught.value) == (
        "POST /organizations/1001/service-accounts answered 409: A service account with this name "
        "already exists. If this replaces or renews an account: a replacement is created before the "
        "old account is deleted, and the name is unique here. Give "
        "ResourceOptions(delete_before_replace=True), which leaves its users without a login in "
        "between, or use RotatingServiceAccount, which dates the next account's name."
    )
