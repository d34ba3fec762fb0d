"""Before a step that is due by the clock alone: this machine's clock against the server's.

A clock that is far ahead, such as a restored machine's, makes everything due at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from mixpanel_service_accounts.api.errors import Refused
from mixpanel_service_accounts.api.instants import format_instant
from mixpanel_service_accounts.resources.location import known_place
from mixpanel_service_accounts.resources.session import Session

if TYPE_CHECKING:  # what only calls need is slow to import
    from mixpanel_service_accounts.api.organization import Organization
    from mixpanel_service_accounts.resources.service_account import Inputs, State

_CLOCKS_DIFFER = timedelta(minutes=5)
"""How far the two clocks may be apart; a step is refused beyond."""


def compare_clocks(session: Session, organization: Organization, step: str) -> None:
    """Refuse a step if this machine's clock is not the server's.

    It costs a call only if the process had no response yet: the list that a create reads first.

    Args:
        session: Takes the warning if no response has a date.
        organization: Whose responses count.
        step: What is due by the clock alone, for the message.

    Raises:
        Refused: The clocks are more than five minutes apart.
    """
    offset = organization.server_offset()
    if offset is None:
        session.warn_once(
            "no response of Mixpanel says what time it is (the header Date is missing), so this "
            "machine's clock alone decides which accounts are due for renewal, rotation or "
            "retirement."
        )
    else:
        _refuse_difference(session, offset, step)


def _refuse_difference(session: Session, offset: timedelta, step: str) -> None:
    if abs(offset) <= _CLOCKS_DIFFER:
        return
    now = session.connections.clock.now()
    raise Refused(
        f"{step} is due by this machine's clock alone, and that clock says {format_instant(now)} "
        f"while Mixpanel's says {format_instant(now + offset)}. Nothing was created and nothing "
        "was deleted. Set this machine's clock and run again."
    )


def note_renewal(
    session: Session, number: int, state: State, inputs: Inputs, replaces: Sequence[str]
) -> None:
    """Remember a replacement that the clock alone asks for: its create does not see the old state.

    A shell without a ledger plans in the process that refreshed, so a response told the time, and
    the clocks are compared at once. It takes no call.

    Args:
        session: Its ledger remembers the number and the name.
        number: The account to be replaced.
        state: Its state.
        inputs: The inputs.
        replaces: All that asks for the replacement.

    Raises:
        Refused: There is no ledger, and the clocks are more than five minutes apart.
    """
    dated = state.issued_at is not None and inputs.issued_at is not None
    same = state.validity_period_hours == inputs.validity_period_hours
    if not (dated and same and tuple(replaces) == ("expires",)):
        return
    if session.ledger:
        session.ledger.renewals.update((number, inputs.name))
    elif place := known_place(state.home):
        offset = session.connections.heard_offset(place)
        if offset is not None:
            _refuse_difference(session, offset, f"The renewal of {inputs.name!r}")


def compare_before_renewal(
    session: Session, organization: Organization, account: int | str, name: object
) -> None:
    """Compare the clocks if an account is created or deleted for a renewal of this process.

    Args:
        session: What `note_renewal` was given.
        organization: Where the account is.
        account: The number of the account to be deleted, or the name of the one to be created.
        name: Its name.

    Raises:
        Refused: The clocks are more than five minutes apart.
    """
    if session.ledger and account in session.ledger.renewals:
        compare_clocks(session, organization, f"The renewal of {name!r}")
