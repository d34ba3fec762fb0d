"""One service account for exports, with access to one project."""

import pulumi
from pulumi_mixpanel import ProjectMembership, ServiceAccount

config = pulumi.Config()
exporter = ServiceAccount(
    "data-export",
    name="data-pipeline-bot",
    role="consumer",
    expires=config.get("expires") or "2030-06-30T00:00:00Z",
)
ProjectMembership(
    "data-export-web",
    service_account_id=exporter.service_account_id,
    project_id=config.get_int("projectId") or 2001,
    role="analyst",
)
pulumi.export("username", exporter.username)
pulumi.export("secret", exporter.secret)
