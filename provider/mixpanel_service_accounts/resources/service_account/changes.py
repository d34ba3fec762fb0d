"""Which inputs changed that no route changes, so that the account is replaced."""

from __future__ import annotations

from mixpanel_service_accounts.api.models import same_role
from mixpanel_service_accounts.resources.fields import is_known
from mixpanel_service_accounts.resources.service_account.inputs_and_state import Inputs, State

_REPLACING = ("name", "role", "expires", "rotate_when_changed")


def replacing_changes(olds: Inputs, news: Inputs) -> tuple[str, ...]:
    """Return which inputs changed that no route changes."""
    return tuple(
        key
        for key in _REPLACING
        if getattr(olds, key) != getattr(news, key) and not _is_as_found(olds, news, key)
    )


def _is_as_found(olds: Inputs, news: Inputs, key: str) -> bool:
    """Return whether an input that an imported state lacks is what the account has already."""
    if not isinstance(olds, State) or not olds.adopted or getattr(olds, key) is not None:
        return False
    if key == "role":
        return olds.actual_role is None or same_role(olds.actual_role, str(news.role))
    if key == "expires":
        return news.expires == olds.actual_expires
    return key == "rotate_when_changed"  # only a configuration knows it: the first one is recorded


def sure_changes(olds: Inputs, news: Inputs) -> tuple[str, ...]:
    """Return the same, less those whose value a preview does not know yet."""
    return tuple(key for key in replacing_changes(olds, news) if is_known(getattr(news, key)))
