"""A rotating service account that is known by an id alone."""

from __future__ import annotations

from msgspec.structs import replace

from mixpanel_service_accounts.api.instants import format_instant
from mixpanel_service_accounts.resources.account_fields import own
from mixpanel_service_accounts.resources.contract import Read
from mixpanel_service_accounts.resources.location import current_place, require_recorded
from mixpanel_service_accounts.resources.rotating_service_account.ids import parse_id
from mixpanel_service_accounts.resources.rotating_service_account.inputs_and_state import (
    PERIODS,
    Inputs,
    State,
)
from mixpanel_service_accounts.resources.rotating_service_account.steps import (
    observed,
    with_next,
)
from mixpanel_service_accounts.resources.session import Session


def imported(session: Session, id_: str) -> Read[Inputs, State] | None:
    """Return the state of an account that is known by an id alone; its periods count from now."""
    asked = parse_id(id_)
    number = asked.first_account
    organization = session.organization(current_place(session, None, asked.organization_id))
    account = organization.reads.account(number)
    if account is None:
        require_recorded(None, f"service account {number}", organization)
        return None
    # The account's own route tells no role (wire.md); the list may.
    listed = organization.reads.accounts().get(number, account)
    state = State(
        name=account.name,
        role=listed.role if isinstance(listed.role, str) else None,
        home=organization.place,
        adopted=True,
        rotated_at=format_instant(session.now()),
        **{key: getattr(asked, key) for key in PERIODS},
        **observed(account),
    )
    checked = replace(state, early_renewal_hours=asked.early_renewal_hours or 0)
    state = replace(state, next_rotation_at=with_next(checked).next_rotation_at)
    return Read(str(asked), state, Inputs(**own(state, Inputs)))
