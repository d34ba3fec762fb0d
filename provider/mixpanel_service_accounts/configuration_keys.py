"""Names in a stack's configuration and in that of an explicit provider."""

from __future__ import annotations

NAMESPACE = "mixpanel"

EXPLICIT = "explicitProvider"
"""The key that marks the configuration of an explicit provider."""

STACK = "mixpanelStack"
"""The namespace under which an explicit provider brings the stack's configuration along."""

STACK_KEYS = (
    "organizationId",
    "region",
    "baseUrl",
    "dialect",
    "username",
    "secret",
    "acceptMove",
    "goneProjects",
    "connectTimeout",
    "readTimeout",
    "totalTimeout",
)
"""What an explicit provider leaves out may come from there: all but its own width."""
