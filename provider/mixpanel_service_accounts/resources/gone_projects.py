"""Projects that answer 403 or 404: deleted, or left by our login.

Nothing tells the two apart. So a grant in such a project stays in the state, and a removal that is
refused is an error, until the user names the project as gone. Even then the removal and the list
are asked for, and what nobody confirmed is reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mixpanel_service_accounts.api.errors import (
    HTTP_FORBIDDEN,
    HTTP_NOT_FOUND,
    Refused,
    StatusError,
)
from mixpanel_service_accounts.api.models import Grant, Member
from mixpanel_service_accounts.resources.session import Session
from mixpanel_service_accounts.resources.unconfirmed_removals import Removal

if TYPE_CHECKING:  # what only calls need is slow to import
    from mixpanel_service_accounts.api.organization import Organization


def read_rows(
    session: Session, organization: Organization, account: int, project: int
) -> list[Member] | None:
    """Read how an account is in a project.

    Returns:
        Its rows; None if the user named the project as gone, and it does not answer.

    Raises:
        Refused: The project does not answer, and the user did not name it; or they did, and it
            answers.
    """
    try:
        rows = organization.reads.rows(account, project)
    except StatusError as error:
        if not _is_out_of_reach(error):
            raise
        if project in session.configuration.gone_projects:
            return None
        raise Refused(explained(session, project, error)) from None
    _refuse_answer(session, organization, project)
    return rows


def remove_grant(
    session: Session, organization: Organization, account: int, grant: Grant
) -> Removal | None:
    """Remove an account from a project.

    Returns:
        The removal, for `report_unconfirmed`, if the user named the project as gone and it refuses;
        None if it was removed.

    Raises:
        MixpanelError: It was not removed.
    """
    with session.connections.unconfirmed_removals.under_way():
        if _is_removed(session, organization, account, grant.project_id):
            return None
    return Removal(account, grant)


def report_unconfirmed(session: Session, removals: Sequence[Removal]) -> None:
    """Warn of removals that the user let go of, together with those that are still under way."""
    session.connections.unconfirmed_removals.report(
        removals,
        session.connections.clock,
        lambda gathered: session.warn_once(_unconfirmed(session, gathered)),
    )


def _is_removed(session: Session, organization: Organization, account: int, project: int) -> bool:
    """Remove an account from a project; False if the user named the project and it refuses."""
    try:
        organization.writes.remove(account, project)
    except StatusError as error:
        if not _is_out_of_reach(error):
            raise
        if project not in session.configuration.gone_projects:
            raise Refused(explained(session, project, error)) from None
    else:
        return True
    if organization.client.dialect.lists_members and _answers(organization, project):
        _refuse_answer(session, organization, project)
    return False


def _unconfirmed(session: Session, removals: Sequence[Removal]) -> str:
    """Return the warning of removals that nobody has confirmed."""
    setting = session.wording.gone_projects
    if len(removals) == 1:
        (one,) = removals
        return (
            f"nobody has confirmed that service account {one.account} left project "
            f"{one.grant.project_id}, where it had the role {one.grant.role!r}: {setting} names "
            "the project. If the project exists, the account still has access to it."
        )
    named = "; ".join(
        f"service account {one.account} left project {one.grant.project_id}, where it had the role "
        f"{one.grant.role!r}"
        for one in sorted(removals, key=lambda one: (one.grant.project_id, one.account))
    )
    return (
        f"nobody has confirmed {len(removals)} removals, for {setting} names the projects: "
        f"{named}. If a project exists, these accounts still have access to it."
    )


def explained(session: Session, project: int, error: StatusError) -> str:
    """Return an error with both things that it may mean, and the way out of each."""
    return (
        f"{error} Either project {project} is deleted, or this login is no longer a member of it. "
        "Make the login a member of the project again; or, if the project is deleted, name it in "
        f"{session.wording.gone_projects}."
    )


def _is_out_of_reach(error: StatusError) -> bool:
    return error.vendor_shaped and error.status in (HTTP_FORBIDDEN, HTTP_NOT_FOUND)


def _answers(organization: Organization, project: int) -> bool:
    try:
        organization.writes.list_again(project)
    except StatusError as error:
        if not _is_out_of_reach(error):
            raise
        return False
    return True


def _refuse_answer(session: Session, organization: Organization, project: int) -> None:
    """Refuse a project that is named as gone and whose list answers."""
    if project in session.configuration.gone_projects and organization.client.dialect.lists_members:
        raise Refused(
            f"{session.wording.gone_projects} names project {project}, but its list answers, so it "
            "is not gone. Take its number out of the setting. Nothing was changed in it."
        )
