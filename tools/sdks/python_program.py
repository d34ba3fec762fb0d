"""A program that uses every name of the Python SDK with the types that a user relies on."""

PROGRAM = '''\
"""Every resource and function, and the types of what they say."""

import pulumi
from pulumi_mixpanel_native import (
    ProjectMembership,
    ProjectRoleArgs,
    Provider,
    RotatingServiceAccount,
    ServiceAccount,
    get_project_service_accounts,
    get_service_account_output,
    get_service_accounts,
)
from pulumi_mixpanel_native import config as settings

emea = pulumi.ResourceOptions(provider=Provider("emea", organization_id=1001, region="eu"))
account = ServiceAccount(
    "one",
    name="one",
    role="consumer",
    expires="2030-06-30T00:00:00Z",
    projects=[{"project_id": 2001, "role": "analyst"}],
    opts=emea,
)
rotating = RotatingServiceAccount(
    "two",
    validity_period_hours=720,
    overlap_hours=24,
    rotate_when_changed={"year": "2030"},
    projects=[ProjectRoleArgs(project_id=2001, role="analyst")],
)
membership = ProjectMembership(
    "three", service_account_id=account.service_account_id, project_id=2002, role="consumer"
)
number: pulumi.Output[int] = account.service_account_id
username: pulumi.Output[str] = rotating.username
role: pulumi.Output[str] = membership.role
found = get_service_account_output(name="one")
named: pulumi.Output[str] = found.apply(lambda one: one.name)
names: list[str] = [one.name for one in get_service_accounts().service_accounts]
rows = get_project_service_accounts(project_id=2001).service_accounts
users: list[str] = [row.account.username for row in rows]
host: str | None = settings.base_url
seconds: int | None = settings.total_timeout
'''
