"""Before a step that is due by the clock alone: this machine's clock against the server's.

A clock that is far ahead, such as a restored machine's, makes everything due at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from pulumi_mixpanel.api.errors import Refused
from pulumi_mixpanel.api.models import format_instant
from pulumi_mixpanel.resources.context import Context
from pulumi_mixpanel.resources.values import Inputs, State

if TYPE_CHECKING:  # what only calls need is slow to import (context.py)
    from pulumi_mixpanel.api.organization import Organization

_CLOCKS_DIFFER = timedelta(minutes=5)
"""How far the two clocks may be apart; a step is refused beyond."""


def compare_clocks(context: Context, organization: Organization, step: str) -> None:
    """Refuse a step if this machine's clock is not the server's.

    It costs a call only if the process had no response yet: the list that a create reads first.

    Args:
        context: Takes the warning if no response has a date.
        organization: Whose responses count.
        step: What is due by the clock alone, for the message.

    Raises:
        Refused: The clocks are more than five minutes apart.
    """
    offset = organization.server_offset()
    if offset is None:
        context.warn_once(
            "no response of Mixpanel says what time it is (the header Date is missing), so this "
            "machine's clock alone decides which accounts are due for renewal, rotation or "
            "retirement."
        )
    elif abs(offset) > _CLOCKS_DIFFER:
        now = context.clock.now()
        raise Refused(
            f"{step} is due by this machine's clock alone, and that clock says "
            f"{format_instant(now)} while Mixpanel's says {format_instant(now + offset)}. Nothing "
            "was created and nothing was deleted. Set this machine's clock and run again."
        )


def note_renewal(
    context: Context, id_: str, olds: State, news: Inputs, replaces: Sequence[str]
) -> None:
    """Remember a replacement that the clock alone asks for: its create does not see the old state.

    Args:
        context: Remembers the account's number and its name.
        id_: The account to be replaced.
        olds: Its state.
        news: The inputs.
        replaces: All that asks for the replacement.
    """
    dated = olds.get("issued_at") is not None and news.get("issued_at") is not None
    same = olds.get("validity_period_hours") == news.get("validity_period_hours")
    if dated and same and tuple(replaces) == ("expires",):
        context.renewals.update((int(id_), str(news.get("name"))))


def compare_before_renewal(
    context: Context, organization: Organization, account: int | str, name: object
) -> None:
    """Compare the clocks if an account is created or deleted for a renewal of this process.

    Args:
        context: What `note_renewal` was given.
        organization: Where the account is.
        account: The number of the account to be deleted, or the name of the one to be created.
        name: Its name.

    Raises:
        Refused: The clocks are more than five minutes apart.
    """
    if account in context.renewals:
        compare_clocks(context, organization, f"The renewal of {name!r}")
