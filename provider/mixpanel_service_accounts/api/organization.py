"""One organization as one process sees it: its operations, and what the process remembers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from mixpanel_service_accounts.api.client import Client
from mixpanel_service_accounts.api.created_here import CreatedHere
from mixpanel_service_accounts.api.errors import MixpanelError, StatusError
from mixpanel_service_accounts.api.identity import spare_own
from mixpanel_service_accounts.api.models import CreatedAccount, Grant, Place
from mixpanel_service_accounts.api.reads import Reads, says_not_found
from mixpanel_service_accounts.api.recovery import Creator
from mixpanel_service_accounts.api.writes import Writes


class Organization:
    """Reads, writes and creations that stand on one another. Safe to share between threads.

    Args:
        client: The operations.
        organization_id: The organization.
        warn: Is given one line for possible orphans of earlier runs, for normalised names, and for
            accounts that have expired.
        held: Tells the accounts that resources of this process are known to hold.
        created_here: What the process creates; shared by all hosts of one organization.

    Attributes:
        id: The organization's number.
        client: The operations.
        reads: What the process has read.
        writes: Changes of memberships.
    """

    def __init__(
        self,
        client: Client,
        organization_id: int,
        *,
        warn: Callable[[str], None] = lambda _line: None,
        held: Callable[[], Collection[int]] = frozenset,
        created_here: CreatedHere | None = None,
    ) -> None:
        self.id = organization_id
        self.client = client
        self.reads = Reads(client, organization_id, warn)
        self._creator = Creator(
            client, organization_id, warn=warn, held=held, created_here=created_here
        )
        self.writes = Writes(client, organization_id, self.reads, self._creator.is_made_here, warn)

    def server_offset(self) -> timedelta | None:
        """Return how far the server's clock is ahead, by a response of this process.

        If there was none yet, the list that a create reads first is read: one call.

        Returns:
            The difference, or None if no response has a date.
        """
        if not self.client.server_time.heard:
            self._creator.read_before()
        return self.client.server_time.offset

    @property
    def place(self) -> Place:
        """Where this is: host and organization, as states record it."""
        return Place(self.client.base_url, self.id)

    def create_account(
        self, name: str, role: str | None, expires: datetime | None, projects: Sequence[Grant]
    ) -> CreatedAccount:
        """Create an account, exactly once."""
        try:
            return self._creator.create(name, role, expires, projects)
        finally:
            self.reads.forget_accounts()

    def delete_account(self, service_account_id: int) -> None:
        """Delete an account; that it is not there counts as done, when proven.

        Raises:
            Refused: It is the account that we log in with, or nothing proves that it is gone.
        """
        before = self._creator.read_before()
        spare_own(self.client, service_account_id, before.own)
        try:
            self.client.delete_service_account(self.id, service_account_id)
        except MixpanelError as error:
            if not (isinstance(error, StatusError) and says_not_found(error)):
                self.reads.forget_accounts()
                raise
            if service_account_id in before.ids or self._creator.is_made_here(service_account_id):
                self.reads.require_gone(service_account_id)
            else:  # two answers agree: the list of before, and the 404
                self.reads.require_proof(f"service account {service_account_id}")
        else:
            self.reads.forget_accounts()
        self._creator.note_deleted(service_account_id)
