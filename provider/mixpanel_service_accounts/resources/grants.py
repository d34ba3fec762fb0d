"""Grants of projects to accounts: what `projects` and memberships have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mixpanel_service_accounts.api.errors import MixpanelError, Refused
from mixpanel_service_accounts.api.models import Account, Grant, same_role
from mixpanel_service_accounts.configuration import Place
from mixpanel_service_accounts.resources.context import Context
from mixpanel_service_accounts.resources.values import (
    Checked,
    Inputs,
    State,
    Unknown,
    check_number,
    check_role,
    take,
)

if TYPE_CHECKING:  # what only calls need is slow to import (context.py)
    from mixpanel_service_accounts.api.organization import Organization

WHAT_A_PROJECT_IS = "a project's number"


def other_role(account: Account, asked: str | None) -> str | None:
    """Tell an account's role in the organization where that is another one than was asked for."""
    role = account.role
    return role if isinstance(role, str) and asked and not same_role(role, asked) else None


def take_role(context: Context, checked: Checked, news: Inputs, olds: Inputs) -> None:
    """Check an account's input `role`, where it is given."""
    roles, name, recorded = context.dialect.roles, context.dialect.name, olds.get("role")
    take(
        checked,
        "role",
        news,
        lambda value: check_role(checked, "role", value, roles, name, recorded=recorded),
    )


def take_projects(context: Context, checked: Checked, news: Inputs, olds: Inputs) -> None:
    """Check an account's input `projects`, where it is given."""
    roles, name = context.dialect.roles, context.dialect.name
    recorded = {grant.project_id: grant.role for grant in grants_of(olds.get("projects"))}
    take(
        checked,
        "projects",
        news,
        lambda value: check_projects(checked, value, roles, name, recorded=recorded),
    )


