"""The two descriptions of one API: paths, bodies and decoding.

Nothing outside this folder knows that there are two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from mixpanel_service_accounts.api.models import Account, CreatedAccount, Grant, Listing, Me, Member
from mixpanel_service_accounts.api.wire import Answer, Request, Turn

Send = Callable[[Request], Answer]


class Dialect(Protocol):
    """What a dialect can be asked for; `Client` documents each call.

    Attributes:
        name: `bulk` or `nested`.
        roles: The closed list of roles, or None where organizations may have their own.
        sets_attributes: Whether an account can be created with a role, an expiry and projects.
        tells_creator: Whether the server says who created an account, and when it was last used.
        tells_sensitivity: Whether a membership says that it sees sensitive data.
        batches: Whether one call can change the memberships of several accounts and projects.
        lists_members: Whether one call lists the accounts of a project.
    """

    name: str
    roles: tuple[str, ...] | None
    sets_attributes: bool
    tells_creator: bool
    tells_sensitivity: bool
    batches: bool
    lists_members: bool

    def __init__(self, send: Send) -> None: ...

    def me(self) -> Me: ...  # noqa: D102

    def list_accounts(self, organization: int) -> Listing[Account]: ...  # noqa: D102

    def create_account(  # noqa: D102
        self,
        organization: int,
        name: str,
        role: str | None,
        expires: datetime | None,
        projects: Sequence[Grant],
    ) -> CreatedAccount: ...

    def get_account(self, organization: int, account: int) -> Account: ...  # noqa: D102

    def delete_account(self, organization: int, account: int) -> None: ...  # noqa: D102

    def list_members(self, organization: int, project: int) -> Listing[Member]: ...  # noqa: D102

    def list_account_projects(self, organization: int, account: int) -> Listing[Grant]: ...  # noqa: D102

    def add_to_projects(  # noqa: D102
        self,
        organization: int,
        accounts: Sequence[int],
        grants: Sequence[Grant],
        turn: Turn | None = None,
    ) -> None: ...

    def remove_from_projects(  # noqa: D102
        self,
        organization: int,
        removals: Mapping[int, Sequence[int]],
        turn: Turn | None = None,
    ) -> None: ...
