"""Two memberships of one account in one project: each would undo the role of the other.

A second one is refused where it is created. Two that are in the state already are told, for
neither may take away what the other grants.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mixpanel_service_accounts.api.errors import Refused
from mixpanel_service_accounts.resources.context import Context, place_of
from mixpanel_service_accounts.resources.values import Checked, Inputs

Pair = tuple[int | None, int, int]
"""Organization, service account and project."""


def tell_two_in_state(context: Context, checked: Checked, olds: Inputs) -> None:
    """Warn if a second resource of the program has, and had, the same account and project.

    The engine checks a resource that it knows once in a process, so a second check of one pair is
    another resource's.
    """
    pair = _pair_of(checked.inputs)
    if pair is None or pair != _pair_of(olds):
        return
    if pair in context.checked_memberships:
        _, account, project = pair
        checked.warnings.append(
            f"two ProjectMembership resources of this stack have the same service account "
            f"{account} and project {project}, so each may change the role that the other gave. "
            "Remove one of them from the program: the account stays in the project."
        )
    context.checked_memberships.add(pair)


def _pair_of(inputs: Inputs) -> Pair | None:
    numbers = inputs.get("service_account_id"), inputs.get("project_id")
    place = place_of(inputs.get("home"))
    if place is None or not all(isinstance(number, int) for number in numbers):
        return None
    return place.organization_id, *numbers  # type: ignore[return-value]


@contextmanager
def creating(context: Context, pair: Pair) -> Iterator[None]:
    """Create a membership, unless another resource of this run wants the same.

    Raises:
        Refused: Another one was created in this process, or is in the program unchanged.
    """
    mine = object()
    if pair in context.memberships or context.made_memberships.setdefault(pair, mine) is not mine:
        raise Refused(_refusal(pair))
    try:
        yield
    except BaseException:
        del context.made_memberships[pair]
        raise


def refuse_after_creation(context: Context, pair: Pair) -> None:
    """Refuse a membership in the state if another resource was just created with its pair.

    Raises:
        Refused: So it is.
    """
    if pair in context.made_memberships:
        raise Refused(_refusal(pair))


def _refusal(pair: Pair) -> str:
    _, account, project = pair
    return (
        f"another ProjectMembership of this program has the same service account {account} and "
        f"project {project}, and an account has one role in a project. Keep one of the two; the "
        "account stays in the project."
    )
