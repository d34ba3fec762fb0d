"""Two memberships of one account in one project: each would undo the role of the other.

A second one is refused where it is created. Two that are in the state already are told, for
neither may take away what the other grants.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mixpanel_service_accounts.api.errors import Refused
from mixpanel_service_accounts.resources.checks import Checking
from mixpanel_service_accounts.resources.ledger import Grant, Ledger
from mixpanel_service_accounts.resources.location import known_place
from mixpanel_service_accounts.resources.session import Session


def warn_of_two_in_state(
    session: Session, checked: Checking, before: Grant | None, now: Grant | None
) -> None:
    """Warn if a second resource of the program has, and had, the same account and project.

    The engine checks a resource that it knows once in a process, so a second check of one pair is
    another resource's.

    Args:
        session: Its ledger has the pairs that were checked.
        checked: Takes the warning.
        before: The pair in the inputs of the last run, if it is known.
        now: The pair in the new inputs, if it is known.
    """
    if session.ledger is None or now is None or now != before:
        return
    if now in session.ledger.checked_memberships:
        _, account, project = now
        checked.warnings.append(
            f"two ProjectMembership resources of this {session.wording.stack} have the same "
            f"service account {account} and project {project}, so each may change the role that "
            "the other gave. Remove one of them from the program: the account stays in the project."
        )
    session.ledger.checked_memberships.add(now)


def pair_of(account: object, project: object, home: object) -> Grant | None:
    """Return organization, service account and project; None if one is not known."""
    place = known_place(home)
    if place is None or not isinstance(account, int) or not isinstance(project, int):
        return None
    return place.organization_id, account, project


@contextmanager
def creating(session: Session, pair: Grant) -> Iterator[None]:
    """Create a membership, unless another resource of this run wants the same.

    Raises:
        Refused: Another one was created in this process, is in the program unchanged, or the
            account's own `projects` lists the project.
    """
    if session.claims.lists(pair):
        raise Refused(listed_already(pair))
    ledger = session.ledger
    if ledger is None:
        yield
        return
    mine = object()
    if pair in ledger.memberships or ledger.made_memberships.setdefault(pair, mine) is not mine:
        raise Refused(_refusal(pair))
    try:
        yield
    except BaseException:
        del ledger.made_memberships[pair]
        raise


def refuse_after_creation(ledger: Ledger | None, pair: Grant) -> None:
    """Refuse a membership in the state if another resource was just created with its pair.

    Raises:
        Refused: So it is.
    """
    if ledger and pair in ledger.made_memberships:
        raise Refused(_refusal(pair))


def listed_already(pair: Grant) -> str:
    """Return why a membership is refused that the account's own `projects` manages already."""
    _, account, project = pair
    return (
        f"project {project} is in the list `projects` of service account {account} already; manage "
        "it in one place, there or here."
    )


def _refusal(pair: Grant) -> str:
    _, account, project = pair
    return (
        f"another ProjectMembership of this program has the same service account {account} and "
        f"project {project}, and an account has one role in a project. Keep one of the two; the "
        "account stays in the project."
    )
