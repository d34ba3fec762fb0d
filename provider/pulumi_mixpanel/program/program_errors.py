"""Errors of a user's program: each ends it with one sentence, without a traceback."""

import pulumi

from mixpanel_service_accounts.api.errors import ConfigurationError


class ProgramError(pulumi.RunError, ValueError):
    """An argument of a resource or of a `Provider` is refused; nothing was registered."""


class ProgramConfigurationError(pulumi.RunError, ConfigurationError):
    """The stack's configuration is refused; nothing was registered."""
