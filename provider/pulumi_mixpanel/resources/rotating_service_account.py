"""A service account that is rotated with an overlap: a current one, and for a while a previous one.

A replacement gives consumers no time. Here the next account is made, the current one becomes the
previous, and goes on working until the overlap is over; then an up retires it. The resource's id is
`organization/rotating/first account`: it stays, whichever account is the current one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pulumi_mixpanel.api.errors import MixpanelError, Refused, StatusError
from pulumi_mixpanel.api.models import (
    Account,
    CreatedAccount,
    format_instant,
    parse_instant,
)
from pulumi_mixpanel.configuration import Place
from pulumi_mixpanel.resources.adoption import (
    adopted_secret,
    check_adopt,
    grant_listed,
    is_taken_over,
    later_secret,
    refuse_replacing,
    take_over,
)
from pulumi_mixpanel.resources.clock_comparison import compare_clocks
from pulumi_mixpanel.resources.context import (
    Context,
    check_place,
    current_place,
    home_of,
    moved_organization,
    place_changes,
    place_of,
    recorded_place,
    sure_place_changes,
)
from pulumi_mixpanel.resources.grants import (
    change_projects,
    claim_projects,
    grants_of,
    other_role,
    read_projects,
    take_projects,
    take_role,
)
from pulumi_mixpanel.resources.renewal import Terms, check_keepers, date_in
from pulumi_mixpanel.resources.rotation import (
    ON_DEMAND,
    accounts_of,
    check_dates,
    check_terms,
    dated_name,
    later_than,
    next_rotation,
    overlap_end,
    retirement,
    retires,
    rotates,
    rotates_by_the_clock,
    tell_steps,
)
from pulumi_mixpanel.resources.values import (
    Checked,
    Created,
    Diff,
    Inputs,
    Read,
    State,
    check_name,
    take,
    without_none,
)

if TYPE_CHECKING:  # what only calls need is slow to import (context.py)
    from pulumi_mixpanel.api.organization import Organization

INPUTS = (
    "name",
    "role",
    "projects",
    "validity_period_hours",
    "early_renewal_hours",
    "overlap_hours",
    "rotate_when_changed",
    "adopt",
    "organization_id",
    "region",
    "home",
    "rotated_at",
    "expires",
    "retires_at",
)
_IN_PLACE = (
    *ON_DEMAND,
    "projects",
    "validity_period_hours",
    "early_renewal_hours",
    "overlap_hours",
)
_CURRENT = ("service_account_id", "username", "secret", "created", "adopted", "granted_roles")
_DATES = ("rotated_at", "expires", "next_rotation_at")
# Compiled when the first id is read: that takes longer than the rest of the module.
_ID = r"([1-9]\d{0,15})/rotating/([1-9]\d{0,15})"
_MAY_MEAN_TAKEN = (400, 409)


def first_account(id_: str) -> int:
    """Read the number of the first account out of an id.

    Raises:
        Refused: The text has another form.
    """
    match = re.fullmatch(_ID, id_, re.ASCII)
    if match is None:
        raise Refused(
            "The id of a rotating service account is organization/rotating/first service account, "
            f"such as 1001/rotating/5001; {id_!r} was given."
        )
    return int(match[2])


def check(context: Context, olds: Inputs, news: Inputs) -> Checked:
    """Check and normalise the inputs, without a call, and move the dates that are due."""
    checked, dialect = Checked(), context.dialect
    if not dialect.sets_role:
        checked.fail(
            "",
            f"RotatingServiceAccount cannot be had under the dialect `{dialect.name}`: document "
            "1.0 of the API knows no expiry. Use the dialect `bulk`.",
        )
    take(checked, "name", news, lambda value: check_name(checked, value), needed=True)
    take_role(context, checked, news)
    take_projects(context, checked, news)
    check_terms(checked, news)
    check_keepers(checked, news)
    check_place(context, checked, news, olds)
    check_adopt(context, checked, news, olds)
    if olds and news.get("adopt") is not None and not checked.failures:
        refuse_replacing(checked, sure_place_changes(context, olds, checked.inputs))
    check_dates(context, checked, olds)
    return checked


def diff(context: Context, id_: str, olds: State, news: Inputs) -> Diff:
    """Say what a change of inputs leads to, without a call; only another place replaces.

    Raises:
        Refused: One of the accounts is the one that this provider logs in with, and would be
            deleted.
    """
    del id_
    _hold(context, olds, news.get("projects"))
    moved, replaces = place_changes(context, olds, news)
    if replaces:
        for _, username in accounts_of(olds):
            context.spare_own_login(username, f"replaced, for a change of {', '.join(replaces)}")
    else:
        tell_steps(context, olds, news)
    changes = (
        bool(replaces)
        or moved
        or any(olds.get(key) != news.get(key) for key in _IN_PLACE)
        or rotates(context, olds, news)
        or retires(context, olds, news)
        or _is_behind(olds, news)
        or later_secret(olds, news) != olds.get("secret")
    )
    return Diff(changes, replaces)


def _is_behind(state: State, news: Inputs) -> bool:
    """Tell whether an earlier update left something to do."""
    previous = state.get("previous_service_account_id") is not None
    return bool(state.get("retiring")) or (
        previous and state.get("previous_projects") != news.get("projects")
    )


def _hold(context: Context, state: State, projects: object) -> None:
    """Remember our accounts, and what the program, as it is now, lists for them."""
    for number, _ in accounts_of(state):
        context.hold(state.get("home"), number)
        claim_projects(context, number, place_of(state.get("home")), projects)


def create(context: Context, inputs: Inputs) -> Created:
    """Make the first account, or take over the one that `adopt` names."""
    place = recorded_place(inputs)
    organization = context.organization(place)
    home = home_of(Place(place.base_url, organization.id))
    state: State = {**_echo(inputs), "home": home}
    if inputs.get("adopt") is not None:
        account = take_over(context, organization, inputs)
        _tell_other_role(context, account, inputs)
        words = grant_listed(organization, account.id, grants_of(inputs.get("projects")))
        state |= {"adopted": True, "granted_roles": words or None}
        state |= adopted_secret(context, account, inputs)
        state |= _observed(account)
    else:
        expires = parse_instant(inputs["expires"])
        state |= _made(_make(organization, inputs, inputs["name"], expires))
    _hold(context, state, inputs.get("projects"))
    id_ = f"{organization.id}/rotating/{state['service_account_id']}"
    return Created(id_, _with_next(state))


def _tell_other_role(context: Context, account: Account, inputs: Inputs) -> None:
    """Say that an adopted account keeps its role, where the server tells one; lists alone do."""
    asked = inputs.get("role")
    if role := other_role(account, asked):
        context.warn_once(
            f"service account {account.id} ({account.username}) has the role {role!r} in the "
            f"organization, and not {asked!r}: no route changes it. The account that the next "
            "rotation makes has the role that was asked for."
        )


def _echo(inputs: Mapping[str, Any]) -> State:
    return without_none({key: inputs.get(key) for key in INPUTS})


def _make(
    organization: Organization, inputs: Inputs, name: str, expires: datetime | None
) -> CreatedAccount:
    return organization.create_account(
        name, inputs.get("role"), expires, grants_of(inputs.get("projects"))
    )


def _made(created: CreatedAccount) -> State:
    return {**_observed(created.account), "secret": created.secret.reveal()}


def _observed(account: Account) -> State:
    """What the server says of the current account; its expiry counts, should it be another one."""
    seen: State = {
        "service_account_id": account.id,
        "username": account.username,
        "created": format_instant(account.created) if account.created else None,
    }
    if isinstance(account.expires, datetime):
        seen["expires"] = format_instant(account.expires)
    return seen


def _with_next(state: State) -> State:
    """Tell when the next account is due, as far as the state knows."""
    due = next_rotation(state, state)
    dates = {"next_rotation_at": format_instant(due)} if due else {}
    return without_none(state | dates)


def update(context: Context, id_: str, olds: State, news: Inputs) -> State:
    """Do the steps that are due: make the next account, change projects, retire the previous.

    Once an account was made, nothing that fails afterwards may lose its secret: it is told in a
    warning, and the next up goes on from there.

    Raises:
        Refused: A step failed, and no account was made.
    """
    organization = moved_organization(context, _any_account(olds, id_), olds, news)
    home = home_of(Place(organization.client.base_url, organization.id))
    if rotates(context, olds, news):
        if rotates_by_the_clock(olds, news):
            compare_clocks(context, organization, f"The rotation of {news['name']!r}")
        state = _rotated(context, organization, olds, news) | {"home": home}
        _tell_problems(context, state, _run(_AFTER_A_ROTATION, context, organization, state, news))
        return _with_next(state)
    state = _kept(olds, news) | {"home": home}
    problems = _run((_change_current, *_AFTER_A_ROTATION), context, organization, state, news)
    if problems:
        raise Refused(" ".join(problems))
    return _with_next(state)


def _run(
    steps: Sequence[Step],
    context: Context,
    organization: Organization,
    state: State,
    news: Inputs,
) -> list[str]:
    """Run each step, whatever becomes of the others; tell what went wrong."""
    problems = [_problem_of(step, context, organization, state, news) for step in steps]
    return [problem for problem in problems if problem]


def _problem_of(
    step: Step, context: Context, organization: Organization, state: State, news: Inputs
) -> str | None:
    try:
        step(context, organization, state, news)
    except MixpanelError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 (the state holds a secret that is nowhere else)
        return f"a bug in pulumi-mixpanel: {type(error).__name__}. Please report it."
    return None


def _tell_problems(context: Context, state: State, problems: Sequence[str]) -> None:
    for problem in problems:
        context.warn_once(
            f"{state['name']!r} was rotated, and its new secret is in the state, but: {problem} "
            "The next up goes on from there."
        )


def _any_account(state: State, id_: str) -> str:
    return str(next((number for number, _ in accounts_of(state)), first_account(id_)))


def _kept(olds: State, news: Inputs) -> State:
    """The whole state before the steps of an update that makes no account."""
    kept = {key: value for key, value in olds.items() if key not in INPUTS}
    own = {key: olds.get(key) for key in ("rotated_at", "expires", "projects")}
    until = retirement(olds, news)
    dates = {"retires_at": format_instant(until) if until else None}
    return kept | _echo(news) | own | dates | {"secret": later_secret(olds, news)}


def _rotated(context: Context, organization: Organization, olds: State, news: Inputs) -> State:
    """Make the next account, and let the current one become the previous.

    Everything else is put together before the call: what comes after it could lose the secret.
    """
    terms = Terms.of(news)
    if terms is None:
        raise Refused("the periods of the rotation are not known. Nothing was changed.")
    # Not the date in the inputs, which follows theirs: the state may know better (rotation.py).
    at = later_than(date_in(olds, "rotated_at"), context.clock.now())
    expires = at + terms.lifetime
    lost = (*_CURRENT, *_DATES, *INPUTS)
    state = {key: value for key, value in olds.items() if key not in lost} | _echo(news)
    state |= {"rotated_at": format_instant(at), "expires": format_instant(expires)}
    if olds.get("service_account_id") is None:
        state["retires_at"] = olds.get("retires_at")
    else:
        state |= _succeeded(olds, news, terms, at)
    return state | _made(_make_next(organization, olds, news, at, expires))


def _make_next(
    organization: Organization, olds: State, news: Inputs, at: datetime, expires: datetime
) -> CreatedAccount:
    """Make an account beside one of the same name, should the server let it.

    Nobody knows whether names are unique (wire.md): where they are, the next one is dated.
    """
    try:
        return _make(organization, news, news["name"], expires)
    except StatusError as error:
        namesake = any(name.startswith(news["name"]) for _, name in accounts_of(olds))
        if not namesake or error.status not in _MAY_MEAN_TAKEN or not error.vendor_shaped:
            raise
        refusal = error
    try:
        return _make(organization, news, dated_name(news["name"], at), expires)
    except StatusError:
        raise refusal from None


def _succeeded(olds: State, news: Inputs, terms: Terms, at: datetime) -> State:
    """Move the current account to the previous, and one that is still there to be retired."""
    retiring = list(olds.get("retiring") or ())
    if olds.get("previous_service_account_id") is not None:
        retiring.append(
            {
                "service_account_id": olds["previous_service_account_id"],
                "username": olds.get("previous_username"),
            }
        )
    return {
        "previous_service_account_id": olds["service_account_id"],
        "previous_username": olds.get("username"),
        "previous_secret": later_secret(olds, news),
        "previous_projects": olds.get("projects"),
        "previous_granted_roles": olds.get("granted_roles"),
        "retires_at": format_instant(overlap_end(terms, at, date_in(olds, "expires"))),
        "retiring": retiring or None,
    }


def _change_current(
    context: Context, organization: Organization, state: State, news: Inputs
) -> None:
    if state.get("projects") != news.get("projects"):
        account = int(state["service_account_id"])
        words = change_projects(context, organization, account, state, news.get("projects"))
        state |= {"projects": news.get("projects"), "granted_roles": words or None}


def _change_previous(
    context: Context, organization: Organization, state: State, news: Inputs
) -> None:
    """Give the previous account what the current one has, for its users are the same."""
    if state.get("previous_service_account_id") is None or retires(context, state, news):
        return
    if state.get("previous_projects") != news.get("projects"):
        old = {
            "projects": state.get("previous_projects"),
            "granted_roles": state.get("previous_granted_roles"),
        }
        account = int(state["previous_service_account_id"])
        words = change_projects(context, organization, account, old, news.get("projects"))
        state["previous_projects"] = news.get("projects")
        state["previous_granted_roles"] = words or None


def _retire_due(context: Context, organization: Organization, state: State, news: Inputs) -> None:
    """Delete what is due; what could not be deleted stays on the list.

    Raises:
        Refused: Some could not be deleted; the others were.
    """
    username = state.get("previous_username")
    if retires(context, state, news) and not context.is_own_login(username):
        compare_clocks(context, organization, f"The retirement of {username}")
    left, problems = [], []
    for entry in state.get("retiring") or ():
        if problem := _retire(context, organization, entry):
            left.append(entry)
            problems.append(problem)
    state["retiring"] = left or None
    if retires(context, state, news):
        entry = {key: state.get(f"previous_{key}") for key in ("service_account_id", "username")}
        if problem := _retire(context, organization, entry):
            problems.append(problem)
        else:
            for key in [key for key in state if key.startswith("previous_")]:
                del state[key]
            state.pop("retires_at", None)
    if problems:
        raise Refused(" ".join(problems))


def _retire(context: Context, organization: Organization, entry: Mapping[str, Any]) -> str | None:
    """Delete one account; tell what prevented it."""
    number, username = int(entry["service_account_id"]), str(entry["username"])
    try:
        context.spare_own_login(username, "retired")
        organization.delete_account(number)
    except MixpanelError as error:
        return f"service account {number} ({username}) could not be retired: {error}"
    return None


def read(context: Context, id_: str, state: State) -> Read | None:
    """Read the accounts back; the secrets are carried over, since no route gives them again.

    Returns:
        What is there, or None where every account is proven to be gone.
    """
    _hold(context, state, None)
    organization = context.organization(current_place(context, state))
    seen = dict(state)
    for prefix in ("", "previous_"):
        number = state.get(f"{prefix}service_account_id")
        if number is None:
            continue
        account = organization.reads.account(int(number))
        if account is None:
            _forget(context, seen, prefix, str(state.get(f"{prefix}username")))
        elif not prefix:
            seen |= _observed(account)
            seen["projects"] = read_projects(context, organization, account.id, state)
    if next(accounts_of(seen), None) is None:
        return None
    seen["home"] = home_of(Place(organization.client.base_url, organization.id))
    seen = _with_next(seen)
    return Read(id_, seen, _echo(seen))


def _forget(context: Context, seen: State, prefix: str, username: str) -> None:
    """Drop an account that is gone; where it was the current one, the next up makes another."""
    which, expires = ("previous", None) if prefix else ("current", date_in(seen, "expires"))
    expired = expires is not None and expires <= context.clock.now()
    context.warn_once(
        f"the {which} account of {seen.get('name')!r}, {username}, "
        + (
            f"expired at {seen['expires']} and is no longer there"
            if expired
            else "is no longer there"
        )
        + ("." if prefix else ": the next up makes another one.")
    )
    gone = [key for key in seen if key.startswith("previous_")] if prefix else [*_CURRENT, *_DATES]
    for key in [*gone, *(["retires_at"] if prefix else [])]:
        seen.pop(key, None)


Step = Callable[[Context, "Organization", State, Inputs], None]
_AFTER_A_ROTATION: Sequence[Step] = (_change_previous, _retire_due)


def delete(context: Context, id_: str, state: State) -> None:
    """Delete every account of the resource; one that is proven to be gone is done.

    Raises:
        Refused: One is the account that this provider logs in with, or could not be deleted.
    """
    del id_
    accounts = list(accounts_of(state))
    for _, username in accounts:
        context.spare_own_login(username, "deleted")
    organization = context.organization(current_place(context, state))
    problems = []
    for number, _ in accounts:
        if is_taken_over(context, number, state):
            continue
        try:
            organization.delete_account(number)
        except MixpanelError as error:
            problems.append(str(error))
    if problems:
        raise Refused(" ".join(problems))
