"""A Pulumi program for what a plan holds: the same plan gives the same bytes."""

from __future__ import annotations

from mixpanel_service_accounts.export.plan import Plan, PlannedAccount, PlannedMembership
from mixpanel_service_accounts.report.findings import knows_projects
from mixpanel_service_accounts.report.reading import Inventory
from pulumi_mixpanel.written.python_source import call, comment, commented_out, entry, literal

_ADOPTED = """\
The first `pulumi up` takes over the account that `adopt` names, and changes nothing in
Mixpanel. Then `adopt` has done its work: remove it before a change that replaces."""

_IMPORTED = """\
Before the first `pulumi up`:
    pulumi import --file import.json --protect=false --generate-code=false"""

_HEADER = '''\
"""Service accounts of Mixpanel's organization {organization}, by `pulumi-mixpanel export`.

{how}

What is removed here is deleted in Mixpanel, and so is everything by `pulumi destroy`;
`pulumi.ResourceOptions(protect=True)` keeps an account from it.
"""'''


def program(plan: Plan, *, adopt: bool) -> str:
    """Write the program.

    Args:
        plan: What it is to have.
        adopt: Whether it takes the accounts over; else they are imported beforehand.
    """
    how = _ADOPTED if adopt else _IMPORTED
    header = _HEADER.format(organization=plan.inventory.organization_id, how=how)
    blocks = [header, *_imports(plan), *unread(plan.inventory)]
    for planned in plan.accounts:
        blocks += _account(planned, plan.inventory, adopt=adopt)
    return "\n\n".join(blocks) + "\n"


def _imports(plan: Plan) -> list[str]:
    if not plan.kept:
        return []
    memberships = [one for planned in plan.kept for one in planned.memberships]
    used = any(one.left_out is None for one in memberships)
    names = "ProjectMembership, ServiceAccount" if used else "ServiceAccount"
    return [f"from pulumi_mixpanel import {names}"]


def unread(inventory: Inventory) -> list[str]:
    """List the projects of which nothing is known: they are not empty."""
    found = []
    if not knows_projects(inventory):
        found.append(
            "NOT READ: any project, for /me names none. Who is in which is unknown, so no "
            "membership stands below."
        )
    for project, why in sorted(inventory.unreadable.items()):
        found.append(
            f"NOT READ: project {project}{_named(inventory, project)}: {why} Who is in it is "
            "unknown, so no membership in it stands below; none is touched."
        )
    return ["\n".join(line for text in found for line in comment(text))] if found else []


def _named(inventory: Inventory, project: int) -> str:
    known = inventory.projects.get(project)
    return f" {literal(known.name)}" if known and known.name else ""


def _account(planned: PlannedAccount, inventory: Inventory, *, adopt: bool) -> list[str]:
    """Write an account, and its memberships where they are resources of their own."""
    bound = any(one.left_out is None for one in planned.memberships)
    variable = f"account_{planned.account.id}" if bound else None
    code = call("ServiceAccount", _arguments(planned, inventory, adopt=adopt), variable)
    noted = remarks(planned)
    if planned.left_out is not None:
        reason = comment(f"Left out, for {planned.left_out}")
        return ["\n".join([*reason, *noted, *commented_out(code.splitlines())])]
    memberships = [_membership(one, variable or "") for one in planned.memberships]
    return ["\n".join([*noted, code]), *memberships]


def _arguments(
    planned: PlannedAccount, inventory: Inventory, *, adopt: bool
) -> list[str | list[str]]:
    inputs = planned.inputs
    arguments: list[str | list[str]] = [f"{literal(planned.name)},"]
    arguments += [
        f"{key}={literal(inputs[key])}," for key in ("name", "role", "expires") if key in inputs
    ]
    if "projects" in inputs:
        arguments.append(_projects(planned, inventory))
    if adopt:
        arguments.append(f"adopt={planned.account.id},")
    return arguments


_INDENT_OF_ENTRIES = 8


def _projects(planned: PlannedAccount, inventory: Inventory) -> list[str]:
    lines = ["projects=["]
    for grant in planned.grants:
        pairs = {"project_id": str(grant.project_id), "role": literal(grant.role)}
        remark = _named(inventory, grant.project_id).strip()
        lines += [f"    {line}" for line in entry(_INDENT_OF_ENTRIES, pairs, remark)]
    return [*lines, "],"]


def remarks(planned: PlannedAccount) -> list[str]:
    """Return what the account has that no resource here gives it."""
    return [
        line
        for project, role, whose in planned.through
        for line in comment(
            f"In project {project} it is {literal(role)} through a {whose} grant, which no "
            "resource of this provider gives or takes."
        )
    ]


def _membership(membership: PlannedMembership, variable: str) -> str:
    grant = membership.grant
    code = call(
        "ProjectMembership",
        [
            f"{literal(membership.name)},",
            f"service_account={variable},",
            f"project_id={grant.project_id},",
            f"role={literal(grant.role)},",
        ],
    )
    if membership.left_out is None:
        return code
    reason = comment(f"Left out, for {membership.left_out}")
    return "\n".join([*reason, *commented_out(code.splitlines())])