def check_projects(
    checked: Checked,
    value: object,
    roles: Sequence[str] | None,
    dialect: str,
    *,
    recorded: Mapping[int, str],
) -> list[dict[str, Any]] | None:
    """Check the input `projects`; returns it sorted, for its order means nothing."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        checked.fail(
            "projects",
            "projects must be a list such as [{'project_id': 2195193, 'role': 'analyst'}]; "
            f"{value!r} was given.",
        )
        return None
    entries = [
        _check_entry(checked, at, entry, roles, dialect, recorded=recorded)
        for at, entry in enumerate(value)
    ]
    _refuse_repeats(checked, entries)
    return sorted((entry for entry in entries if entry), key=_order)


def _order(entry: Mapping[str, Any]) -> tuple[bool, int]:
    number = entry["project_id"]
    return (True, 0) if isinstance(number, Unknown) else (False, number)


def _check_entry(
    checked: Checked,
    at: int,
    entry: object,
    roles: Sequence[str] | None,
    dialect: str,
    *,
    recorded: Mapping[int, str],
) -> dict[str, Any]:
    if isinstance(entry, Unknown):
        return {"project_id": entry, "role": entry}
    where = f"projects[{at}]"
    if not isinstance(entry, Mapping) or set(entry) != {"project_id", "role"}:
        checked.fail(
            where, f"{where} must have exactly a project_id and a role; {entry!r} was given."
        )
        return {}
    number, role = entry["project_id"], entry["role"]
    if not isinstance(number, Unknown):
        number = check_number(checked, f"{where}.project_id", number, what=WHAT_A_PROJECT_IS)
    if not isinstance(role, Unknown):
        known = recorded.get(number) if isinstance(number, int) else None
        role = check_role(checked, f"{where}.role", role, roles, dialect, recorded=known)
    return {} if number is None or role is None else {"project_id": number, "role": role}


def _refuse_repeats(checked: Checked, entries: Sequence[Mapping[str, Any]]) -> None:
    numbers = [entry["project_id"] for entry in entries if entry]
    known = [number for number in numbers if not isinstance(number, Unknown)]
    for number in sorted({number for number in known if known.count(number) > 1}):
        checked.fail("projects", f"projects lists the project {number} more than once.")


def grants_of(projects: Sequence[Mapping[str, Any]] | None) -> list[Grant]:
    """Read the input `projects`."""
    return [
        Grant(project_id=int(entry["project_id"]), role=entry["role"]) for entry in projects or ()
    ]


def project_numbers(projects: object) -> list[int]:
    """Read which projects are listed, as far as they are known."""
    if not isinstance(projects, Sequence):
        return []
    numbers = [entry.get("project_id") for entry in projects if isinstance(entry, Mapping)]
    return [int(number) for number in numbers if isinstance(number, (int, float))]


def claim_projects(context: Context, account: int, place: Place | None, projects: object) -> None:
    """Remember what `projects` manages, so that a membership of the same is refused."""
    organization = place.organization_id if place else None
    for number in project_numbers(projects):
        context.claims.add((organization, account, number))


def actual_role(
    context: Context, organization: Organization, account: int, grant: Grant, word: str | None
) -> str | None:
    """Read which role an account really has in a project.

    Args:
        context: For the warning.
        organization: Where.
        account: The account.
        grant: The role as we last gave it.
        word: The server's own word for that role, where it was read back after we gave it.

    Returns:
        The role as it was asked for where nothing changed, the server's where somebody changed it,
        None where the account is proven not to be in the project.
    """
    rows = organization.reads.rows(account, grant.project_id)
    if not rows:
        return None
    own = next((row for row in rows if row.is_individual), None)
    if own is None:
        context.warn_once(
            f"service account {account} is in project {grant.project_id} only through "
            f"{rows[0].target_type} grants now; its own grant is not shown. The state is kept."
        )
        return grant.role
    return grant.role if same_role(own.role, grant.role) or own.role == word else own.role


def read_projects(
    context: Context, organization: Organization, account: int, state: State
) -> list[dict[str, Any]] | None:
    """Read the roles in the projects that are listed; one that the account has left is dropped."""
    if state.get("projects") is None:
        return None
    words = state.get("granted_roles") or {}
    found = []
    for grant in grants_of(state["projects"]):
        role = actual_role(context, organization, account, grant, words.get(str(grant.project_id)))
        if role is not None:
            found.append({"project_id": grant.project_id, "role": role})
    return found


def change_projects(
    context: Context,
    organization: Organization,
    account: int,
    state: State,
    projects: Sequence[Mapping[str, Any]] | None,
) -> dict[str, str]:
    """Bring the projects from what they are to what is asked for, as far as the server lets us.

    A project that is listed no more stays where a membership of the program has it now.

    Args:
        context: Knows the memberships of the program.
        organization: Where.
        account: The account.
        state: Has `projects` as they are, and `granted_roles`, the server's words for them.
        projects: What is asked for.

    Returns:
        The server's own words for the roles that are asked for, by project.

    Raises:
        Refused: Some could not be changed; the others were.
    """
    old, new = grants_of(state.get("projects")), grants_of(projects)
    listed = {grant.project_id for grant in new}
    words: dict[str, str] = dict(state.get("granted_roles") or {})
    problems = []
    for grant in new:
        if grant not in old:
            try:
                word = organization.writes.set_role(account, grant.project_id, grant.role)
            except MixpanelError as error:
                problems.append(f"project {grant.project_id} as {grant.role!r}: {error}")
            else:
                words.update({str(grant.project_id): word} if word else {})
    for grant in old:
        kept = (organization.id, account, grant.project_id) in context.memberships
        if grant.project_id not in listed and not kept:
            try:
                organization.writes.remove(account, grant.project_id)
            except MixpanelError as error:
                problems.append(f"project {grant.project_id}, to be left: {error}")
    if problems:
        raise Refused(
            f"{len(problems)} of the projects could not be changed, the others were; the next up "
            f"tries again. {' '.join(problems)}"
        )
    return {project: word for project, word in words.items() if int(project) in listed}
