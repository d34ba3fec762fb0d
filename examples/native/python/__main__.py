"""One exporter's account, its place in a project, and its login, by the native plugin."""

import pulumi
from pulumi_mixpanel_native import ProjectMembership, ServiceAccount

exporter = ServiceAccount(
    "data-export", name="data-export", role="consumer", expires="2030-06-30T00:00:00Z"
)
ProjectMembership(
    "data-export-web",
    service_account_id=exporter.service_account_id,
    project_id=pulumi.Config().get_int("projectId") or 2001,
    role="analyst",
)
pulumi.export("username", exporter.username)
pulumi.export("secret", exporter.secret)
