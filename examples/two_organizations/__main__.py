"""The same service account in two organizations, each with a login of its own."""

import pulumi
from pulumi_mixpanel import Provider, ServiceAccount

for organization in ("emea", "apac"):
    config = pulumi.Config(organization)
    provider = Provider(
        organization,
        organization_id=config.require_int("organizationId"),
        region=config.get("region"),
        username=config.require("username"),
        secret=config.require_secret("secret"),
    )
    account = ServiceAccount(
        f"{organization}-reports",
        name="reports",
        role="consumer",
        validity_period_hours=2160,
        early_renewal_hours=336,
        projects=[{"project_id": config.require_int("projectId"), "role": "consumer"}],
        opts=pulumi.ResourceOptions(provider=provider),
    )
    pulumi.export(f"{organization}-username", account.username)
    pulumi.export(f"{organization}-secret", account.secret)
