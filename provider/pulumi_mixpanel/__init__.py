"""Mixpanel service accounts and their project memberships as Pulumi resources."""

from pulumi_mixpanel.dynamic import ProjectMembership, ProjectRole, Provider, ServiceAccount
from pulumi_mixpanel.rotating import RotatingServiceAccount

__all__ = [
    "ProjectMembership",
    "ProjectRole",
    "Provider",
    "RotatingServiceAccount",
    "ServiceAccount",
]
