"""The kinds of resources that there are, with the texts of a shell's schema."""

from __future__ import annotations

from typing import Any

from mixpanel_service_accounts.resources import (
    project_membership,
    rotating_service_account,
    service_account,
)
from mixpanel_service_accounts.resources.contract import Resource

RESOURCES: tuple[tuple[Resource[Any, Any], str], ...] = (
    (
        service_account,
        (
            "A service account. Mixpanel changes none: another name, role or expiry means another "
            "account, with another secret; only its projects change in place."
        ),
    ),
    (
        rotating_service_account,
        (
            "A service account that is rotated with an overlap: the next account is created, and "
            "the previous one goes on working until the overlap is over."
        ),
    ),
    (project_membership, "One account's role in one project."),
)
"""The rules of each kind, and what it is, in Markdown."""
