"""Read a whole organization in as many calls as there are lists, several at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from mixpanel_service_accounts.api.client import Client
from mixpanel_service_accounts.api.errors import HTTP_FORBIDDEN, StatusError
from mixpanel_service_accounts.api.models import Account, Member, Project, rows_of
from mixpanel_service_accounts.api.parallel import in_parallel

K = TypeVar("K")
V = TypeVar("V")

Progress = Callable[[int, int], None]
"""Is given how many lists have been read, and how many there are."""


@dataclass(frozen=True)
class Inventory:
    """What an organization holds, as far as the login may read it.

    Attributes:
        organization_id: The organization.
        base_url: Where it was read.
        dialect: In which dialect.
        login: The username that read it.
        read_at: When, by this machine's clock, aware, in UTC.
        accounts: Every account, by its number.
        projects: Every project that was asked for or that `/me` names, readable or not.
        members: The rows of each project that could be read.
        unreadable: Why each other project could not: never to be taken for an empty one.
    """

    organization_id: int
    base_url: str
    dialect: str
    login: str
    read_at: datetime
    accounts: tuple[Account, ...]
    projects: Mapping[int, Project]
    members: Mapping[int, tuple[Member, ...]]
    unreadable: Mapping[int, str]


def read_inventory(
    client: Client,
    organization_id: int,
    *,
    projects: Collection[int] = (),
    progress: Progress = lambda _done, _total: None,
) -> Inventory:
    """Read the accounts, and who is in which project.

    `bulk`: `/me`, the list of accounts and one list for each project; `nested`: one list for each
    account instead of those of the projects.

    Args:
        client: The operations; its connections say how many lists are read at once.
        organization_id: The organization.
        projects: Projects beside those that `/me` names.
        progress: Hears how far it has come.

    Raises:
        MixpanelError: A list could not be read, except for a project's that answers 403.
    """
    named = _projects(client, organization_id, projects)
    accounts = tuple(
        sorted(client.list_service_accounts(organization_id), key=lambda account: account.id)
    )
    read = _members_by_project if client.dialect.lists_members else _members_by_account
    members, unreadable = read(client, organization_id, named, accounts, progress)
    return Inventory(
        organization_id=organization_id,
        base_url=client.base_url,
        dialect=client.dialect.name,
        login=client.username,
        read_at=client.clock.now(),
        accounts=accounts,
        projects={number: Project(id=number, name="") for number in members} | named,
        members=members,
        unreadable=unreadable,
    )


def _projects(client: Client, organization_id: int, asked: Collection[int]) -> dict[int, Project]:
    """Name the projects: `/me` may be missing or name none, and those asked for always count."""
    try:
        named = tuple(client.me().projects.values())
    except StatusError:
        named = ()
    found = {
        project.id: project
        for project in named
        if not isinstance(project.organization_id, int)
        or project.organization_id == organization_id
    }
    return {number: Project(id=number, name="") for number in asked} | found


_Members = tuple[dict[int, tuple[Member, ...]], dict[int, str]]


def _members_by_project(
    client: Client,
    organization_id: int,
    projects: Mapping[int, Project],
    _accounts: tuple[Account, ...],
    progress: Progress,
) -> _Members:
    def rows(project: int) -> tuple[Member, ...] | str:
        try:
            return tuple(client.list_project_members(organization_id, project))
        except StatusError as error:
            if error.status != HTTP_FORBIDDEN:
                raise
            return str(error)

    found = _in_parallel(client, rows, sorted(projects), progress)
    members = {project: rows for project, rows in found.items() if not isinstance(rows, str)}
    return members, {project: why for project, why in found.items() if isinstance(why, str)}


def _members_by_account(
    client: Client,
    organization_id: int,
    projects: Mapping[int, Project],
    accounts: tuple[Account, ...],
    progress: Progress,
) -> _Members:
    members: dict[int, list[Member]] = {project: [] for project in projects}
    found = _in_parallel(
        client,
        lambda account: client.list_account_projects(organization_id, account.id),
        accounts,
        progress,
    )
    for account, grants in found.items():
        for project, member in rows_of(account, grants):
            members.setdefault(project, []).append(member)
    return {project: tuple(rows) for project, rows in members.items()}, {}


def _in_parallel(
    client: Client, read: Callable[[K], V], keys: Collection[K], progress: Progress
) -> dict[K, V]:
    found: dict[K, V] = {}
    progress(0, len(keys))
    for key, value in in_parallel(client.connections, read, keys):
        found[key] = value
        progress(len(found), len(keys))
    return found
