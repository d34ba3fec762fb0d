"""Changes of memberships: in few calls, and verified where nobody else can vouch for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from mixpanel_service_accounts.api.batches import Batches
from mixpanel_service_accounts.api.client import Client
from mixpanel_service_accounts.api.errors import (
    HTTP_FORBIDDEN,
    HTTP_SERVER_ERROR,
    MixpanelError,
    Refused,
    StatusError,
)
from mixpanel_service_accounts.api.models import BUILT_IN_ROLES, Grant, Member, same_role
from mixpanel_service_accounts.api.pace import Pace
from mixpanel_service_accounts.api.read_back import SharedLists
from mixpanel_service_accounts.api.reads import ProjectRows, Reads, says_not_found
from mixpanel_service_accounts.api.wire import Turn

T = TypeVar("T")

_BAD_REQUEST = 400

Addition = tuple[int, Grant]
"""An account and what it is given."""

Removal = tuple[int, int]
"""An account and the project that it leaves."""


class Writes:
    """Adds and removes memberships of one organization.

    Args:
        client: The operations.
        organization_id: The organization.
        reads: What the process knows, dropped where a write changes it.
        is_new: Tells whether this process made an account: its memberships need no read-back.
        warn: Is given one line for a role that could not be read back.
    """

    def __init__(
        self,
        client: Client,
        organization_id: int,
        reads: Reads,
        is_new: Callable[[int], bool],
        warn: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self._client = client
        self._organization_id = organization_id
        self._reads = reads
        self._is_new = is_new
        self._warn = warn
        self._lists = SharedLists(reads.project_now, client.clock)
        self._unreadable: dict[int, MixpanelError] = {}
        self._additions = self._batches("add-to-project", additions_together, self._send_additions)
        self._removals = self._batches(
            "remove-from-project",
            removals_together,
            self._send_removals,
            Pace(client.clock, client.connections),
        )

    def _batches(
        self,
        route: str,
        together: Callable[[Sequence[T]], Sequence[T]],
        send: Callable[[Sequence[T], Turn | None], None],
        pace: Pace | None = None,
    ) -> Batches[T]:
        what = f"POST /organizations/{self._organization_id}/service-accounts/{route}"
        client = self._client
        return Batches(
            lambda once: client.take_turn(what, once=once),
            client.price,
            together,
            send,
            clock=client.clock,
            pace=pace,
        )

    def _send_additions(self, items: Sequence[Addition], turn: Turn | None = None) -> None:
        accounts = list(dict.fromkeys(account for account, _ in items))
        grants = list(dict.fromkeys(grant for _, grant in items))
        self._client.add_to_projects(self._organization_id, accounts, grants, turn)

    def _send_removals(self, items: Sequence[Removal], turn: Turn | None = None) -> None:
        removals: dict[int, list[int]] = {}
        for account, project in items:
            removals.setdefault(project, []).append(account)
        self._client.remove_from_projects(self._organization_id, removals, turn)

    def set_role(
        self, service_account_id: int, project_id: int, role: str, before: str | None = None
    ) -> str | None:
        """Return an account a role in a project, whatever role it had there before.

        A role change is an add, a read back and, where the role did not change, a removal and an
        add (wire.md, fact 5). A server that refuses to add again is met the same way. A role that
        this login may not read is given by a removal and an addition, whose two yeses need no
        proof. If the addition after a removal fails, the role before is added again.

        Args:
            service_account_id: The account.
            project_id: The project.
            role: The role.
            before: The role that we gave it last, if any.

        Returns:
            The server's own word for the role, or None where it was not read back.

        Raises:
            Refused: The server keeps another role, or refused this one after a removal.
        """
        if self._is_new(service_account_id):
            refusal = self._add(service_account_id, project_id, role)
            if refusal is None:
                return None
        elif project_id in self._unreadable:
            self._give_unread(service_account_id, project_id, role, before)
            return None
        else:
            with self._lists.adding(project_id):
                refusal = self._add(service_account_id, project_id, role)
        try:
            row = self._read_back(service_account_id, project_id, refusal)
        except MixpanelError as error:
            if refusal is not None or not _means_unreadable(error):
                raise
            self._unreadable[project_id] = error
            self._give_unread(service_account_id, project_id, role, before)
            return None
        if row is None or same_role(row.role, role):
            return row.role if row else None
        return self._replace(service_account_id, project_id, role, row.role)

    def _give_unread(
        self, service_account_id: int, project_id: int, role: str, before: str | None
    ) -> None:
        """Set a role that cannot be read back: a removal and an addition need no upsert."""
        if before is None:  # a role that is refused is refused before anything is removed
            self._require_added(service_account_id, project_id, role)
        try:
            self._remove(service_account_id, project_id)
        except StatusError as error:
            if not says_not_found(error):
                raise
            before = None
        self._add_after_removal(service_account_id, project_id, role, before)
        self._warn(
            f"service account {service_account_id} was given the role {role!r} in project "
            f"{project_id}, by a removal and an addition that the server accepted; it could not be "
            f"read back: {self._unreadable[project_id]}"
        )

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

    def _replace(
        self, service_account_id: int, project_id: int, role: str, before: str
    ) -> str | None:
        self.remove(service_account_id, project_id)
        # Where grants are merged into one row (wire.md), a team's may still stand for ours.
        merged = self._individual_row(service_account_id, project_id)
        self._add_after_removal(service_account_id, project_id, role, before)
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

    def _add_after_removal(
        self, service_account_id: int, project_id: int, role: str, before: str | None
    ) -> None:
        """Add a role; if that fails, the role that was removed for it is added again."""
        problem = self._problem_of_adding(service_account_id, project_id, role)
        if problem is None:
            return
        if before is None:
            raise problem
        again = self._problem_of_adding(service_account_id, project_id, before)
        outcome = "was added again." if again is None else f"could not be added again: {again}"
        raise Refused(f"{problem} The role {before!r}, which was removed for it, {outcome}")

    def _require_added(self, service_account_id: int, project_id: int, role: str) -> None:
        refusal = self._add(service_account_id, project_id, role)
        if refusal is not None:
            raise refusal

    def _problem_of_adding(
        self, service_account_id: int, project_id: int, role: str
    ) -> MixpanelError | None:
        try:
            return self._add(service_account_id, project_id, role)
        except MixpanelError as error:
            return error

    def _add(self, service_account_id: int, project_id: int, role: str) -> StatusError | None:
        """Add; return the refusal of a server that may only mean "is already there"."""
        try:
            addition = service_account_id, Grant(project_id=project_id, role=role)
            if self._client.dialect.batches:
                self._additions.run(addition)
            else:
                self._send_additions([addition])
        except StatusError as error:
            if not _may_mean_no_change(error):
                raise
            return error
        finally:
            self._reads.forget_grants(service_account_id, project_id)
        return None

    def remove(self, service_account_id: int, project_id: int) -> None:
        """Remove an account from a project; that it is not there counts as done, when proven.

        Raises:
            MixpanelError: It was not removed.
        """
        try:
            self._remove(service_account_id, project_id)
        except StatusError as error:
            if says_not_found(error):
                self._require_removed(service_account_id, project_id)
            elif not _may_mean_no_change(error) or self._may_be_there(
                service_account_id, project_id
            ):
                raise

    def _require_removed(self, service_account_id: int, project_id: int) -> None:
        """Check that a removal that found nothing is believed: proof, and no list shows the row."""
        where = f"service account {service_account_id} in project {project_id}"
        self._reads.require_proof(where)
        try:
            shown = self._individual_row(service_account_id, project_id) is not None
        except MixpanelError:  # no list is needed to remove
            shown = False
        if shown:
            raise Refused(
                f"the removal of {where} was answered with 404, and the list read after it shows "
                "the account there. It was not removed. Run the command again."
            )

    def _remove(self, service_account_id: int, project_id: int) -> None:
        try:
            removal = service_account_id, project_id
            if self._client.dialect.batches:
                self._removals.run(removal)
            else:
                self._send_removals([removal])
        finally:
            self._reads.forget_grants(service_account_id, project_id)

    def list_again(self, project_id: int) -> ProjectRows:
        """Return a project's list that began after this call, shared with others that wait for one.

        Raises:
            MixpanelError: It could not be read.
        """
        return self._lists.read(project_id)

    def _may_be_there(self, service_account_id: int, project_id: int) -> bool:
        """Return whether a removal that was refused had something to remove, as far as one sees."""
        try:
            return self._individual_row(service_account_id, project_id) is not None
        except MixpanelError:
            return True

    def _individual_row(self, service_account_id: int, project_id: int) -> Member | None:
        if self._client.dialect.lists_members:
            listed = self._lists.read(project_id)
            rows = self._reads.rows(service_account_id, project_id, listed)
        else:
            self._reads.forget_grants(service_account_id, project_id)
            rows = self._reads.rows(service_account_id, project_id)
        return next((row for row in rows if row.is_individual), None)


def additions_together(items: Sequence[Addition]) -> Sequence[Addition]:
    """Choose what goes with the first into one call, which is a cross product.

    So either all are of one account, in several projects, or all have one project and role;
    whichever are more.
    """
    account, grant = items[0]
    projects = {one.project_id: (other, one) for other, one in reversed(items) if other == account}
    accounts = {other: (other, one) for other, one in reversed(items) if one == grant}
    projects[grant.project_id] = accounts[account] = items[0]
    chosen = projects if len(projects) > len(accounts) else accounts
    return sorted(chosen.values(), key=items.index)


def removals_together(items: Sequence[Removal]) -> Sequence[Removal]:
    """Choose what goes into one call: any set."""
    return list(dict.fromkeys(items))


def _means_unreadable(error: MixpanelError) -> bool:
    """Return whether a list says nothing of a project because of who asks."""
    if isinstance(error, StatusError):
        return error.status == HTTP_FORBIDDEN
    return isinstance(error, Refused)


def _may_mean_no_change(error: StatusError) -> bool:
    return (
        error.vendor_shaped
        and _BAD_REQUEST <= error.status < HTTP_SERVER_ERROR
        and error.status not in (401, 403, 404)
    )
