"""A service account that is rotated with an overlap: a current one, and for a while a previous one.

A replacement gives consumers no time. Here the next account is made, the current one becomes the
previous, and goes on working until the overlap is over; then an up retires it. The resource's id is
`organization/rotating/first account`: it stays, whichever account is the current one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from mixpanel_service_accounts.api.errors import MixpanelError, Refused
from mixpanel_service_accounts.api.instants import parse_instant
from mixpanel_service_accounts.api.models import Account
from mixpanel_service_accounts.resources.account_fields import ProjectRole, own
from mixpanel_service_accounts.resources.adoption import (
    adopted_secret,
    check_adopt,
    grant_listed,
    is_taken_over,
    keep_found,
    later_secret,
    refuse_replacing,
    take_over,
)
from mixpanel_service_accounts.resources.checks import Checking
from mixpanel_service_accounts.resources.clock_comparison import compare_clocks
from mixpanel_service_accounts.resources.contract import Checked, Created, Diff, Read
from mixpanel_service_accounts.resources.fields import decode, is_known
from mixpanel_service_accounts.resources.grants import (
    Listed,
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
    sure_place_changes,
)
from mixpanel_service_accounts.resources.names import CANNOT_LOG_IN, take_name
from mixpanel_service_accounts.resources.renewal import check_keepers, date_of
from mixpanel_service_accounts.resources.rotating_service_account.dates import (
    ON_DEMAND,
    announce_overlap,
    check_dates,
    check_terms,
    due_steps,
    retires,
    rotates,
    rotates_by_the_clock,
)
from mixpanel_service_accounts.resources.rotating_service_account.ids import first_account
from mixpanel_service_accounts.resources.rotating_service_account.imported import imported
from mixpanel_service_accounts.resources.rotating_service_account.inputs_and_state import (
    ISSUED_ANEW,
    PERIODS,
    RETIRED,
    Inputs,
    State,
)
from mixpanel_service_accounts.resources.rotating_service_account.issued import (
    accounts_of,
    current_of,
    previous_of,
    with_previous,
    without_current,
)
from mixpanel_service_accounts.resources.rotating_service_account.steps import (
    kept,
    observed,
    rotated,
    run_after_rotation,
    run_in_place,
    with_next,
)
from mixpanel_service_accounts.resources.session import Session

KIND = "RotatingServiceAccount"

_COMPARED = (*ON_DEMAND, "projects", *PERIODS)


def check(session: Session, olds: Inputs | None, news: Mapping[str, Any]) -> Checked[Inputs]:
    """Return normalised inputs, with the dates that are due moved, or every failure at once."""
    checked, dialect = Checking(session.wording, session.connections.shown_roles()), session.dialect
    if not dialect.sets_attributes:
        checked.fail(
            "",
            f"{session.wording.rotating} cannot be had under the dialect `{dialect.name}`: "
            "document 1.0 of the API knows no expiry. Use the dialect `bulk`.",
        )
    take_name(checked, news, olds)
    take_role(session, checked, news, olds)
    take_projects(session, checked, news, olds)
    check_terms(checked, news)
    check_keepers(checked, news)
    check_place(session, checked, news, olds)
    check_adopt(session, checked, news, olds)
    if olds and news.get("adopt") is not None and not checked.failures:
        inputs = decode(Inputs, checked.inputs)
        refuse_replacing(checked, sure_place_changes(session, olds, inputs))
    check_dates(session, checked, olds)
    _refuse_colon(checked, olds)
    return checked.result(Inputs)


def _refuse_colon(checked: Checking, olds: Inputs | None) -> None:
    """Refuse a rotation that is due if the next account could never log in."""
    name, moved = checked.inputs.get("name"), olds.rotated_at if olds else None
    if moved and moved != checked.inputs.get("rotated_at") and ":" in str(name):
        checked.fail(
            "name",
            f"a rotation is due, and its new account could never log in, {CANNOT_LOG_IN}: change "
            f"the name {name!r}.",
        )


def diff(session: Session, id_: str, state: State, inputs: Inputs) -> Diff:
    """Return what a change of inputs leads to; makes no call. Only another place replaces.

    Raises:
        Refused: One of the accounts is the one that this provider logs in with, and would be
            deleted.
    """
    del id_
    _hold(session, state, inputs.projects)
    move = place_changes(session, state, inputs)
    if move.replaces:
        for _, username in accounts_of(state):
            session.spare_own_login(
                username, f"replaced, for a change of {', '.join(move.replaces)}"
            )
        return Diff((*move.replaces, *move.changed), move.replaces, ISSUED_ANEW)
    for number, _ in accounts_of(state):
        refuse_managed(session, number, known_place(state.home), inputs.projects)
    given, inputs = inputs, keep_found(inputs, state, adopted=state.adopted)
    announce_overlap(session, state, inputs)
    changed = [key for key in _COMPARED if _differs(state, inputs, key)]
    unsettled: list[str] = []
    if "projects" in changed:
        unsettled += ["granted_roles", "previous_projects", "previous_granted_roles"]
    if set(PERIODS) & set(changed):
        unsettled += ["next_rotation_at", "retires_at"]
    if later_secret(state.adopted, state.secret, inputs.secret) != state.secret:
        changed.append("secret")
        unsettled.append("secret")
    if rotates(session, state, inputs):
        changed.append("rotated_at")
        unsettled += ISSUED_ANEW
        unsettled += ["role"] if given.role != inputs.role else []
    if retires(session, state, inputs):
        changed.append("retires_at")
        unsettled += RETIRED
    unsettled += _perhaps_unsettled(inputs)
    if _is_behind(state, inputs):
        changed.append("")
        unsettled += ["retiring", "previous_projects", "previous_granted_roles"]
    return Diff(
        (*changed, *move.changed),
        (),
        (*dict.fromkeys(unsettled), *move.unsettled),
        notes=tuple(due_steps(session, state, inputs)),
    )


def _perhaps_unsettled(inputs: Inputs) -> tuple[str, ...]:
    """Return what is altered if an input that is not known yet asks for a step."""
    asking = (getattr(inputs, key) for key in (*ON_DEMAND, *PERIODS))
    return () if all(map(is_known, asking)) else (*ISSUED_ANEW, *RETIRED, "role")


def _differs(state: State, inputs: Inputs, key: str) -> bool:
    """Return whether an input differs; an early renewal that no one gave is one of 0 hours."""
    old, new = getattr(state, key), getattr(inputs, key)
    return (old or 0) != (new or 0) if key == "early_renewal_hours" else old != new


def _is_behind(state: State, inputs: Inputs) -> bool:
    """Return whether an earlier update left something to do."""
    previous = previous_of(state)
    return bool(state.retiring) or (previous is not None and previous.projects != inputs.projects)


def _hold(session: Session, state: State, projects: list[ProjectRole] | None) -> None:
    """Record our accounts, and what the program, as it is now, lists for them."""
    place = known_place(state.home)
    for number, _ in accounts_of(state):
        session.claims.hold(place, number)
        claim_projects(session, number, place, projects)


def create(session: Session, inputs: Inputs) -> Created[State]:
    """Create the first account, or adopt the one that `adopt` names."""
    organization = session.organization(recorded_place(inputs))
    before = State(**{**own(inputs, Inputs), "home": organization.place})
    if inputs.adopt is not None:
        account = take_over(session, organization, inputs)
        _warn_of_other_role(session, account, inputs)
        words = grant_listed(organization, account.id, grants_of(inputs.projects))
        secret = adopted_secret(session, account, inputs)
        state = replace(
            before,
            adopted=True,
            granted_roles=words or None,
            secret=secret,
            **observed(account),
        )
    else:
        created = organization.create_account(
            inputs.name,
            inputs.role,
            parse_instant(inputs.expires or ""),
            grants_of(inputs.projects),
        )
        state = replace(before, **observed(created.account), secret=created.secret.reveal())
    _hold(session, state, inputs.projects)
    return Created(f"{organization.id}/rotating/{state.service_account_id}", with_next(state))


def _warn_of_other_role(session: Session, account: Account, inputs: Inputs) -> None:
    """Warn that an adopted account keeps its role, if the server names one; only lists do."""
    if role := other_role(account, inputs.role):
        session.warn_once(
            f"service account {account.id} ({account.username}) has the role {role!r} in the "
            f"organization, and not {inputs.role!r}: no route changes it. The account that the "
            "next rotation makes has the role that was asked for."
        )


def update(session: Session, id_: str, state: State, inputs: Inputs) -> State:
    """Take the steps that are due: create the next account, change projects, retire the previous.

    Once an account was created, nothing that fails afterwards may lose its secret: it is reported
    in a warning, and the next run goes on from there.

    Raises:
        Refused: A step failed, and no account was created.
    """
    account = next((number for number, _ in accounts_of(state)), None) or first_account(id_)
    _hold(session, state, inputs.projects)
    organization = moved_organization(session, account, state, inputs)
    given, inputs = inputs, keep_found(inputs, state, adopted=state.adopted)
    if rotates(session, state, inputs):
        if rotates_by_the_clock(state, inputs):
            compare_clocks(session, organization, f"The rotation of {inputs.name!r}")
        after = replace(rotated(session, organization, state, given), home=organization.place)
        return with_next(run_after_rotation(session, organization, after, inputs))
    after = replace(kept(state, inputs), home=organization.place)
    return with_next(run_in_place(session, organization, after, inputs))


def read(session: Session, id_: str, state: State | None) -> Read[Inputs, State] | None:
    """Read the accounts back; the secrets are carried over, since no route gives them again.

    Returns:
        What exists, or None if every account is proven to be gone.
    """
    if state is None:
        return imported(session, id_)
    _hold(session, state, None)
    organization = session.organization(current_place(session, state))
    seen = state
    if current := current_of(state):
        account = organization.reads.account(current.service_account_id)
        if account is None:
            _warn_of_lost_current(session, state)
            seen = without_current(seen)
        else:
            projects = read_projects(
                session, organization, account.id, Listed(state.projects, state.granted_roles)
            )
            seen = replace(seen, **observed(account), projects=projects)
    previous = previous_of(state)
    if previous and organization.reads.account(previous.service_account_id) is None:
        session.warn_once(
            f"the previous account of {state.name!r}, {previous.username}, is no longer there."
        )
        seen = with_previous(seen, None, None)
    if next(accounts_of(seen), None) is None:
        return None
    seen = with_next(replace(seen, home=organization.place))
    return Read(id_, seen, Inputs(**own(seen, Inputs)))


def _warn_of_lost_current(session: Session, state: State) -> None:
    expires = date_of(state.expires)
    expired = expires is not None and expires <= session.now()
    what = f"expired at {state.expires} and is" if expired else "is"
    session.warn_once(
        f"the current account of {state.name!r}, {state.username}, {what} no longer there: the "
        f"next {session.wording.run} makes another one."
    )


def delete(session: Session, id_: str, state: State) -> None:
    """Delete every account of the resource; one that is proven to be gone is done.

    Raises:
        Refused: One is the account that this provider logs in with, or could not be deleted.
    """
    del id_
    accounts = list(accounts_of(state))
    for _, username in accounts:
        session.spare_own_login(username, "deleted")
    organization = session.organization(current_place(session, state))
    secrets = {state.service_account_id: state.secret}
    secrets[state.previous_service_account_id] = state.previous_secret
    problems = []
    for number, _ in accounts:
        if is_taken_over(session, number, state, secrets.get(number)):
            continue
        try:
            organization.delete_account(number)
        except MixpanelError as error:
            problems.append(str(error))
    if problems:
        raise Refused(" ".join(problems))


__all__ = [
    "KIND",
    "Inputs",
    "State",
    "check",
    "create",
    "delete",
    "diff",
    "first_account",
    "read",
    "update",
]
