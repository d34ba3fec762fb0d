"""Mixpanel's management API, usable without Pulumi."""

from pulumi_mixpanel.api.client import Client
from pulumi_mixpanel.api.errors import (
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
from pulumi_mixpanel.api.models import (
    Account,
    CreatedAccount,
    Credentials,
    Grant,
    Me,
    Member,
    Project,
    Secret,
)
from pulumi_mixpanel.api.wire import REGIONS, Timeouts

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
