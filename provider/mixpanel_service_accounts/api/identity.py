"""Whose account an answer speaks of: answers are compared with what was asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from msgspec import UNSET, Struct
from msgspec.structs import replace

from mixpanel_service_accounts.api.client import Client
from mixpanel_service_accounts.api.errors import MalformedAnswer, Refused, StatusError
from mixpanel_service_accounts.api.models import Account, CreatedAccount
from mixpanel_service_accounts.api.naming import is_same_login, may_have_name


class Before(Struct, frozen=True):
    """The organization before this process created or deleted anything.

    Attributes:
        accounts: The accounts of the list.
        our_user: The `user` of our own login's row; None if the list does not show it.
        own: The numbers of the rows that are our own login.
        login: The username of our own login.
        path: The route of the list.
        me: The `user_id` of `/me`; None if it was not needed or not given.
    """

    accounts: tuple[Account, ...]
    our_user: int | None
    own: frozenset[int]
    login: str
    path: str
    me: int | None = None

    @property
    def ids(self) -> frozenset[int]:
        """The numbers that are no new account's."""
        return frozenset(account.id for account in self.accounts)

    @property
    def user(self) -> int | None:
        """The `user` of our own login, by its row or by `/me`; None if neither shows it."""
        return self.me if self.our_user is None else self.our_user

    def is_own(self, account: Account) -> bool:
        """Return whether an account, as an answer shows it, is the one that we log in with."""
        return (
            account.id in self.own
            or is_same_login(self.login, account.username)
            or (self.user is not None and account.user == self.user)
        )


def list_twice_if_paged(client: Client, organization_id: int) -> list[Account]:
    """List an organization's accounts; of a list of several pages, both readings count.

    What it lacks may only have slipped from one page to another while they were read.
    """
    listing = client.list_service_accounts(organization_id)
    if listing.pages == 1:
        return listing
    known = {account.id for account in listing}
    again = client.list_service_accounts(organization_id)
    return [*listing, *(account for account in again if account.id not in known)]


def look_before(client: Client, organization_id: int) -> Before:
    """Read the list that shows what is there and who we are.

    `/me` is asked only if the list does not show our login.
    """
    accounts = list_twice_if_paged(client, organization_id)
    our_user = user_of_login(client, accounts)
    listed = any(is_same_login(client.username, account.username) for account in accounts)
    me = None if listed else _user_of_me(client, accounts)
    path = f"/organizations/{organization_id}/service-accounts"
    before = Before(tuple(accounts), our_user, frozenset(), client.username, path, me)
    own = frozenset(account.id for account in accounts if before.is_own(account))
    return replace(before, own=own)


def user_of_login(client: Client, accounts: Iterable[Account]) -> int | None:
    """Return the `user` of our own login's row; None if there is none."""
    own = next((a for a in accounts if is_same_login(a.username, client.username)), None)
    return own.user if own is not None and isinstance(own.user, int) else None


def _user_of_me(client: Client, accounts: Sequence[Account]) -> int | None:
    """Ask `/me`, if rows of this dialect show a user to compare its answer with."""
    if not any(account.user is not UNSET for account in accounts):
        return None
    try:
        user = client.me().user_id
    except StatusError:
        return None
    return user if isinstance(user, int) else None


def require_new(
    name: str, created: CreatedAccount, before: Before, *, made_here: bool
) -> CreatedAccount:
    """Return a create's answer, if it speaks of the account that the create made.

    Raises:
        MalformedAnswer: It speaks of another: then it counts as lost, for ours may be there.
    """
    account = created.account
    if before.is_own(account):
        problem = "which is our own login"
    elif account.id in before.ids:
        problem = "which was there before"
    elif account.username in {one.username for one in before.accounts}:
        problem = "whose username another account has"
    elif made_here:
        problem = "which another create of this run made"
    elif not may_have_name(account, name):
        problem = "whose name is not the one asked for"
    else:
        return created
    said = f"was answered with service account {account.id}, {problem}; that is not believed."
    raise MalformedAnswer("POST", before.path, said)


def spare_own(client: Client, service_account_id: int, own: Collection[int]) -> None:
    """Refuse to delete the account that we log in with, by its number.

    Raises:
        Refused: It is that account.
    """
    if service_account_id in own:
        raise Refused(
            f"{client.username!r} is the account that this provider logs in with, and would be "
            "deleted. Log in with another account first."
        )
