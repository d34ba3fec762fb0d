"""Grants of projects to accounts: what `projects` and memberships have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mixpanel_service_accounts.api.errors import MixpanelError, Refused
from mixpanel_service_accounts.api.models import Account, Grant, Place, same_role
from mixpanel_service_accounts.resources.account_fields import AccountInputs, ProjectRole
from mixpanel_service_accounts.resources.checks import Checking, check_number, check_role, take
from mixpanel_service_accounts.resources.fields import Unknown
from mixpanel_service_accounts.resources.gone_projects import (
    read_rows,
    remove_grant,
    report_unconfirmed,
)
from mixpanel_service_accounts.resources.session import Session

if TYPE_CHECKING:  # what only calls need is slow to import (session.py)
    from mixpanel_service_accounts.api.organization import Organization

WHAT_A_PROJECT_IS = "a project's number"


def other_role(account: Account, asked: str | None) -> str | None:
    """Return an account's role in the organization where that is another one than was asked for."""
    role = account.role
    return role if isinstance(role, str) and asked and not same_role(role, asked) else None


def take_role(
    session: Session, checked: Checking, news: Mapping[str, Any], olds: AccountInputs | None
) -> None:
    """Check an account's input `role`, where it is given."""
    roles, name = session.dialect.roles, session.dialect.name
    recorded = olds.role if olds else None
    take(
        checked,
        "role",
        news,
        lambda value: check_role(checked, "role", value, roles, name, recorded=recorded),
    )


def take_projects(
    session: Session, checked: Checking, news: Mapping[str, Any], olds: AccountInputs | None
) -> None:
    """Check an account's input `projects`, where it is given."""
    roles, name = session.dialect.roles, session.dialect.name
    recorded = {grant.project_id: grant.role for grant in grants_of(olds.projects if olds else ())}
    take(
        checked,
        "projects",
        news,
        lambda value: check_projects(checked, value, roles, name, recorded=recorded),
    )


def check_projects(
    checked: Checking,
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
    checked: Checking,
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


def _refuse_repeats(checked: Checking, entries: Sequence[Mapping[str, Any]]) -> None:
    numbers = [entry["project_id"] for entry in entries if entry]
    known = [number for number in numbers if not isinstance(number, Unknown)]
    for number in sorted({number for number in known if known.count(number) > 1}):
        checked.fail("projects", f"projects lists the project {number} more than once.")


def grants_of(projects: Sequence[ProjectRole] | None) -> list[Grant]:
    """Convert the input `projects`."""
    return [Grant(project_id=entry.project_id, role=entry.role) for entry in projects or ()]


def project_numbers(projects: Sequence[ProjectRole] | None) -> list[int]:
    """Return the listed projects that are known."""
    entries = projects if isinstance(projects, (list, tuple)) else ()
    numbers = [entry.project_id for entry in entries if isinstance(entry, ProjectRole)]
    return [number for number in numbers if not isinstance(number, Unknown)]


def claim_projects(
    session: Session, account: int, place: Place | None, projects: Sequence[ProjectRole] | None
) -> None:
    """Record what `projects` manages, so that a membership of the same is refused."""
    organization = place.organization_id if place else None
    for number in project_numbers(projects):
        session.claims.listed.add((organization, account, number))


def refuse_managed(
    session: Session, account: int, place: Place | None, projects: Sequence[ProjectRole] | None
) -> None:
    """Refuse `projects` that list what a membership resource of the program manages already.

    Raises:
        Refused: So it is.
    """
    organization = place.organization_id if place else None
    for number in project_numbers(projects):
        if session.ledger and session.ledger.manages((organization, account, number)):
            raise Refused(
                f"project {number} of service account {account} is in a ProjectMembership of this "
                "program already; manage it in one place, there or here."
            )


def actual_role(
    session: Session, organization: Organization, account: int, grant: Grant, word: str | None
) -> str | None:
    """Read which role an account really has in a project.

    Args:
        session: For the warning.
        organization: Where.
        account: The account.
        grant: The role as we last gave it.
        word: The server's own word for that role, where it was read back after we gave it.

    Returns:
        The role as it was asked for where nothing changed, the server's where somebody changed it,
        None where the account is proven not to be in the project.
    """
    rows = read_rows(session, organization, account, grant.project_id)
    if rows is None:
        return grant.role
    if not rows:
        return None
    own = next((row for row in rows if row.is_individual), None)
    if own is None:
        session.warn_once(
            f"service account {account} is in project {grant.project_id} only through "
            f"{rows[0].target_type} grants now; its own grant is not shown. The state is kept."
        )
        return grant.role
    return grant.role if same_role(own.role, grant.role) or own.role == word else own.role


class Listed(Struct, frozen=True):
    """Projects as a state has them.

    Attributes:
        projects: The input `projects`, as it was last asked for or read.
        words: The server's own words for the roles in it, by project.
    """

    projects: Sequence[ProjectRole] | None
    words: Mapping[str, str] | None


def read_projects(
    session: Session, organization: Organization, account: int, listed: Listed
) -> list[ProjectRole] | None:
    """Read the roles in the projects that are listed; one that the account has left is dropped.

    Args:
        session: For the warnings.
        organization: Where.
        account: The account.
        listed: The projects as the state has them.
    """
    if listed.projects is None:
        return None
    found = []
    for grant in grants_of(listed.projects):
        word = (listed.words or {}).get(str(grant.project_id))
        role = actual_role(session, organization, account, grant, word)
        if role is not None:
            found.append(ProjectRole(grant.project_id, role))
    return found


def change_projects(
    session: Session,
    organization: Organization,
    account: int,
    before: Listed,
    wanted: Sequence[ProjectRole] | None,
) -> dict[str, str] | None:
    """Bring the projects from what they are to what is asked for, as far as the server allows it.

    A project that is listed no more stays if a membership of the program has it now.

    Args:
        session: Its ledger has the memberships of the program.
        organization: Where.
        account: The account.
        before: The projects as the state has them.
        wanted: What is asked for.

    Returns:
        The server's own words for the roles that are asked for, by project; None if there are none.

    Raises:
        Refused: Some could not be changed; the others were.
    """
    old, new = grants_of(before.projects), grants_of(wanted)
    listed = {grant.project_id for grant in new}
    roles = {grant.project_id: grant.role for grant in old}
    found: dict[str, str] = dict(before.words or {})
    problems, unconfirmed = [], []
    for grant in new:
        if grant not in old:
            try:
                word = organization.writes.set_role(
                    account, grant.project_id, grant.role, before=roles.get(grant.project_id)
                )
            except MixpanelError as error:
                problems.append(f"project {grant.project_id} as {grant.role!r}: {error}")
            else:
                found.update({str(grant.project_id): word} if word else {})
    memberships = session.ledger.memberships if session.ledger else set()
    for grant in old:
        kept = (organization.id, account, grant.project_id) in memberships
        if grant.project_id not in listed and not kept:
            try:
                let_go = remove_grant(session, organization, account, grant)
                unconfirmed += [let_go] if let_go else []
            except MixpanelError as error:
                problems.append(f"project {grant.project_id}, to be left: {error}")
    report_unconfirmed(session, unconfirmed)
    if problems:
        raise Refused(
            f"{len(problems)} of the projects could not be changed, the others were; the next "
            f"{session.wording.run} tries again. {' '.join(problems)}"
        )
    return {project: word for project, word in found.items() if int(project) in listed} or None
