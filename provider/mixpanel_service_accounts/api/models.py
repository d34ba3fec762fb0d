"""The values that the API deals in, in one vocabulary for both dialects.

`msgspec.UNSET` marks a field that an answer did not have, which is not the same as null: a
dialect may not know a field at all, and recovery must tell the two apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TypeVar

from msgspec import UNSET, Struct, UnsetType

from mixpanel_service_accounts.api.secret import Secret

T = TypeVar("T")

BUILT_IN_ROLES = ("owner", "admin", "analyst", "consumer")
"""The roles of the vendor's reference page; organizations may have more (wire.md, fact 7)."""

_SUFFIX = re.compile(r"(\.[0-9a-z]+)?\.mp-service-account$")


class Credentials(Struct, frozen=True, kw_only=True):
    """A service account's login: HTTP Basic, the full username and the secret (grade D)."""

    username: str
    secret: Secret


class Grant(Struct, frozen=True, kw_only=True, order=True):
    """One project that an account may enter, and the role it has there."""

    project_id: int
    role: str


class Place(Struct, frozen=True):
    """An organization on a host: where a resource lives, recorded in its state.

    Attributes:
        base_url: The base URL of the API.
        organization_id: The organization; None where nothing names it yet.
    """

    base_url: str
    organization_id: int | None = None


class Account(Struct, frozen=True, kw_only=True):
    """A service account, without its secret.

    Attributes:
        id: The account's number.
        username: The login, with the suffix that the server gave it.
        name: The name that was asked for: as answered (`nested`), else the username less its
            suffix (`bulk`).
        created: When it was made; None where the server's text is no date.
        user: The number of the user behind the account (`bulk` only).
        creator: The `user` of the login that made it (`bulk` only).
        creator_email: That login's address (`bulk` only).
        creator_name: That login's name (`bulk` only).
        expires: When it stops working; None for never (`bulk` only).
        last_used: When it last logged in; None for never (`bulk` only).
        role: Its role in the organization (`bulk`, where the server shows it).
    """

    id: int
    username: str
    name: str
    created: datetime | None = None
    user: int | UnsetType = UNSET
    creator: int | UnsetType | None = UNSET
    creator_email: str | UnsetType | None = UNSET
    creator_name: str | UnsetType | None = UNSET
    expires: datetime | UnsetType | None = UNSET
    last_used: datetime | UnsetType | None = UNSET
    role: str | UnsetType | None = UNSET


class CreatedAccount(Struct, frozen=True, kw_only=True):
    """A new account and its secret, which the server shows this once."""

    account: Account
    secret: Secret


class Member(Struct, frozen=True, kw_only=True):
    """One row of a project's list: an account, and how it came to be there.

    Attributes:
        account: The account.
        role: Its role in the project, by this row.
        target_type: `individual` for a grant to the account itself, `team` or `organization` for
            one that it has through others (wire.md, fact 6); UNSET under `nested`.
        has_sensitive_access: Whether it sees data classified as sensitive; UNSET under `nested`.
    """

    account: Account
    role: str
    target_type: str | UnsetType = UNSET
    has_sensitive_access: bool | UnsetType = UNSET

    @property
    def is_individual(self) -> bool:
        """Return whether the row is a grant to the account itself, the only kind we make."""
        return self.target_type is UNSET or self.target_type == "individual"


class Listing(list[T]):
    """The values of a whole list.

    Attributes:
        pages: How many pages it came in. What a list of several pages lacks may have slipped from
            one page to another while they were read.
    """

    def __init__(self, values: list[T], pages: int) -> None:
        super().__init__(values)
        self.pages = pages


class Project(Struct, frozen=True, kw_only=True):
    """A project as `/me` names it."""

    id: int
    name: str
    organization_id: int | UnsetType = UNSET


class Me(Struct, frozen=True, kw_only=True):
    """Whom the server takes us for (wire.md, fact 11)."""

    user_id: int | UnsetType
    user_email: str | UnsetType
    organizations: Mapping[int, str]
    projects: Mapping[int, Project]


def name_of(username: str) -> str:
    """Strip the suffix that the server gives a name (wire.md, fact 1)."""
    return _SUFFIX.sub("", username)


def same_role(one: str, other: str) -> bool:
    """Compare two spellings of a role, forgiving of case."""
    return one.casefold() == other.casefold()


def rows_of(account: Account, grants: Iterable[Grant]) -> Iterator[tuple[int, Member]]:
    """Return an account's grants as rows of their projects' lists, with the project of each.

    For a dialect that lists the projects of an account and not the accounts of a project: it shows
    grants to the account itself alone.
    """
    for grant in grants:
        yield grant.project_id, Member(account=account, role=grant.role)
