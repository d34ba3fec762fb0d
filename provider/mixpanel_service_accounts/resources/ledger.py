"""What one process knows of the other resources of a program: accounts held, grants wanted.

A shell whose process sees every resource of a run keeps a ledger. A shell whose process does not
(Terraform's apply sees only what changes) has none, and nothing is concluded from its silence.
"""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct, field
from msgspec.structs import replace

from mixpanel_service_accounts.api.models import Place

Grant = tuple["int | None", int, int]
"""Organization, service account and project; the organization is None if it is not known yet."""


class Holding(Struct, frozen=True):
    """A resource that holds, or is about to adopt, the account that `adopt` names.

    Attributes:
        by: Its kind and name, for messages.
        place: Where its account lives, as far as that is known.
        recorded: Whether a state holds the account; otherwise the program adopts it twice.
    """

    by: str
    place: Place | None = None
    recorded: bool = True


class Claims(Struct):
    """What a process has seen of the resources of its run, whichever it sees.

    Where it says yes, it is so; nothing is concluded from its silence.

    Attributes:
        held: The accounts that resources hold, as base URL and number: whether two hosts share
            their numbers is unknown.
        listed: The grants that some account's `projects` manages.
        created: The grants of memberships that this process created.
    """

    held: set[tuple[str, int]] = field(default_factory=set)
    listed: set[Grant] = field(default_factory=set)
    created: set[Grant] = field(default_factory=set)

    def hold(self, place: Place | None, number: int) -> None:
        """Record that a resource holds an account, if the account's place is known."""
        if place:
            self.held.add((place.base_url, number))

    def held_at(self, base_url: str) -> Collection[int]:
        """Return the numbers of the accounts that resources hold on a host."""
        return {number for host, number in self.held.copy() if host == base_url}

    def lists(self, grant: Grant) -> bool:
        """Return whether some account's `projects` manages a grant."""
        return _is_among(grant, self.listed)

    def wants(self, grant: Grant) -> bool:
        """Return whether a resource of the run grants what another one is about to revoke."""
        return self.lists(grant) or grant in self.created


class Ledger(Struct):
    """Shared by all calls and threads of a process. Each method is one atomic operation.

    Attributes:
        claims: What the process has seen of accounts and grants.
        memberships: The grants that membership resources manage.
        checked_memberships: The grants of memberships in the state that this process has checked.
        made_memberships: The grants of memberships that this process creates or created.
        renewals: Numbers and names of the accounts that this process replaces because the clock
            alone says so (clock_comparison.py).
        adopted: The accounts that a create of this process adopted, and whether with a secret.
    """

    claims: Claims = field(default_factory=Claims)
    memberships: set[Grant] = field(default_factory=set)
    checked_memberships: set[Grant] = field(default_factory=set)
    made_memberships: dict[Grant, object] = field(default_factory=dict)
    renewals: set[int | str] = field(default_factory=set)
    adopted: dict[tuple[str, int], bool] = field(default_factory=dict)

    def of_refresh(self) -> Ledger:
        """Return a ledger that shares everything but the grants that the program wants: none."""
        return replace(self, claims=Claims(held=self.claims.held), memberships=set())

    def manages(self, grant: Grant) -> bool:
        """Return whether a membership resource of the program manages a grant."""
        return self.wants(grant) or _is_among(grant, self.made_memberships)

    def wants(self, grant: Grant) -> bool:
        """Return whether a membership resource of the program, as it is now, has a grant.

        If so, deleting another resource must not revoke it: a resource got another name, a
        membership moved to `projects` or back, or a replacement came before its deletion.
        """
        return _is_among(grant, self.memberships)


def _is_among(grant: Grant, grants: Collection[Grant]) -> bool:
    """Return whether a grant is among others; an organization that is not known is any."""
    if grant[0] is None:
        return any(one[1:] == grant[1:] for one in tuple(grants))
    return grant in grants or (None, *grant[1:]) in grants
