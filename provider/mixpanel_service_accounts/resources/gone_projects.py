"""Projects that answer 403 or 404: deleted, or left by our login.

Nothing tells the two apart. So a grant in such a project stays in the state, and a removal that is
refused is an error, until the user names the project as gone. Even then the removal and the list
are asked for, and what nobody confirmed is reported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mixpanel_service_accounts.api.errors import (
    HTTP_FORBIDDEN,
    HTTP_NOT_FOUND,
    MixpanelError,
    Refused,
    StatusError,
)
from mixpanel_service_accounts.api.models import Grant, Member
from mixpanel_service_accounts.resources.session import Session

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


def remove_grant(session: Session, organization: Organization, account: int, grant: Grant) -> None:
    """Remove an account from a project.

    A project that the user named as gone may refuse it: then one warning names the grant.

    Raises:
        MixpanelError: It was not removed.
    """
    project = grant.project_id
    try:
        organization.writes.remove(account, project)
    except StatusError as error:
        if not _is_out_of_reach(error):
            raise
        if project not in session.configuration.gone_projects:
            raise Refused(explained(session, project, error)) from None
    else:
        return
    if organization.client.dialect.lists_members and _answers(organization, project):
        _refuse_answer(session, organization, project)
    session.warn_once(
        f"nobody has confirmed that service account {account} left project {project}, where it had "
        f"the role {grant.role!r}: {session.wording.gone_projects} names the project. If the "
        "project exists, the account still has access to it."
    )


def explained(session: Session, project: int, error: StatusError) -> str:
    """Return an error with both things that it may mean, and the way out of each."""
    return (
        f"{error} Either project {project} is deleted, or this login is no longer a member of it. "
        "Make the login a member of the project again; or, if the project is deleted, name it in "
        f"{session.wording.gone_projects}."
    )


def _is_out_of_reach(error: StatusError) -> bool:
    return error.status == HTTP_FORBIDDEN or (
        error.status == HTTP_NOT_FOUND and error.vendor_shaped
    )


def _answers(organization: Organization, project: int) -> bool:
    try:
        organization.reads.project_now(project)
    except MixpanelError:
        return False
    return True


def _refuse_answer(session: Session, organization: Organization, project: int) -> None:
    """Refuse a project that is named as gone and whose list answers."""
    if project in session.configuration.gone_projects and organization.client.dialect.lists_members:
        raise Refused(
            f"{session.wording.gone_projects} names project {project}, but its list answers, so it "
            "is not gone. Take its number out of the setting. Nothing was changed in it."
        )
