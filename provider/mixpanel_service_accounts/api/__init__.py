"""Mixpanel's management API, usable without Pulumi.

The names are given when they are first asked for: a program that only declares resources needs none
of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mixpanel_service_accounts.lazy_names import loader

if TYPE_CHECKING:
    from mixpanel_service_accounts.api.client import Client
    from mixpanel_service_accounts.api.errors import (
        ConfigurationError,
        GaveUp,
        MalformedAnswer,
        MixpanelError,
        NoAnswer,
        Redirected,
        Refused,
        RequestError,
        StatusError,
        UnsupportedByDialect,
    )
    from mixpanel_service_accounts.api.models import (
        Account,
        CreatedAccount,
        Credentials,
        Grant,
        Me,
        Member,
        Project,
    )
    from mixpanel_service_accounts.api.secret import Secret
    from mixpanel_service_accounts.api.wire import REGIONS, Timeouts

_MODULES = {
    "client": ("Client",),
    "errors": (
        "ConfigurationError",
        "GaveUp",
        "MalformedAnswer",
        "MixpanelError",
        "NoAnswer",
        "Redirected",
        "Refused",
        "RequestError",
        "StatusError",
        "UnsupportedByDialect",
    ),
    "models": ("Account", "CreatedAccount", "Credentials", "Grant", "Me", "Member", "Project"),
    "secret": ("Secret",),
    "wire": ("REGIONS", "Timeouts"),
}
"""The module that defines each public name."""

__getattr__ = loader(__name__, _MODULES)


def __dir__() -> list[str]:
    """Return the public names, loaded or not."""
    return __all__


__all__ = [
    "REGIONS",
    "Account",
    "Client",
    "ConfigurationError",
    "CreatedAccount",
    "Credentials",
    "GaveUp",
    "Grant",
    "MalformedAnswer",
    "Me",
    "Member",
    "MixpanelError",
    "NoAnswer",
    "Project",
    "Redirected",
    "Refused",
    "RequestError",
    "Secret",
    "StatusError",
    "Timeouts",
    "UnsupportedByDialect",
]
