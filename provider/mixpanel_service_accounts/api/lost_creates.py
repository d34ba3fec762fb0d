"""Signs of what became of a create: whether it was lost, and whether an account is what it left."""

from __future__ import annotations

from msgspec import UNSET

from mixpanel_service_accounts.api.errors import (
    MalformedAnswer,
    NoAnswer,
    Redirected,
    RequestError,
    StatusError,
)
from mixpanel_service_accounts.api.models import Account

_REFUSALS = frozenset(
    {400, 401, 402, 403, 404, 405, 406, 409, 410, 411, 413, 414, 415, 421, 422, 426, 428, 429}
    | {431, 451}
)
"""Statuses by which a server refuses a request without acting on it (RFC 9110, 6585, 7725)."""


def is_lost(error: RequestError) -> bool:
    """Return whether the server may have created the account although its secret is not known.

    Only a status by which a server refuses a request counts as a refusal. Any other one, such as
    408 or a redirect, may come from something in front of the API after the API has acted.
    """
    if isinstance(error, NoAnswer):
        return error.sent
    if isinstance(error, StatusError):
        return error.status not in _REFUSALS
    return isinstance(error, (MalformedAnswer, Redirected))


def is_refusal_of_another(error: RequestError) -> bool:
    """Return whether a refusal is not in the API's own shape, and so may not be the API's."""
    return isinstance(error, StatusError) and not error.vendor_shaped and not is_lost(error)


def has_answered(error: RequestError) -> bool:
    """Return whether the server is not still at work: it has answered in a shape of its own."""
    return isinstance(error, Redirected) or (isinstance(error, StatusError) and error.vendor_shaped)


def unread(path: str, error: Exception, product: str) -> MalformedAnswer:
    """Make the error for a response to a create that this package fails to read.

    Args:
        path: The route.
        error: The failure; its text may hold the response, and is not shown.
        product: The name that a bug is reported for.
    """
    kind = type(error).__name__
    said = f"was answered, and a bug in {product} ({kind}) kept the answer from being read."
    return MalformedAnswer("POST", path, f"{said} Please report it.")


def may_be_ours(account: Account, our_user: int | None) -> bool:
    """Return whether the account may be ours: no other creator, never used."""
    theirs = our_user is not None and account.creator not in (our_user, None, UNSET)
    return not theirs and account.last_used in (None, UNSET)


def is_ours(account: Account, our_user: int | None) -> bool:
    """Return whether our login created the account, and nobody ever used it."""
    return our_user is not None and account.creator == our_user and account.last_used is None
