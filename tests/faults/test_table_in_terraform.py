"""The same table through the calls of Terraform: what it keeps, and what the server has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from tests.faults.conftest import World
from tests.faults.test_table import (
    ANALYST,
    BOTH,
    FAULTS,
    OPERATIONS,
    Fault,
    Stack,
    State,
    check_done,
    check_kept,
    check_told,
    name_of,
    outcome,
    prepared,
)
from tests.terraform.servicer import call, value

from mixpanel_service_accounts.api import MixpanelError
from terraform_mixpanel.account_lookups import SOURCES
from terraform_mixpanel.connections import connect
from terraform_mixpanel.diagnostics import ERROR
from terraform_mixpanel.kinds import KINDS
from terraform_mixpanel.provider import Provider

ACCOUNT, MEMBERSHIP = "mixpanel_service_account", "mixpanel_project_membership"
ATTRIBUTES = {kind.type_name: list(kind.attributes) for kind in KINDS}
PRIVATE = "private data"


@dataclass(frozen=True)
class Configuration(Stack):
    """What Terraform keeps of one account and one membership: attributes and private data."""

    def perform(self, operation: str) -> Configuration:
        """Plan and apply an operation, or refresh, in a new process."""
        if operation in ("read", "rows"):
            type_name = ACCOUNT if operation == "read" else MEMBERSHIP
            return self.with_one(type_name, self.refreshed(type_name))
        type_name = MEMBERSHIP if operation in ("add", "change", "remove") else ACCOUNT
        configurations: dict[str, State] = {
            "create": {"name": "bot"},
            "create with projects": {"name": "bot", "projects": ANALYST},
            "projects": {"name": "bot", "projects": BOTH},
            "add": {"project_id": 2001, "role": "analyst"},
            "change": {"project_id": 2001, "role": "admin"},
        }
        wanted = configurations.get(operation)
        if wanted and type_name == MEMBERSHIP:
            assert self.account is not None
            wanted["service_account_id"] = self.account["service_account_id"]
        return self.with_one(type_name, self.applied(type_name, wanted))

    def with_one(self, type_name: str, found: State | None) -> Configuration:
        """Return what is kept once a resource is another one."""
        account = found if type_name == ACCOUNT else self.account
        membership = found if type_name == MEMBERSHIP else self.membership
        return Configuration(self.world, account, membership)

    def held(self, type_name: str) -> tuple[State | None, bytes]:
        """Return the attributes and the private data of a resource."""
        kept = self.account if type_name == ACCOUNT else self.membership
        if kept is None:
            return None, b""
        visible = {name: kept.get(name) for name in ATTRIBUTES[type_name]}
        return visible, kept[PRIVATE]

    def provider(self) -> Provider:
        """Start a process."""
        provider = Provider(
            KINDS, SOURCES, connect, clock=self.world.clock, environment=self.world.emulator.env
        )
        block = dict.fromkeys(call_attributes(provider))
        call(provider, "ConfigureProvider", config={**block, "dialect": self.world.dialect})
        return provider

    def refreshed(self, type_name: str) -> State | None:
        """Read a resource."""
        visible, private = self.held(type_name)
        response = call(
            self.provider(),
            "ReadResource",
            type_name=type_name,
            current_state=visible,
            private=private,
        )
        require_success(response)
        return kept(value(response.new_state), response.private)

    def applied(self, type_name: str, wanted: State | None) -> State | None:
        """Plan and apply a configuration of a resource; None deletes it."""
        prior, private = self.held(type_name)
        config, planned, planned_private = None, None, private
        if wanted is not None:
            config = {**dict.fromkeys(ATTRIBUTES[type_name]), **wanted}
            plan = call(
                self.provider(),
                "PlanResourceChange",
                type_name=type_name,
                prior_state=prior,
                proposed_new_state=config,
                config=config,
                prior_private=private,
            )
            require_success(plan)
            assert not plan.requires_replace
            planned, planned_private = value(plan.planned_state), plan.planned_private
        response = call(
            self.provider(),
            "ApplyResourceChange",
            type_name=type_name,
            prior_state=prior,
            planned_state=planned,
            config=config,
            planned_private=planned_private,
        )
        if has_error(response):
            assert value(response.new_state) == prior
        require_success(response)
        return kept(value(response.new_state), response.private)


def call_attributes(provider: Provider) -> list[str]:
    """Return the arguments of the provider block."""
    schema = call(provider, "GetProviderSchema").provider
    return [one.name for one in schema.block.attributes]


def kept(visible: Any, private: bytes) -> State | None:  # noqa: ANN401 (a wire value)
    """Return what a state has of a resource, without what is null."""
    if visible is None:
        return None
    return {PRIVATE: private, **{name: one for name, one in visible.items() if one is not None}}


def has_error(response: Any) -> bool:  # noqa: ANN401 (a message)
    """Return whether a call failed."""
    return any(one.severity == ERROR for one in response.diagnostics)


def require_success(response: Any) -> None:  # noqa: ANN401 (a message)
    """Raise the error of a call, which is none of a bug."""
    for one in response.diagnostics:
        if one.severity == ERROR:
            assert "bug" not in one.detail
            raise MixpanelError(one.detail)


@pytest.mark.parametrize("fault", FAULTS, ids=name_of)
@pytest.mark.parametrize("operation", list(OPERATIONS["bulk"]))
def test_a_cell(worlds: dict[str, World], operation: str, fault: Fault) -> None:
    """Nothing lost, nothing created twice, and an error leaves Terraform what it had."""
    world = worlds["bulk"]
    stack = prepared(world, operation, Configuration(world))
    before = world.left()
    method, path = OPERATIONS["bulk"][operation]
    world.emulator.faults([{"method": method, "path": path, "times": 1, **fault}])
    expected = outcome(operation, fault, "bulk")
    if expected == "told":
        check_told(world, operation, stack, fault, before)
        return
    after = stack.perform(operation)
    assert world.emulator._call("GET", "faults")[0]["times"] == 0
    if expected == "done":
        check_done(world, operation, after)
    else:
        assert world.left() == before
        gone = after.membership if operation in ("rows", "remove") else after.account
        assert gone is None
        check_kept(world, stack)
