"""Create exactly once, though the answer may be lost, and the only secret with it.

What this module deletes is somebody's credential. So it deletes an account only where everything
says that it is the one whose answer was lost: it was not there before, it is the only new one of
its name, nobody in this process made it, its creator is our own login, and it was never used.
In doubt it deletes nothing and names what it found.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from mixpanel_service_accounts.api.client import Client
from mixpanel_service_accounts.api.created_here import CreatedHere
from mixpanel_service_accounts.api.errors import (
    MixpanelError,
    Refused,
    RequestError,
    StatusError,
)
from mixpanel_service_accounts.api.identity import (
    Before,
    list_twice_if_paged,
    look_before,
    require_new,
    user_of_login,
)
from mixpanel_service_accounts.api.lost_creates import (
    has_answered,
    is_lost,
    is_ours,
    is_refusal_of_another,
    may_be_ours,
    unread,
)
from mixpanel_service_accounts.api.models import Account, CreatedAccount, Grant
from mixpanel_service_accounts.api.naming import has_name, may_have_name
from mixpanel_service_accounts.api.reads import says_not_found
from mixpanel_service_accounts.api.single_flight import SingleFlight

SERVER_DEADLINE = 120.0
"""Seconds after which the server has done what it will do of a request (wire.md, fact 8)."""

MOST_NEW_TRIES = 2
_FIRST_PAUSE, _LONGEST_PAUSE = 2.0, 30.0
_PAUSE_AFTER_VENDOR_ERROR = 5.0


class Creator:
    """Makes accounts of one organization, each exactly once. Safe to share between threads.

    Args:
        client: The operations.
        organization_id: The organization.
        warn: Is given one line for possible orphans of earlier runs.
        held: Tells the accounts that resources of this process are known to hold.
        created_here: What the process creates; shared by all hosts of one organization.
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
        self._client = client
        self._organization_id = organization_id
        self._warn = warn
        self._held = held
        self._created_here = created_here or CreatedHere()
        self._lists = SingleFlight()
        # Here, for two hosts may not share their numbers.
        self._made: set[int] = set()
        self._deleted: set[int] = set()

    def is_made_here(self, service_account_id: int) -> bool:
        """Return whether this process made an account."""
        return self._created_here.has(self._organization_id, service_account_id)

    def note_deleted(self, service_account_id: int) -> None:
        """Remember that this process deleted an account, which the list of before still shows."""
        self._deleted.add(service_account_id)

    def create(
        self, name: str, role: str | None, expires: datetime | None, projects: Sequence[Grant]
    ) -> CreatedAccount:
        """Make an account and learn its secret.

        Creates whose names a server may make equal wait for each other: what a lost answer left
        behind could not be told from what another thread is making at that moment.

        Raises:
            Refused: An answer was lost, and what it left behind is in doubt.
            MixpanelError: The account was not made.
        """
        before = self.read_before()
        with self._created_here.one_by_one(self._organization_id, name):
            self._tell_orphans(before, name)
            created = self._create(before, name, role, expires, projects)
            self._created_here.add(self._organization_id, created.account.id)
            self._made.add(created.account.id)
            self._note_form(name, created.account)
            return created

    def _note_form(self, name: str, account: Account) -> None:
        """Remember what the server made of a name, and warn where that is not the name."""
        if has_name(account, name):
            return
        self._created_here.add_form(self._organization_id, name, account.name)
        self._warn(
            f"service account {account.id} was asked for as {name!r}, and the server named it "
            f"{account.name!r} ({account.username}): it normalises names."
        )

    def _create(
        self,
        before: Before,
        name: str,
        role: str | None,
        expires: datetime | None,
        projects: Sequence[Grant],
    ) -> CreatedAccount:
        lost: RequestError | None = None
        for tries_left in range(MOST_NEW_TRIES, -1, -1):
            sent_at = self._client.clock.monotonic()
            try:
                return self._try(before, name, role, expires, projects)
            except RequestError as error:
                if not is_lost(error):
                    self._explain_refusal(before, name, error, lost)
                    raise
                lost = error
            self._recover(before, name, lost, sent_at, tries_left)
        raise AssertionError("unreachable: the last recovery raises")

    def _try(
        self,
        before: Before,
        name: str,
        role: str | None,
        expires: datetime | None,
        projects: Sequence[Grant],
    ) -> CreatedAccount:
        """Send the create once; whatever keeps its response from being read makes it a lost one."""
        try:
            created = self._client.create_service_account(
                self._organization_id, name, role=role, expires=expires, projects=projects
            )
            return require_new(name, created, before, made_here=created.account.id in self._made)
        except MixpanelError:
            raise
        except Exception as error:  # noqa: BLE001 (the account may be there all the same)
            raise unread(before.path, error, self._client.wording.product) from None

    def _explain_refusal(
        self, before: Before, name: str, refusal: RequestError, lost: RequestError | None
    ) -> None:
        """Raise instead of a refusal if there may be an account in spite of it.

        A later try may be refused for what a lost one left behind, as a name that is taken. And a
        refusal that is not in the API's own shape may come from something that had passed it on.
        """
        if lost is not None:
            found = self._new_accounts(before, name, lost)
            then = f"The next try was refused: {refusal} "
            raise self._in_doubt(name, lost, found, then) from None
        if is_refusal_of_another(refusal):
            found = self._new_accounts(before, name, refusal)
            if found:
                raise self._in_doubt(name, refusal, found) from None

    def _recover(
        self, before: Before, name: str, lost: RequestError, sent_at: float, tries_left: int
    ) -> None:
        """Undo a create whose answer was lost, or raise; returning means: create again."""
        self._client.announce(
            f"the answer to the creation of {name!r} was lost ({lost.reason}); looking for what "
            "it left behind"
        )
        found = self._look(before, name, lost, sent_at)
        certain = (
            self._client.dialect.tells_creator
            and len(found) <= 1
            and all(is_ours(account, before.our_user) for account in found)
            and all(self._is_name(account, name) for account in found)
        )
        if not certain:
            raise self._in_doubt(name, lost, found)
        for orphan in found:
            self._delete(before, name, lost, orphan)
        if tries_left == 0:
            raise Refused(
                f"{self._lost(name, lost)} That was the last of {MOST_NEW_TRIES + 1} tries; "
                f"no account of them is in the list. Run {self._client.wording.run} again later."
            )

    def _look(self, before: Before, name: str, lost: RequestError, sent_at: float) -> list[Account]:
        """List until a new account of the name shows or the server's own deadline has passed."""
        clock = self._client.clock
        vendor = has_answered(lost)
        pause, looks = _FIRST_PAUSE, 0
        while True:
            found = self._new_accounts(before, name, lost)
            looks += 1
            left = SERVER_DEADLINE - (clock.monotonic() - sent_at)
            shows = any(may_be_ours(account, before.our_user) for account in found)
            if shows or left <= 0 or (vendor and looks > 1):
                return found
            pause = _PAUSE_AFTER_VENDOR_ERROR if vendor else min(pause, left)
            self._client.announce(
                f"waiting {pause:.0f} s for {name!r} to show in the list of accounts, look "
                f"{looks + 1}"
            )
            try:
                clock.sleep(pause)
            except MixpanelError as cut:
                raise self._unseen(name, lost, cut) from None
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _new_accounts(self, before: Before, name: str, lost: RequestError) -> list[Account]:
        return [
            account
            for account in self._read_afterwards(before, name, lost)
            if may_have_name(account, name)
            and account.id not in before.ids
            and not before.is_own(account)
            and not self.is_made_here(account.id)
        ]

    def _is_name(self, account: Account, name: str) -> bool:
        """Return whether an account has the name, or the form that this server makes of it."""
        return has_name(account, name) or self._created_here.has_form(
            self._organization_id, name, account.name
        )

    def _read_afterwards(self, before: Before, name: str, lost: RequestError) -> list[Account]:
        problem: object = "it does not show our own login, which it showed before"
        try:
            accounts = list_twice_if_paged(self._client, self._organization_id)
        except MixpanelError as error:
            problem = error
        else:
            if before.our_user in (None, user_of_login(self._client, accounts)):
                return accounts
        raise self._unseen(name, lost, problem)

    def _unseen(self, name: str, lost: RequestError, problem: object) -> Refused:
        return Refused(
            f"{self._lost(name, lost)} The list of accounts could not be read afterwards "
            f"({problem}), so an account of that name may be there whose secret nobody has. "
            f"Look for it before the next {self._client.wording.run}, and delete it if nothing "
            "uses it."
        )

    def _delete(self, before: Before, name: str, lost: RequestError, orphan: Account) -> None:
        self._client.announce(
            f"deleting service account {orphan.id} ({orphan.username}): it was made for {name!r} "
            "just now, and its secret was lost on the way"
        )
        try:
            self._client.delete_service_account(self._organization_id, orphan.id)
        except MixpanelError as error:
            then = f"It could not be deleted: {error} "
            if isinstance(error, StatusError) and says_not_found(error):
                if orphan.id not in [one.id for one in self._read_afterwards(before, name, lost)]:
                    return
                then += "The list, read after that, shows it. "
            raise self._in_doubt(name, lost, [orphan], then) from None

    def _in_doubt(
        self,
        name: str,
        lost: RequestError,
        found: Sequence[Account],
        then: str = "",
    ) -> Refused:
        if not found:
            what = (
                f"No account of that name is in the list. Run {self._client.wording.run} again; "
                "should one appear that "
                "nothing uses, delete it in Mixpanel's organization settings, under Service "
                "Accounts."
            )
        else:
            named = "; ".join(_describe(account) for account in found)
            what = (
                f"New accounts of that name, one of which may be what was lost: {named}. Nothing "
                "was deleted. Delete in Mixpanel's organization settings, under Service Accounts, "
                f"those that nothing uses, and run {self._client.wording.run} again."
            )
        return Refused(f"{self._lost(name, lost)} {then}{what}")

    def _lost(self, name: str, lost: RequestError) -> str:
        return (
            f"the answer to the creation of {name!r} in organization {self._organization_id} was "
            f"lost: {lost}"
        )

    def read_before(self) -> Before:
        """Read the list once, before this process creates or deletes; all threads wait for it."""
        return self._lists.get("before", self._load_before)

    def _load_before(self) -> Before:
        return look_before(self._client, self._organization_id)

    def _tell_orphans(self, before: Before, name: str) -> None:
        known = {*self._held(), *self._deleted}
        orphans = [
            account
            for account in before.accounts
            if account.name == name
            and is_ours(account, before.our_user)
            and account.id not in known
        ]
        if orphans:
            named = "; ".join(_describe(account) for account in orphans)
            words = self._client.wording
            self._warn(
                f"accounts of the name {name!r} that this login made earlier and nobody ever used, "
                f"perhaps left behind by a killed run: {named}. Or a resource that this run did "
                f"not look at holds them (a new name, {words.partial_runs}): "
                f"`{words.orphans_command}`, which reads the states, tells them apart. Nothing was "
                "done about them."
            )


def _describe(account: Account) -> str:
    created = f", made {account.created:%Y-%m-%dT%H:%M:%SZ}" if account.created else ""
    return f"{account.id} ({account.username}{created})"
