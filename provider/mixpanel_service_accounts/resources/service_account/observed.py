"""The state of an account as the server shows it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import UnsetType

from mixpanel_service_accounts.api.instants import format_instant
from mixpanel_service_accounts.api.models import Account
from mixpanel_service_accounts.resources.account_fields import own
from mixpanel_service_accounts.resources.grants import Listed
from mixpanel_service_accounts.resources.service_account.inputs_and_state import Inputs, State

if TYPE_CHECKING:  # what only calls need is slow to import
    from mixpanel_service_accounts.api.organization import Organization

T = TypeVar("T")


def state_of_existing(inputs: Inputs, account: Account) -> State:
    """Return the state of an existing account, without a secret.

    Args:
        inputs: As check() left them.
        account: What exists.
    """
    return new_state(inputs, **observed(account), secret=None, adopted=True)


def new_state(inputs: Inputs, **outputs: Any) -> State:  # noqa: ANN401 (outputs are of any type)
    """Return a state that repeats its inputs, with these outputs."""
    return State(**{**own(inputs, Inputs), **outputs})


def observed(account: Account) -> dict[str, Any]:
    """Return what the server says of an account, less all that changes by itself."""
    return {
        "service_account_id": account.id,
        "username": account.username,
        "created": format_instant(account.created) if account.created else None,
        "creator": _said(account.creator),
        "creator_email": _said(account.creator_email),
        "creator_name": _said(account.creator_name),
        "actual_name": account.name,
        "actual_role": _said(account.role),
        "actual_expires": _instant_said(account.expires),
    }


def listed_in(state: State) -> Listed:
    """Return the projects as a state has them."""
    return Listed(state.projects, state.granted_roles)


def _said(value: T | UnsetType) -> T | None:
    return None if isinstance(value, UnsetType) else value


def _instant_said(value: datetime | UnsetType | None) -> str | None:
    return format_instant(value) if isinstance(value, datetime) else None


def imported(organization: Organization, account: Account) -> State:
    """Return the state of an account that is known by its id alone, with the inputs it implies."""
    # The account's own route tells no role (wire.md); the list may.
    listed = organization.reads.accounts().get(account.id, account)
    inputs = Inputs(
        name=account.name,
        role=_said(listed.role),
        expires=_instant_said(account.expires),
        home=organization.place,
    )
    return state_of_existing(inputs, listed)
