"""Mixpanel service accounts and their project memberships as Pulumi resources."""

from pulumi_mixpanel.dynamic import ProjectMembership, ProjectRole, Provider, ServiceAccount
from pulumi_mixpanel.functions import (
    LookupFailed,
    ProjectServiceAccount,
    ServiceAccountDetails,
    get_project_service_accounts,
    get_project_service_accounts_output,
    get_service_account,
    get_service_account_output,
    get_service_accounts,
    get_service_accounts_output,
)
from pulumi_mixpanel.rotating import RotatingServiceAccount

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
