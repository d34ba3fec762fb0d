"""The resources of the provider."""

from __future__ import annotations

from mixpanel_service_accounts.resources import (
    project_membership,
    rotating_service_account,
    service_account,
)
from terraform_mixpanel.attributes import kind_of

KINDS = (
    kind_of(
        service_account,
        "A service account. Mixpanel changes none: another name, role or expiry means another "
        "account, with another secret; only its projects change in place.",
    ),
    kind_of(
        rotating_service_account,
        "A service account that is rotated with an overlap: the next account is created, and the "
        "previous one goes on working until the overlap is over.",
    ),
    kind_of(project_membership, "One account's role in one project."),
)
