"""A service account in a stack whose state is in PostgreSQL; the program does not know it."""

import pulumi
from pulumi_mixpanel import ServiceAccount

config = pulumi.Config()
account = ServiceAccount(
    "exports",
    role="consumer",
    validity_period_hours=2160,
    early_renewal_hours=336,
    projects=[{"project_id": config.get_int("projectId") or 2001, "role": "analyst"}],
)
pulumi.export("username", account.username)
pulumi.export("secret", account.secret)
