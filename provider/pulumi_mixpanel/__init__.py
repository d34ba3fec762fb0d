"""Mixpanel service accounts and their project memberships as Pulumi resources.

The names are given when they are first asked for, so that importing another part of this package,
such as the native plugin, does not load the Pulumi SDK.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mixpanel_service_accounts.lazy_names import loader

if TYPE_CHECKING:
    from pulumi_mixpanel.program.account import ServiceAccount
    from pulumi_mixpanel.program.asking import LookupFailed
    from pulumi_mixpanel.program.class_arguments import ProjectRole
    from pulumi_mixpanel.program.explicit_provider import Provider
    from pulumi_mixpanel.program.lookups import (
        ProjectServiceAccount,
        ServiceAccountDetails,
        get_project_service_accounts,
        get_project_service_accounts_output,
        get_service_account,
        get_service_account_output,
        get_service_accounts,
        get_service_accounts_output,
    )
    from pulumi_mixpanel.program.membership import ProjectMembership
    from pulumi_mixpanel.program.rotating_account import RotatingServiceAccount

_MODULES = {
    "program.account": ("ServiceAccount",),
    "program.class_arguments": ("ProjectRole",),
    "program.explicit_provider": ("Provider",),
    "program.lookups": (
        "LookupFailed",
        "ProjectServiceAccount",
        "ServiceAccountDetails",
        "get_project_service_accounts",
        "get_project_service_accounts_output",
        "get_service_account",
        "get_service_account_output",
        "get_service_accounts",
        "get_service_accounts_output",
    ),
    "program.membership": ("ProjectMembership",),
    "program.rotating_account": ("RotatingServiceAccount",),
}
"""The module that defines each public name."""


__getattr__ = loader(__name__, _MODULES)


def __dir__() -> list[str]:
    """Return the public names, loaded or not."""
    return __all__


__all__ = [
    "LookupFailed",
    "ProjectMembership",
    "ProjectRole",
    "ProjectServiceAccount",
    "Provider",
    "RotatingServiceAccount",
    "ServiceAccount",
    "ServiceAccountDetails",
    "get_project_service_accounts",
    "get_project_service_accounts_output",
    "get_service_account",
    "get_service_account_output",
    "get_service_accounts",
    "get_service_accounts_output",
]
