"""Mixpanel service accounts and their project memberships as Pulumi resources."""

from pulumi_mixpanel.dynamic import ProjectMembership, ProjectRole, Provider, ServiceAccount

__all__ = ["ProjectMembership", "ProjectRole", "Provider", "ServiceAccount"]
