"""A service account: what its inputs mean, and how it is made, read, changed and deleted.

No route changes an account (wire.md), so a changed name, role or expiry means a new one, with a
new secret; only the projects that it lists are changed in place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import (
    TYPE_CHECKING,
    Any,
)

from msgspec import UnsetType
from msgspec.structs import replace

from mixpanel_service_accounts.api.errors import (
    HTTP_CONFLICT,
    MixpanelError,
    Refused,
    StatusError,
)
from mixpanel_service_accounts.api.instants import format_instant, parse_instant
from mixpanel_service_accounts.api.models import Account
from mixpanel_service_accounts.api.whole_numbers import whole_number
from mixpanel_service_accounts.resources.account_fields import own
from mixpanel_service_accounts.resources.adoption import (
    adopted_secret,
    grant_listed,
    is_taken_over,
    keep_found,
    later_secret,
    take_over,
)
from mixpanel_service_accounts.resources.checks import Checking, take
from mixpanel_service_accounts.resources.clock_comparison import (
    compare_before_renewal,
    note_renewal,
)
from mixpanel_service_accounts.resources.contract import (
    Checked,
    Created,
    Diff,
    Read,
)
from mixpanel_service_accounts.resources.grants import (
    change_projects,
    claim_projects,
    grants_of,
    other_role,
    read_projects,
    refuse_managed,
    take_projects,
    take_role,
)
from mixpanel_service_accounts.resources.location import (
    check_place,
    current_place,
    known_place,
    moved_organization,
    place_changes,
    recorded_place,
    require_recorded,
)
from mixpanel_service_accounts.resources.names import take_name
from mixpanel_service_accounts.resources.renewal import (
    check_keepers,
    check_renewal,
)
from mixpanel_service_accounts.resources.service_account.changes import replacing_changes
from mixpanel_service_accounts.resources.service_account.input_checks import (
    check_adoption,
    check_dialect,
    check_expires,
    warn_of_moving,
)
from mixpanel_service_accounts.resources.service_account.inputs_and_state import (
    OUTPUTS,
    Inputs,
    State,
)
from mixpanel_service_accounts.resources.service_account.observed import (
    imported,
    listed_in,
    new_state,
    observed,
    state_of_existing,
)
from mixpanel_service_accounts.resources.session import Session

if TYPE_CHECKING:  # what only calls need is slow to import
    from mixpanel_service_accounts.api.organization import Organization

KIND = "ServiceAccount"

_RECORDED = ("validity_period_hours", "early_renewal_hours", "issued_at")


def check(session: Session, olds: Inputs | None, news: Mapping[str, Any]) -> Checked[Inputs]:
    """Return normalised inputs, or every failure at once; makes no call."""
    checked = Checking(session.wording, session.connections.shown_roles())
    take_name(checked, news, olds)
    check_dialect(session, checked, news)
    take_role(session, checked, news, olds)
    take(checked, "expires", news, lambda value: check_expires(session, checked, value, olds))
    warn_of_moving(session, checked, news, olds)
    take_projects(session, checked, news, olds)
    check_renewal(session, checked, news, olds)
    check_keepers(checked, news)
    check_place(session, checked, news, olds)
    check_adoption(session, checked, news, olds)
    return checked.result(Inputs)


def diff(session: Session, id_: str, state: State, inputs: Inputs) -> Diff:
    """Return what a change of inputs leads to; makes no call.

    Raises:
        Refused: The account is the one that this provider logs in with, and would be replaced.
    """
    number = int(id_)
    inputs = keep_found(inputs, state, adopted=state.adopted)
    for home in (state.home, inputs.home):
        session.claims.hold(known_place(home), number)
    move = place_changes(session, state, inputs)
    replaces = replacing_changes(state, inputs) + move.replaces
    if replaces:
        session.spare_own_login(state.username, f"replaced, for a change of {', '.join(replaces)}")
        note_renewal(session, number, state, inputs, replaces)
        return Diff((*replaces, *move.changed), replaces, ("secret", *OUTPUTS))
    refuse_managed(session, number, known_place(state.home), inputs.projects)
    claim_projects(session, number, known_place(state.home), inputs.projects)
    in_place = ("role", "expires", "rotate_when_changed", "projects", *_RECORDED)
    changed = [key for key in in_place if getattr(state, key) != getattr(inputs, key)]
    unsettled = ["granted_roles"] if "projects" in changed else []
    unsettled += [key for key in ("issued_at",) if key in changed]
    if later_secret(state.adopted, state.secret, inputs.secret) != state.secret:
        changed.append("secret")
        unsettled.append("secret")
    return Diff((*changed, *move.changed), (), (*unsettled, *move.unsettled))


def create(session: Session, inputs: Inputs) -> Created[State]:
    """Create the account, with its projects in the same call, and take its secret into state."""
    organization = session.organization(recorded_place(inputs))
    if inputs.adopt is not None:
        return _adopt(session, organization, inputs)
    compare_before_renewal(session, organization, inputs.name, inputs.name)
    try:
        created = organization.create_account(
            inputs.name,
            inputs.role,
            parse_instant(inputs.expires) if inputs.expires else None,
            grants_of(inputs.projects),
        )
    except StatusError as error:
        raise _explained(session, error) from None
    account = created.account
    seen = {**observed(account), "secret": created.secret.reveal()}
    state = new_state(inputs, home=organization.place, **seen)
    claim_projects(session, account.id, organization.place, inputs.projects)
    return Created(str(account.id), state)


def _explained(session: Session, error: StatusError) -> MixpanelError:
    """Return an error that says what to do about a name that is taken; others as they are."""
    if error.status != HTTP_CONFLICT:
        return error
    return Refused(
        f"{error} If this replaces or renews an account: a replacement is created before the old "
        f"account is deleted, and the name is unique here. Give {session.wording.name_taken}"
    )


def _adopt(session: Session, organization: Organization, inputs: Inputs) -> Created[State]:
    """Adopt an existing account; only what `projects` lists beyond what it has is written."""
    account = take_over(session, organization, inputs)
    words = grant_listed(organization, account.id, grants_of(inputs.projects))
    secret = adopted_secret(session, account, inputs)
    state = replace(
        state_of_existing(inputs, account),
        home=organization.place,
        secret=secret,
        granted_roles=words or None,
    )
    _warn_of_drift(session, state, account)
    claim_projects(session, account.id, organization.place, inputs.projects)
    return Created(str(account.id), state)


def read(session: Session, id_: str, state: State | None) -> Read[Inputs, State] | None:
    """Read the account back; the secret is carried over, since no route gives it again.

    Returns:
        What exists, or None if the account is proven to be gone.

    Raises:
        Refused: The id is none, or names an account that no state ever recorded and that does not
            exist.
    """
    organization_id, number = _numbers(id_)
    place = current_place(session, state, organization_id)
    session.claims.hold(place, number)
    organization = session.organization(place)
    account = organization.reads.account(number)
    if account is None:
        require_recorded(state, f"service account {id_}", organization)
        _warn_if_expired(session, id_, state)
        return None
    if state is None:
        state = imported(organization, account)
    projects = read_projects(session, organization, account.id, listed_in(state))
    seen = replace(state, **observed(account), home=organization.place, projects=projects)
    _warn_of_drift(session, state, account)
    return Read(str(number), seen, Inputs(**own(seen, Inputs)))


def _numbers(id_: str) -> tuple[int | None, int]:
    """Return organization and account of an id; only an import names the organization."""
    organization, slash, number = id_.rpartition("/")
    if not all(whole_number(part) for part in id_.split("/", 1)):
        raise Refused(
            f"The id of a service account is its number, such as 5001; {id_!r} was given."
        )
    return (int(organization) if slash else None), int(number)


def _warn_if_expired(session: Session, id_: str, state: State | None) -> None:
    if state and state.expires and state.expires <= format_instant(session.now()):
        session.warn_once(
            f"service account {id_} ({state.username}) expired at {state.expires} and is no "
            "longer there."
        )


def _warn_of_drift(session: Session, state: State, account: Account) -> None:
    """Report what differs from what was asked for; it never replaces the account."""
    drift = []
    expires = account.expires
    if role := other_role(account, state.role):
        drift.append(f"role {state.role!r} was asked for and is {role!r}")
    if state.expires and not isinstance(expires, UnsetType):
        there = format_instant(expires) if expires else "never"
        if there != state.expires:
            drift.append(f"expires {state.expires} was asked for and is {there}")
    if state.actual_name not in (None, account.name):
        drift.append(f"name {state.actual_name!r} became {account.name!r}")
    if drift:
        session.warn_once(
            f"service account {account.id} ({account.username}) is not as it was made: "
            f"{'; '.join(drift)}. No route changes this; replace the account to put it right "
            f"({session.wording.replace_command})."
        )


def update(session: Session, id_: str, state: State, inputs: Inputs) -> State:
    """Change the projects in place, and return the whole state.

    Raises:
        Refused: Some projects could not be changed; the others were.
    """
    number = int(id_)
    inputs = keep_found(inputs, state, adopted=state.adopted)
    organization = moved_organization(session, number, state, inputs)
    words = change_projects(session, organization, number, listed_in(state), inputs.projects)
    return replace(
        state,
        **{
            **own(inputs, Inputs),
            "home": organization.place,
            "granted_roles": words,
            "secret": later_secret(state.adopted, state.secret, inputs.secret),
        },
    )


def delete(session: Session, id_: str, state: State) -> None:
    """Delete the account with its memberships; one that is proven to be gone is done.

    Raises:
        Refused: It is the account that this provider logs in with.
    """
    number = int(id_)
    session.spare_own_login(state.username, "deleted")
    if is_taken_over(session, number, state, state.secret):
        return
    organization = session.organization(current_place(session, state))
    compare_before_renewal(session, organization, number, state.name)
    organization.delete_account(number)


__all__ = [
    "KIND",
    "Inputs",
    "State",
    "check",
    "create",
    "delete",
    "diff",
    "read",
    "state_of_existing",
    "update",
]
