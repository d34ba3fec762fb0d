"""One working account of a rotation: the current, the previous, or one still to be deleted."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from mixpanel_service_accounts.resources.account_fields import ProjectRole, Retiring
from mixpanel_service_accounts.resources.rotating_service_account.inputs_and_state import State


class Issued(Struct, frozen=True):
    """An account that was issued and still works.

    Attributes:
        service_account_id: Its number.
        username: Its login.
        secret: Its secret, if it is known.
        projects: Its projects, as they were last asked for.
        granted_roles: The server's own words for their roles, by project.
    """

    service_account_id: int
    username: str | None
    secret: str | None = None
    projects: list[ProjectRole] | None = None
    granted_roles: dict[str, str] | None = None


def current_of(state: State) -> Issued | None:
    """Return the current account; None if it is gone."""
    if state.service_account_id is None:
        return None
    return Issued(
        state.service_account_id,
        state.username,
        state.secret,
        state.projects,
        state.granted_roles,
    )


def previous_of(state: State) -> Issued | None:
    """Return the previous account; None if there is none."""
    if state.previous_service_account_id is None:
        return None
    return Issued(
        state.previous_service_account_id,
        state.previous_username,
        state.previous_secret,
        state.previous_projects,
        state.previous_granted_roles,
    )


def without_current(state: State) -> State:
    """Return the state after its current account is gone."""
    return replace(
        state,
        service_account_id=None,
        username=None,
        secret=None,
        created=None,
        adopted=None,
        granted_roles=None,
        rotated_at=None,
        expires=None,
        next_rotation_at=None,
    )


def with_previous(state: State, previous: Issued | None, retires_at: str | None) -> State:
    """Return the state with another previous account, or with none."""
    return replace(
        state,
        previous_service_account_id=previous.service_account_id if previous else None,
        previous_username=previous.username if previous else None,
        previous_secret=previous.secret if previous else None,
        previous_projects=previous.projects if previous else None,
        previous_granted_roles=previous.granted_roles if previous else None,
        retires_at=retires_at,
    )


class HeldAccounts(Struct, frozen=True):
    """The accounts in stored outputs; a ServiceAccount has a current one alone."""

    service_account_id: int | None = None
    username: str | None = None
    previous_service_account_id: int | None = None
    previous_username: str | None = None
    retiring: list[Retiring] | None = None


def accounts_of(state: State | HeldAccounts) -> Iterator[tuple[int, str]]:
    """Return number and login of each account that a resource holds."""
    if state.service_account_id is not None:
        yield state.service_account_id, str(state.username)
    if state.previous_service_account_id is not None:
        yield state.previous_service_account_id, str(state.previous_username)
    for entry in state.retiring or ():
        yield entry.service_account_id, str(entry.username)
