"""What the emulated server does, whichever dialect it is asked in."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from mixpanel_service_accounts.emulator.clock import Clock, stamp
from mixpanel_service_accounts.emulator.errors import ApiError
from mixpanel_service_accounts.emulator.faults import Faults
from mixpanel_service_accounts.emulator.seed import ORGANIZATIONS
from mixpanel_service_accounts.emulator.store import Row, Store, user_of

_RULING = ("owner", "admin")
_RANKS = ("consumer", "analyst", "admin", "owner")
_EXPIRES = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


_NAMINGS: dict[str, Callable[[str], str]] = {
    "kept": lambda name: name,
    "lower": str.lower,
    "slug": lambda name: re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-"),
    "cut": lambda name: name[:20],
}


class Service:
    """The operations over one store."""

    def __init__(self, store: Store, clock: Clock, faults: Faults) -> None:
        self.store = store
        self.clock = clock
        self.faults = faults

    # -- who asks ------------------------------------------------------------------------------

    def login(self, username: str, secret: str) -> Row | None:
        """Find who logs in; None where the username, the secret or the time is wrong."""
        account = self.store.account_of(username)
        if account is None or not hmac.compare_digest(account["secret"].encode(), secret.encode()):
            return None
        if self.is_expired(account):
            return None
        self._note_use(account)
        return account

    def _note_use(self, account: Row) -> None:
        now = self.clock.now()
        last = account["last_used"]
        # The real server need not write at every call either; a minute is fine enough.
        if self.faults.switch("last-used") == "present" and (
            last is None or last < stamp(now - timedelta(minutes=1))
        ):
            self.store.note_use(account["id"], stamp(now))

    def is_expired(self, account: Row) -> bool:
        """Return whether an account's time is over."""
        return account["expires"] is not None and account["expires"] <= stamp(self.clock.now())

    def enter(self, caller: Row, organization: int, *, ruling: bool = False) -> None:
        """Require that a caller may enter an organization."""
        if organization not in ORGANIZATIONS:
            raise ApiError(404, f"Organization {organization} not found.")
        if caller["organization"] != organization:
            raise ApiError(
                403, f"User {user_of(caller['id'])} is not a member of organization {organization}."
            )
        if ruling and caller["role"] not in _RULING:
            raise ApiError(403, "You do not have permission to manage service accounts.")

    def enter_project(self, caller: Row, project: int) -> None:
        """Require that a caller is a member of a project; a stranger gets 403 (fact 3)."""
        if self._is_deleted(project) or not self.store.is_member(caller["id"], project):
            raise ApiError(
                403, f"User {user_of(caller['id'])} is not a member of project {project}."
            )

    # -- accounts ------------------------------------------------------------------------------

    def accounts(self, caller: Row, organization: int) -> list[Row]:
        """List an organization's accounts."""
        self.enter(caller, organization, ruling=True)
        rows = self.store.accounts(organization)
        if any(row["hidden"] for row in rows):
            self.store.reveal("accounts")
        listed_caller = self.faults.switch("caller-listed") == "yes"
        return [
            row
            for row in rows
            if not row["hidden"]
            and (listed_caller or row["id"] != caller["id"])
            and not (self.is_expired(row) and self.faults.switch("expired") == "vanishes")
        ]

    def account(self, caller: Row, organization: int, number: int) -> Row:
        """Find one account, or answer 404."""
        self.enter(caller, organization, ruling=True)
        row = self.store.account(organization, number)
        if row is None or (self.is_expired(row) and self.faults.switch("expired") != "listed"):
            raise ApiError(404, f"Service account {number} not found.")
        return row

    def create(
        self,
        caller: Row,
        organization: int,
        name: str,
        *,
        role: str | None = None,
        expires: str | None = None,
        projects: Sequence[tuple[int, str]] = (),
    ) -> Row:
        """Make an account with its projects, wholly or not at all."""
        self.enter(caller, organization, ruling=True)
        self._check_name(organization, name)
        self._check_role(role)
        if expires is not None:
            self._check_expires(expires)
        self._check_projects(organization, projects)
        with self.store.changing():
            row = self.store.add_account(
                organization=organization,
                name=name,
                username=self._username(name),
                role=role if role is not None else self.faults.switch("default-role"),
                created=stamp(self.clock.now()),
                expires=f"{expires[:-1]}.000000Z" if expires else None,
                creator=user_of(caller["id"]),
                hidden=self.faults.switch("list-delay"),
            )
            for project, project_role in projects:
                self._grant(row["id"], project, project_role)
        return row

    def _username(self, name: str) -> str:
        """Make a login out of a name, in the form that the switch `naming` names."""
        form = _NAMINGS[self.faults.switch("naming")](name)
        return f"{form}.{secrets.token_hex(3)}.mp-service-account"

    def _check_name(self, organization: int, name: str) -> None:
        limit, pattern = self.faults.switch("name-limit"), self.faults.switch("name-pattern")
        if not name.strip():
            raise ApiError(400, "The name of a service account must not be empty.")
        if limit is not None and len(name) > limit:
            raise ApiError(400, f"The name of a service account has at most {limit} characters.")
        if pattern is not None and not re.fullmatch(pattern, name):
            raise ApiError(
                400, "The name of a service account has characters that are not allowed."
            )
        duplicate = self.faults.switch("duplicate-name")
        if duplicate != "second" and self.store.named(organization, name):
            raise ApiError(int(duplicate), "A service account with this name already exists.")

    def _check_role(self, role: str | None) -> None:
        if role is not None and not role.strip():
            raise ApiError(400, "A role must not be empty.")
        if role == "owner" and self.faults.switch("owner") == "refused":
            raise ApiError(400, "A service account cannot be an owner.")

    def _check_expires(self, expires: str) -> None:
        try:
            if not _EXPIRES.fullmatch(expires):
                raise ValueError  # noqa: TRY301 (one message for both)
            instant = datetime.strptime(expires, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
        except ValueError:
            raise ApiError(400, "expires must have the format %Y-%m-%dT%H:%M:%SZ.") from None
        if instant <= self.clock.now():
            raise ApiError(400, "expires must be in the future.")

    def delete(self, caller: Row, organization: int, number: int) -> None:
        """Delete an account; its grants go first."""
        self.account(caller, organization, number)
        with self.store.changing():
            self.store.delete_account(number)

    # -- grants --------------------------------------------------------------------------------

    def _check_projects(self, organization: int, projects: Sequence[tuple[int, str]]) -> None:
        for project, role in projects:
            if self.store.organization_of(project) != organization:
                raise ApiError(400, f"Project {project} is not in organization {organization}.")
            self._check_role(role)

    def _grant(self, account: int, project: int, role: str) -> None:
        hidden = self.faults.switch("membership-delay")
        self.store.put_grant(account, project, role, hidden=hidden)

    def add(
        self,
        caller: Row,
        organization: int,
        accounts: Sequence[int],
        projects: Sequence[tuple[int, str]],
    ) -> None:
        """Add every account to every project, wholly or not at all."""
        self.enter(caller, organization, ruling=True)
        self._check_projects(organization, projects)
        for account in accounts:
            if self.store.account(organization, account) is None:
                raise ApiError(400, f"Service account {account} is not in this organization.")
        again = self.faults.switch("add-again")
        with self.store.changing():
            for account in accounts:
                there = {row["project"] for row in self._own_grants(account)}
                for project, role in projects:
                    if self._refuses_deleted(project, "deleted-project-addition"):
                        continue
                    if project in there and again == "error":
                        raise ApiError(
                            400, f"Service account {account} is already in project {project}."
                        )
                    if project not in there or again == "upsert":
                        self._grant(account, project, role)

    def _own_grants(self, account: int) -> list[Row]:
        return [row for row in self.store.grants_of(account) if row["target_type"] == "individual"]

    def remove(
        self, caller: Row, organization: int, removals: Sequence[tuple[int, Sequence[int]]]
    ) -> None:
        """Take accounts out of projects, wholly or not at all."""
        self.enter(caller, organization, ruling=True)
        stranger = self.faults.switch("remove-stranger")
        with self.store.changing():
            for project, accounts in removals:
                if self.store.organization_of(project) != organization:
                    raise ApiError(400, f"Project {project} is not in organization {organization}.")
                if self._refuses_deleted(project, "deleted-project-removal"):
                    continue
                for account in accounts:
                    if not self.store.delete_grant(account, project) and stranger != "200":
                        raise ApiError(int(stranger), "Membership not found.")

    def remove_one(self, caller: Row, organization: int, account: int, project: int) -> None:
        """Take one account out of one project; a project that is none is no membership either."""
        if self.store.organization_of(project) == organization:
            self.remove(caller, organization, [(project, [account])])
        elif self.faults.switch("remove-stranger") != "200":
            raise ApiError(int(self.faults.switch("remove-stranger")), "Membership not found.")

    def _is_deleted(self, project: int) -> bool:
        return project in (self.faults.switch("deleted-projects") or ())

    def _refuses_deleted(self, project: int, switch: str) -> bool:
        """Refuse a change in a deleted project, or say yes and do nothing, as the switch has it."""
        if not self._is_deleted(project):
            return False
        if self.faults.switch(switch) != "200":
            raise ApiError(int(self.faults.switch(switch)), f"Project {project} was deleted.")
        return True

    def members(self, caller: Row, project: int) -> list[tuple[Row, Row]]:
        """List a project's rows, each with its account."""
        if project in (self.faults.switch("project-region") or ()):
            raise ApiError(404, f"Project {project} is not in this region.")
        if self._is_deleted(project) and self.faults.switch("deleted-project-list") == "404":
            raise ApiError(404, "Project not found.")
        self.enter_project(caller, project)
        rows = self.store.members(project)
        if any(grant["hidden"] for grant, _ in rows):
            self.store.reveal("grants")
        vanishing = self.faults.switch("expired") == "vanishes"
        rows = [
            (grant, account)
            for grant, account in rows
            if not grant["hidden"] and not (vanishing and self.is_expired(account))
        ]
        return _merged(rows) if self.faults.switch("grants") == "merged" else rows

    def projects_of(self, caller: Row, organization: int, account: int) -> list[Row]:
        """List an account's own grants."""
        self.account(caller, organization, account)
        return [
            row
            for row in self._own_grants(account)
            if not row["hidden"] and not self._is_deleted(row["project"])
        ]

    # -- me ------------------------------------------------------------------------------------

    def me(self, caller: Row, *, with_users: bool) -> dict[str, Any]:
        """Return whom a caller is taken for, and, if asked for, who is in its projects."""
        which = self.faults.switch("me")
        if which == "404":
            raise ApiError(404, "Not found.")
        own = caller["organization"]
        named = {"one": [own], "two": list(ORGANIZATIONS), "none": []}[which]
        return {
            "user_id": user_of(caller["id"]),
            "user_email": f"{caller['username']}@serviceaccount.invalid",
            "organizations": {str(n): {"id": n, "name": ORGANIZATIONS[n]} for n in named},
            "projects": {
                str(row["project"]): {
                    "id": row["project"],
                    "name": f"Project {row['project']}",
                    "organization_id": own,
                    "domain": "mixpanel.com",
                }
                for row in self.store.grants_of(caller["id"])
                if not self._is_deleted(row["project"])
            },
            **({"workspace_users": self._workspace_users(caller)} if with_users else {}),
        }

    def _workspace_users(self, caller: Row) -> dict[str, list[int]]:
        return {
            str(row["project"]): [
                user_of(account["id"]) for _, account in self.store.members(row["project"])
            ]
            for row in self.store.grants_of(caller["id"])
        }


def _merged(rows: Sequence[tuple[Row, Row]]) -> list[tuple[Row, Row]]:
    """Show one row an account, with the highest of its roles."""
    best: dict[int, tuple[Row, Row]] = {}
    for grant, account in rows:
        seen = best.get(account["id"])
        if seen is None or _rank(grant["role"]) > _rank(seen[0]["role"]):
            best[account["id"]] = ({**grant, "target_type": "individual"}, account)
    return list(best.values())


def _rank(role: str) -> int:
    return _RANKS.index(role) if role in _RANKS else -1
