"""Mixpanel service accounts and their project memberships as Pulumi resources.

The names are given when they are first asked for, so that importing another part of this package,
such as the native plugin, does not load the Pulumi SDK.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

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

_ROOMS = {
    "account": ("ServiceAccount",),
    "class_arguments": ("ProjectRole",),
    "explicit_provider": ("Provider",),
    "lookups": (
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
    "membership": ("ProjectMembership",),
    "rotating_account": ("RotatingServiceAccount",),
}
"""The module of `program` that defines each public name."""


def __getattr__(name: str) -> object:
    """Return a public name, loading its module on first use."""
    room = next((room for room, names in _ROOMS.items() if name in names), None)
    if room is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(f"{__name__}.program.{room}"), name)
    globals()[name] = found
    return found


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
