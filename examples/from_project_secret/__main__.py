"""One service account for each consumer of a project's secret, which Mixpanel retires."""

import pulumi
from pulumi_mixpanel import RotatingServiceAccount

config = pulumi.Config()
project = config.get_int("projectId") or 2001
consumers: dict[str, str] = config.get_object("consumers") or {
    "warehouse-export": "analyst",
    "event-import": "analyst",
    "weekly-report": "consumer",
}

logins = {}
for consumer, role in consumers.items():
    account = RotatingServiceAccount(
        consumer,
        role="consumer",
        validity_period_hours=4320,  # half a year
        early_renewal_hours=336,
        overlap_hours=336,  # two weeks for each consumer to take the next login
        projects=[{"project_id": project, "role": role}],
    )
    logins[consumer] = {"username": account.username, "secret": account.secret}

pulumi.export("logins", logins)
