"""What of an organization a program is to have: each account with its memberships, or why not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from mixpanel_service_accounts.api.client import DIALECTS
from mixpanel_service_accounts.api.clock import Clock
from mixpanel_service_accounts.api.instants import format_instant
from mixpanel_service_accounts.api.models import BUILT_IN_ROLES, Account, Grant, same_role
from mixpanel_service_accounts.configuration import Configuration
from mixpanel_service_accounts.export.naming import resource_names
from mixpanel_service_accounts.report.reading import Inventory
from mixpanel_service_accounts.resources import project_membership, service_account
from mixpanel_service_accounts.resources.contract import Checked, I
from mixpanel_service_accounts.resources.session import Connections, Session


@dataclass(frozen=True)
class PlannedMembership:
    """A membership as a resource of its own.

    Attributes:
        name: The resource's name.
        grant: The project, and the role as the provider spells it.
        checked: The inputs as the provider normalises them; None if it refuses them.
        left_out: Why it cannot be a resource; None where it can.
    """

    name: str
    grant: Grant
    checked: project_membership.Inputs | None
    left_out: str | None


@dataclass(frozen=True)
class PlannedAccount:
    """An account as a resource.

    Attributes:
        name: The resource's name.
        account: The account.
        grants: Its own grants, by the project's number.
        inputs: The arguments, `projects` among them where the dialect knows that.
        checked: The inputs as the provider normalises them; None if it refuses them.
        memberships: Its grants as resources, where the dialect does not know `projects`.
        through: Grants that it has through a team or the organization: (project, role, whose).
        left_out: Why it cannot be a resource; None where it can.
    """

    name: str
    account: Account
    grants: tuple[Grant, ...]
    inputs: Mapping[str, Any]
    checked: service_account.Inputs | None
    memberships: tuple[PlannedMembership, ...]
    through: tuple[tuple[int, str, str], ...]
    left_out: str | None


@dataclass(frozen=True)
class Plan:
    """What a program is to have.

    Attributes:
        inventory: What was read.
        accounts: The accounts that were chosen, by their number.
    """

    inventory: Inventory
    accounts: tuple[PlannedAccount, ...]

    @property
    def kept(self) -> tuple[PlannedAccount, ...]:
        """The accounts that are resources."""
        return tuple(planned for planned in self.accounts if planned.left_out is None)

    @property
    def memberships(self) -> int:
        """How many memberships the kept accounts have here."""
        return sum(len(planned.grants) for planned in self.kept) - self.memberships_left_out

    @property
    def memberships_left_out(self) -> int:
        """How many memberships of the kept accounts cannot be resources."""
        return sum(one.left_out is not None for planned in self.kept for one in planned.memberships)


def make_plan(
    inventory: Inventory,
    names: Sequence[str] = (),
    member_of: Collection[int] = (),
    *,
    apart: bool = False,
) -> Plan:
    """Choose accounts, and plan a resource for each.

    Args:
        inventory: What was read.
        names: Patterns such as `ci-*`, one of which a name has to match; default: any name.
        member_of: Projects, in one of which an account has to be; default: any account.
        apart: Whether grants are resources of their own, also where the dialect knows `projects`.
    """
    planner = _Planner(inventory, apart=apart)
    chosen = (
        planner.plan(account)
        for account in inventory.accounts
        if not names or any(fnmatchcase(account.name, pattern) for pattern in names)
    )
    return Plan(
        inventory,
        tuple(
            planned
            for planned in chosen
            if not member_of or _projects_of(planned).intersection(member_of)
        ),
    )


def _projects_of(planned: PlannedAccount) -> set[int]:
    own = {grant.project_id for grant in planned.grants}
    return own | {project for project, _role, _whose in planned.through}


class _Planner:
    """Plans accounts by the rules that the provider itself checks them by."""

    def __init__(self, inventory: Inventory, *, apart: bool) -> None:
        self._inventory = inventory
        self._dialect = DIALECTS[inventory.dialect]
        self._lists_projects = self._dialect.sets_attributes and not apart
        self._names = resource_names(inventory.accounts)
        configuration = Configuration(
            organization_id=inventory.organization_id,
            base_url=inventory.base_url,
            dialect=inventory.dialect,
        )
        self._session = Session(Connections(configuration, Clock(now=lambda: inventory.read_at)))
        self._grants: dict[int, dict[int, Grant]] = {}
        self._through: dict[int, list[tuple[int, str, str]]] = {}
        self._sort_rows()

    def _sort_rows(self) -> None:
        """Separate grants to an account itself from those that it has through others (fact 6)."""
        for project, rows in sorted(self._inventory.members.items()):
            for row in rows:
                role = self._spelled(row.role)
                if row.is_individual:
                    own = self._grants.setdefault(row.account.id, {})
                    own.setdefault(project, Grant(project_id=project, role=role))
                else:
                    grant = (project, role, str(row.target_type))
                    self._through.setdefault(row.account.id, []).append(grant)

    def _spelled(self, role: str) -> str:
        """Spell a role of Mixpanel's own as the provider does."""
        known = self._dialect.roles or BUILT_IN_ROLES
        return next((one for one in known if same_role(one, role)), role)

    def plan(self, account: Account) -> PlannedAccount:
        grants = tuple(self._grants.get(account.id, {}).values())
        planned = PlannedAccount(
            name=self._names[account.id],
            account=account,
            grants=grants,
            inputs=self._inputs(account, grants),
            checked=None,
            memberships=(),
            through=tuple(self._through.get(account.id, ())),
            left_out=self._reason(account),
        )
        if planned.left_out is None:
            # The account is there: its name was accepted when it was created.
            there = service_account.Inputs(name=account.name)
            checked = service_account.check(self._session, there, dict(planned.inputs))
            planned = replace(planned, checked=checked.inputs, left_out=_failed(checked))
        if self._lists_projects:
            return planned
        return replace(planned, memberships=tuple(self._memberships(planned)))

    def _inputs(self, account: Account, grants: tuple[Grant, ...]) -> dict[str, Any]:
        inputs: dict[str, Any] = {"name": account.name}
        if isinstance(account.role, str) and account.role.strip():
            inputs["role"] = self._spelled(account.role)
        if account.expires:
            inputs["expires"] = format_instant(account.expires)
        if grants and self._lists_projects:
            inputs["projects"] = [
                {"project_id": grant.project_id, "role": grant.role} for grant in grants
            ]
        return inputs

    def _reason(self, account: Account) -> str | None:
        if account.username == self._inventory.login:
            return (
                "this is the login that the export was made with. A provider never deletes or "
                "replaces the account that it logs in with, so keep it out of the program."
            )
        if account.expires and account.expires <= self._inventory.read_at:
            return (
                f"it expired at {format_instant(account.expires)}. A resource needs an expiry "
                "that lies ahead; delete the account, or make a new one."
            )
        return None

    def _memberships(self, planned: PlannedAccount) -> list[PlannedMembership]:
        found = []
        for grant in planned.grants:
            inputs = {
                "service_account_id": planned.account.id,
                "project_id": grant.project_id,
                "role": grant.role,
                "organization_id": self._inventory.organization_id,
            }
            checked = project_membership.check(self._session, None, inputs)
            name = f"{planned.name}-{grant.project_id}"
            found.append(PlannedMembership(name, grant, checked.inputs, _failed(checked)))
        return found


def _failed(checked: Checked[I]) -> str | None:
    return " ".join(failure.reason for failure in checked.failures) or None
