"""Lookups with declared arguments and results, for shells that have a schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from msgspec import Struct

from mixpanel_service_accounts.resources.fields import declared
from mixpanel_service_accounts.resources.session import Session


class Where(Struct, frozen=True, kw_only=True):
    """Where to look."""

    organization_id: Annotated[
        int | None,
        declared("The organization's number. Default: the provider's.", filled=True),
    ] = None
    region: Annotated[
        str | None,
        declared("`us`, `eu` or `in`: which of Mixpanel's hosts. Default: the provider's."),
    ] = None


class OneOf(Where, frozen=True, kw_only=True):
    """Which account: exactly one of three."""

    id: Annotated[int | None, declared("The account's number.", filled=True)] = None
    username: Annotated[str | None, declared("The login, in full.", filled=True)] = None
    name: Annotated[
        str | None, declared("The name: the username without the server's suffix.", filled=True)
    ] = None


# What the server tells of an account; never its secret, which no route gives.
Created = Annotated[str | None, declared("When it was created, UTC.")]
User = Annotated[int | None, declared("The number of the user behind it (`bulk`).")]
Creator = Annotated[int | None, declared("The user number of the login that created it (`bulk`).")]
CreatorEmail = Annotated[str | None, declared("That login's address (`bulk`).")]
CreatorName = Annotated[str | None, declared("That login's name (`bulk`).")]
Expires = Annotated[str | None, declared("When it stops working, UTC; null for never (`bulk`).")]
LastUsed = Annotated[
    str | None,
    declared(
        "When it last logged in, UTC; null for never (`bulk`). It changes by itself, and so "
        "does whatever is given it."
    ),
]
Role = Annotated[
    str | None, declared("The role in the organization, if the server tells it (`bulk`).")
]
NotTold = Annotated[
    tuple[str, ...] | None,
    declared("Attributes that are null because the server does not tell them."),
]


class Found(OneOf, frozen=True, kw_only=True):
    """One account."""

    created: Created = None
    user: User = None
    creator: Creator = None
    creator_email: CreatorEmail = None
    creator_name: CreatorName = None
    expires: Expires = None
    last_used: LastUsed = None
    role: Role = None
    not_told: NotTold = None


class Listed(Struct, frozen=True, kw_only=True):
    """An account in a list."""

    id: Annotated[int, declared("The account's number.")]
    username: Annotated[str, declared("The login, in full.")]
    name: Annotated[str, declared("The name: the username without the server's suffix.")]
    organization_id: Annotated[int, declared("The organization's number.")]
    created: Created = None
    user: User = None
    creator: Creator = None
    creator_email: CreatorEmail = None
    creator_name: CreatorName = None
    expires: Expires = None
    last_used: LastUsed = None
    role: Role = None
    not_told: NotTold = None


class Pattern(Where, frozen=True, kw_only=True):
    """Which accounts."""

    name_pattern: Annotated[
        str | None,
        declared("A pattern of the name, such as `export-*`: `*`, `?`, `[…]`. Default: all."),
    ] = None


class Accounts(Pattern, frozen=True, kw_only=True):
    """The accounts of an organization."""

    service_accounts: Annotated[tuple[Listed, ...], declared("The accounts, by their number.")]


class InProject(Where, frozen=True, kw_only=True):
    """Which project."""

    project_id: Annotated[int, declared("The project's number.")]


class Row(Struct, frozen=True, kw_only=True):
    """An account in a project."""

    account: Annotated[Listed, declared("The account.")]
    role: Annotated[str, declared("Its role in the project, by this grant.")]
    target_type: Annotated[
        str | None,
        declared(
            "`individual` for a grant to the account itself, `team` or `organization` for one that "
            "it has through others (`bulk`)."
        ),
    ] = None
    has_sensitive_access: Annotated[
        bool | None, declared("Whether it sees data classified as sensitive (`bulk`).")
    ] = None


class InProjectAccounts(InProject, frozen=True, kw_only=True):
    """The accounts of a project."""

    service_accounts: Annotated[
        tuple[Row, ...],
        declared("A row a grant, by the account's number; an account may have several."),
    ]


# Lookups are imported when one is made: they are slow to import, and every process waits for them.


def look_up_account(session: Session, given: Mapping[str, Any]) -> Found:
    """Return the one account that has an id, a username or a name; see `find_account`."""
    from mixpanel_service_accounts.resources.queries import find_account  # noqa: PLC0415 (above)

    found = asdict(find_account(session, given))
    return Found(region=given.get("region"), **found)


def look_up_accounts(session: Session, given: Mapping[str, Any]) -> Accounts:
    """Return the accounts of an organization; see `list_accounts`."""
    from mixpanel_service_accounts.resources.queries import list_accounts  # noqa: PLC0415 (above)

    found = tuple(Listed(**asdict(one)) for one in list_accounts(session, given))
    return Accounts(
        name_pattern=given.get("name_pattern"),
        organization_id=_organization(session, given),
        service_accounts=found,
    )


def look_up_project_accounts(session: Session, given: Mapping[str, Any]) -> InProjectAccounts:
    """Return the accounts of a project; see `list_project_accounts`."""
    from mixpanel_service_accounts.resources.queries import (  # noqa: PLC0415 (above)
        list_project_accounts,
    )

    rows = [asdict(one) for one in list_project_accounts(session, given)]
    found = tuple(Row(**{**row, "account": Listed(**row["account"])}) for row in rows)
    return InProjectAccounts(
        project_id=given["project_id"],
        organization_id=_organization(session, given),
        service_accounts=found,
    )


def _organization(session: Session, given: Mapping[str, Any]) -> int:
    place = session.configuration.place(given.get("organization_id"), given.get("region"), None)
    return session.organization(place).id
