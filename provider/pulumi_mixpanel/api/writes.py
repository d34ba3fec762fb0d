"""Changes of memberships, each verified where nobody else can vouch for it."""

from __future__ import annotations

from collections.abc import Callable

from pulumi_mixpanel.api.client import Client
from pulumi_mixpanel.api.errors import HTTP_SERVER_ERROR, MixpanelError, Refused, StatusError
from pulumi_mixpanel.api.models import BUILT_IN_ROLES, Member
from pulumi_mixpanel.api.reads import Reads, says_not_found

_BAD_REQUEST = 400


class Writes:
    """Adds and removes memberships of one organization.

    Args:
        client: The operations.
        organization_id: The organization.
        reads: What the process knows, dropped where a write changes it.
        is_new: Tells whether this process made an account: its memberships need no read-back.
    """

    def __init__(
        self, client: Client, organization_id: int, reads: Reads, is_new: Callable[[int], bool]
    ) -> None:
        self._client = client
        self._organization_id = organization_id
        self._reads = reads
        self._is_new = is_new

    def set_role(self, service_account_id: int, project_id: int, role: str) -> str | None:
        """Give an account a role in a project, whatever role it had there before.

        A role change is an add, a read back and, where the role did not change, a removal and an
        add (wire.md, fact 5). A server that refuses to add again is met the same way.

        Returns:
            The server's own word for the role, or None where it was not read back.

        Raises:
            Refused: The server keeps another role.
        """
        refusal = self._add(service_account_id, project_id, role)
        if refusal is None and self._is_new(service_account_id):
            return None
        row = self._read_back(service_account_id, project_id, refusal)
        if row is None or same_role(row.role, role):
            return row.role if row else None
        return self._replace(service_account_id, project_id, role)

    def _read_back(
        self, service_account_id: int, project_id: int, refusal: StatusError | None
    ) -> Member | None:
        """Read what an add led to; where nothing is there and it was refused, that counts."""
        try:
            row = self._individual_row(service_account_id, project_id)
        except MixpanelError:
            if refusal is None:
                raise
            row = None
        if refusal is not None and row is None:
            raise refusal
        return row

    def _replace(self, service_account_id: int, project_id: int, role: str) -> str | None:
        self.remove(service_account_id, project_id)
        # Where grants are merged into one row (wire.md), a team's may still stand for ours.
        merged = self._individual_row(service_account_id, project_id)
        refusal = self._add(service_account_id, project_id, role)
        if refusal is not None:
            raise refusal
        row = self._individual_row(service_account_id, project_id)
        if row is None or same_role(row.role, role):
            return row.role if row else None
        if merged is not None and merged.role == row.role:
            return row.role
        if row.role.casefold() in BUILT_IN_ROLES and role.casefold() in BUILT_IN_ROLES:
            raise Refused(
                f"service account {service_account_id} was given the role {role!r} in project "
                f"{project_id}, and the server keeps {row.role!r}."
            )
        # An organization's own role may have another spelling on the wire (wire.md, fact 7).
        return row.role

    def _add(self, service_account_id: int, project_id: int, role: str) -> StatusError | None:
        """Add; return the refusal of a server that may only mean "is already there"."""
        try:
            self._client.add_to_project(self._organization_id, service_account_id, project_id, role)
        except StatusError as error:
            if not _may_mean_no_change(error):
                raise
            return error
        finally:
            self._reads.forget_grants(service_account_id, project_id)
        return None

    def remove(self, service_account_id: int, project_id: int) -> None:
        """Take an account out of a project; that it is not there counts as done, when proven."""
        try:
            self._client.remove_from_project(self._organization_id, service_account_id, project_id)
        except StatusError as error:
            if says_not_found(error):
                self._reads.require_proof(
                    f"service account {service_account_id} in project {project_id}"
                )
            elif not _may_mean_no_change(error) or self._individual_row(
                service_account_id, project_id
            ):
                raise
        finally:
            self._reads.forget_grants(service_account_id, project_id)

    def _individual_row(self, service_account_id: int, project_id: int) -> Member | None:
        self._reads.forget_grants(service_account_id, project_id)
        rows = self._reads.rows(service_account_id, project_id)
        return next((row for row in rows if row.is_individual), None)


def same_role(one: str, other: str) -> bool:
    """Compare two spellings of a role, forgiving of case."""
    return one.casefold() == other.casefold()


def _may_mean_no_change(error: StatusError) -> bool:
    return (
        error.vendor_shaped
        and _BAD_REQUEST <= error.status < HTTP_SERVER_ERROR
        and error.status not in (401, 403, 404)
    )
