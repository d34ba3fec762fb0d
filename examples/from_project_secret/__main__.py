"""One service account for each consumer of a project's secret, which Mixpanel retires."""

import pulumi
from pulumi_mixpanel import ServiceAccount

config = pulumi.Config()
project = config.get_int("projectId") or 2001
consumers: dict[str, str] = config.get_object("consumers") or {
    "warehouse-export": "analyst",
    "event-import": "analyst",
    "weekly-report": "consumer",
}

logins = {}
for consumer, role in consumers.items():
    account = ServiceAccount(
        consumer,
        role="consumer",
        expires=config.get("expires") or "2030-06-30T00:00:00Z",
        projects=[{"project_id": project, "role": role}],
    )
    logins[consumer] = {"username": account.username, "secret": account.secret}

pulumi.export("logins", logins)
