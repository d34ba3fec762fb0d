"""The public interface as type checkers see it: checked by mypy, never run."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pulumi

from pulumi_mixpanel import (
    ProjectMembership,
    ProjectRole,
    ProjectServiceAccount,
    Provider,
    RotatingServiceAccount,
    ServiceAccount,
    ServiceAccountDetails,
    get_project_service_accounts,
    get_project_service_accounts_output,
    get_service_account,
    get_service_account_output,
    get_service_accounts,
    get_service_accounts_output,
)

number: pulumi.Output[int] = pulumi.Output.from_input(1)
provider = Provider("emea", organization_id=number, region="eu", secret="x")
role: ProjectRole = {"project_id": number, "role": "analyst"}
account = ServiceAccount(
    "export",
    name=pulumi.Output.from_input("name"),
    expires=datetime.now().astimezone(),
    projects=[role, {"project_id": 1, "role": "admin"}],
    opts=pulumi.ResourceOptions(provider=provider),
)
secret: pulumi.Output[str] = account.secret
organization: pulumi.Output[int] = account.organization_id
words: pulumi.Output[dict[str, str] | None] = account.granted_roles
member = ProjectMembership("one", service_account=account, project_id=1, role="analyst")
word: pulumi.Output[str | None] = member.granted_role
ProjectMembership("two", service_account_id=number, project_id=number, role="analyst")

adopted = ServiceAccount("adopted", name="bot", adopt=number, secret=secret)
renewed = ServiceAccount("renewed", validity_period_hours=720, early_renewal_hours=48.5)
rotating = RotatingServiceAccount(
    "rotating",
    validity_period_hours=2160,
    overlap_hours=168,
    projects=[role],
    rotate_when_changed={"incident": pulumi.Output.from_input("42")},
)
previous: pulumi.Output[str | None] = rotating.previous_secret
current: pulumi.Output[str] = rotating.secret
still_there: pulumi.Output[list[dict[str, Any]] | None] = rotating.retiring
taken_over: pulumi.Output[bool | None] = rotating.adopted
created: pulumi.Output[str | None] = rotating.created
spelled: pulumi.Output[dict[str, str] | None] = rotating.granted_roles

variable = [{"project_id": 2001, "role": "analyst"}]
ServiceAccount("plain", projects=variable, name=pulumi.Output.from_input(None))
RotatingServiceAccount(
    "digits", validity_period_hours="2160", overlap_hours="168", rotate_when_changed={"round": 7}
)
ProjectMembership("by id", service_account_id=account.id, project_id="2001", role="analyst")

RotatingServiceAccount("no overlap", validity_period_hours=2160)  # type: ignore[call-arg]
ProjectMembership("three", service_account=rotating, project_id=1, role="x")  # type: ignore[arg-type]
ServiceAccount("positional", "name")  # type: ignore[call-arg]
ServiceAccount("wrong", name=3)  # type: ignore[arg-type]
ServiceAccount("wrong", projects=["web"])  # type: ignore[list-item]
ProjectMembership("missing", service_account_id=1, project_id=1)  # type: ignore[call-arg]

found: ServiceAccountDetails = get_service_account(name="bot", provider=provider)
later: pulumi.Output[ServiceAccountDetails] = get_service_account_output(id=number)
listed: tuple[ServiceAccountDetails, ...] = get_service_accounts(name_pattern="b*", region="eu")
listed_later: pulumi.Output[tuple[ServiceAccountDetails, ...]] = get_service_accounts_output()
rows: tuple[ProjectServiceAccount, ...] = get_project_service_accounts(1, organization_id=1)
rows_later: pulumi.Output[tuple[ProjectServiceAccount, ...]] = get_project_service_accounts_output(
    number, organization_id=number, provider=provider
)
ProjectMembership("three", service_account_id=found.id, project_id=1, role=rows[0].role)

get_service_account(id=number)  # type: ignore[arg-type]
get_service_account("bot")  # type: ignore[call-arg, arg-type]
get_project_service_accounts()  # type: ignore[call-arg]
found.username = "other"  # type: ignore[misc]
