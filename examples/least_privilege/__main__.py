"""One service account per purpose, each with the least role where it works, and an end."""

import pulumi
from pulumi_mixpanel import ServiceAccount

config = pulumi.Config()
web = config.get_int("webProject") or 2001
app = config.get_int("appProject") or 2002
staging = config.get_int("stagingProject") or 2003

PURPOSES = {
    # The nightly export reads two projects.
    "exports": {web: "analyst", app: "analyst"},
    # The build's checks touch the staging project, and never production.
    "ci": {staging: "analyst"},
    # Boards on the wall read, and no more.
    "dashboards": {web: "consumer", app: "consumer"},
}

for purpose, roles in PURPOSES.items():
    account = ServiceAccount(
        purpose,
        role="consumer",  # in the organization: nothing
        validity_period_hours=2160,  # three months
        early_renewal_hours=336,  # an up renews it in the last two weeks
        projects=[{"project_id": project, "role": role} for project, role in roles.items()],
    )
    pulumi.export(f"{purpose}-username", account.username)
    pulumi.export(f"{purpose}-secret", account.secret)
