"""Mixpanel's management API, usable without Pulumi."""

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
