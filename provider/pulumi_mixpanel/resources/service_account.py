"""A service account: what its inputs mean, and how it is made, read, changed and deleted.

No route changes an account (wire.md), so a changed name, role or expiry means a new one, with a
new secret; only the projects that it lists are changed in place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from msgspec import UnsetType

from pulumi_mixpanel.api.errors import MixpanelError, Refused
from pulumi_mixpanel.api.models import Account, format_instant, parse_instant
from pulumi_mixpanel.api.organization import Organization
from pulumi_mixpanel.api.writes import same_role
from pulumi_mixpanel.configuration import Place
from pulumi_mixpanel.resources.context import (
    Context,
    check_place,
    current_place,
    home_of,
    moved_organization,
    place_changes,
    place_of,
    recorded_place,
)
from pulumi_mixpanel.resources.grants import (
    actual_role,
    check_projects,
    grants_of,
    project_numbers,
)
from pulumi_mixpanel.resources.values import (
    Checked,
    Created,
    Diff,
    Inputs,
    Read,
    State,
    Unknown,
    check_instant,
    check_name,
    check_role,
    without_none,
)

T = TypeVar("T")

INPUTS = ("name", "role", "expires", "projects", "organization_id", "region", "home")
_REPLACING = ("name", "role", "expires")


def check(context: Context, olds: Inputs, news: Inputs) -> Checked:
    """Check and normalise the inputs, without a call; every failure at once."""
    checked = Checked()
    _take(checked, "name", news, lambda value: check_name(checked, value), needed=True)
    _check_dialect(context, checked, news)
    dialect = context.dialect
    _take(
        checked,
        "role",
        news,
        lambda value: check_role(checked, "role", value, dialect.roles, dialect.name),
    )
    _take(checked, "expires", news, lambda value: _check_expires(context, checked, value, olds))
    _take(
        checked,
        "projects",
        news,
        lambda value: check_projects(checked, value, dialect.roles, dialect.name),
    )
    check_place(context, checked, news, olds)
    return checked


def _take(
    checked: Checked, key: str, news: Inputs, rule: Callable[[Any], Any], *, needed: bool = False
) -> None:
    value = news.get(key)
    if value is None and not needed:
        return
    result = value if isinstance(value, Unknown) else rule(value)
    if result is not None:
        checked.inputs[key] = result


def _check_dialect(context: Context, checked: Checked, news: Inputs) -> None:
    if context.dialect.sets_role:
        return
    for key in ("role", "expires", "projects"):
        if news.get(key) is not None:
            checked.fail(
                key,
                f"{key} cannot be set under the dialect `{context.dialect.name}`: document 1.0 of "
                "the API makes an account with a name alone. Leave it out, or use the dialect "
                "`bulk`.",
            )


def _check_expires(context: Context, checked: Checked, value: object, olds: Inputs) -> str | None:
    expires = check_instant(checked, "expires", value)
    if expires is None or expires == olds.get("expires"):
        return expires
    now = format_instant(context.clock.now())
    if expires <= now:
        checked.fail(
            "expires",
            f"expires must lie ahead when an account is made: {expires} has passed, it is {now}.",
        )
        return None
    return expires


def diff(context: Context, id_: str, olds: State, news: Inputs) -> Diff:
    """Say what a change of inputs leads to, without a call.

    Raises:
        Refused: The account is the one that this provider logs in with, and would be replaced.
    """
    context.held.add(int(id_))
    replaces = tuple(key for key in _REPLACING if olds.get(key) != news.get(key))
    moved, place_replaces = place_changes(context, olds, news)
    replaces += place_replaces
    if replaces:
        _spare_own_login(context, olds, f"replaced, for a change of {', '.join(replaces)}")
    else:
        _claim(context, int(id_), place_of(olds.get("home")), news.get("projects"))
    changes = bool(replaces) or moved or olds.get("projects") != news.get("projects")
    return Diff(changes, replaces)


def _claim(context: Context, account: int, place: Place | None, projects: object) -> None:
    """Remember what `projects` manages, so that a membership of the same is refused."""
    organization = place.organization_id if place else None
    for number in project_numbers(projects):
        context.claims.add((organization, account, number))


def create(context: Context, inputs: Inputs) -> Created:
    """Make the account, with its projects in the same call, and take its secret into state."""
    place = recorded_place(inputs)
    organization = context.organization(place)
    expires = inputs.get("expires")
    created = organization.create_account(
        inputs["name"],
        inputs.get("role"),
        parse_instant(expires) if expires else None,
        grants_of(inputs.get("projects")),
    )
    account = created.account
    state = {
        **_echo(inputs),
        "home": home_of(Place(place.base_url, organization.id)),
        **_observed(account),
        "secret": created.secret.reveal(),
    }
    _claim(context, account.id, place_of(state["home"]), inputs.get("projects"))
    return Created(str(account.id), state)


def _echo(inputs: Mapping[str, Any]) -> State:
    return without_none({key: inputs.get(key) for key in INPUTS})


def _observed(account: Account) -> State:
    """What the server says of an account, less all that changes by itself."""
    return without_none(
        {
            "service_account_id": account.id,
            "username": account.username,
            "created": format_instant(account.created) if account.created else None,
            "creator": _said(account.creator),
            "creator_email": _said(account.creator_email),
            "creator_name": _said(account.creator_name),
            "actual_name": account.name,
            "actual_role": _said(account.role),
            "actual_expires": _instant_said(account.expires),
        }
    )


def _said(value: T | UnsetType) -> T | None:
    return None if isinstance(value, UnsetType) else value


def _instant_said(value: datetime | UnsetType | None) -> str | None:
    return format_instant(value) if isinstance(value, datetime) else None


def read(context: Context, id_: str, state: State) -> Read | None:
    """Read the account back; the secret is carried over, since no route gives it again.

    Returns:
        What is there, or None where the account is proven to be gone.
    """
    context.held.add(int(id_))
    organization = context.organization(current_place(context, state))
    account = organization.reads.account(int(id_))
    if account is None:
        _tell_gone(context, id_, state)
        return None
    seen = {
        **_echo(state),
        **_observed(account),
        "home": home_of(Place(organization.client.base_url, organization.id)),
        "secret": state.get("secret"),
        "granted_roles": state.get("granted_roles"),
        "projects": _read_projects(context, organization, account.id, state),
    }
    _warn_of_drift(context, state, account)
    return Read(id_, without_none(seen), _echo(seen))


def _read_projects(
    context: Context, organization: Organization, account: int, state: State
) -> list[dict[str, Any]] | None:
    """Read the roles in the projects that are listed; one that the account has left is dropped."""
    if state.get("projects") is None:
        return None
    words = state.get("granted_roles") or {}
    found = []
    for grant in grants_of(state["projects"]):
        role = actual_role(context, organization, account, grant, words.get(str(grant.project_id)))
        if role is not None:
            found.append({"project_id": grant.project_id, "role": role})
    return found


def _tell_gone(context: Context, id_: str, state: State) -> None:
    expires = state.get("expires")
    if expires and expires <= format_instant(context.clock.now()):
        context.warn_once(
            f"service account {id_} ({state.get('username')}) expired at {expires} and is no "
            "longer there."
        )


def _warn_of_drift(context: Context, state: State, account: Account) -> None:
    """Say what differs from what was asked for; it never replaces the account."""
    drift = []
    role, expires = _said(account.role), account.expires
    if state.get("role") and role and not same_role(role, state["role"]):
        drift.append(f"role {state['role']!r} was asked for and is {role!r}")
    if state.get("expires") and not isinstance(expires, UnsetType):
        there = format_instant(expires) if expires else "never"
        if there != state["expires"]:
            drift.append(f"expires {state['expires']} was asked for and is {there}")
    if account.name != state.get("actual_name"):
        drift.append(f"name {state.get('actual_name')!r} became {account.name!r}")
    if drift:
        context.warn_once(
            f"service account {account.id} ({account.username}) is not as it was made: "
            f"{'; '.join(drift)}. No route changes this; replace the account to put it right "
            "(pulumi up --replace URN)."
        )


def update(context: Context, id_: str, olds: State, news: Inputs) -> State:
    """Change the projects in place, and return the whole state.

    Raises:
        Refused: Some projects could not be changed; the others were.
    """
    organization = moved_organization(context, id_, olds, news)
    words = dict(olds.get("granted_roles") or {})
    words.update(_change_projects(organization, int(id_), olds, news))
    kept = {str(number) for number in project_numbers(news.get("projects"))}
    state = {
        **{key: value for key, value in olds.items() if key not in INPUTS},
        **_echo(news),
        "home": home_of(Place(organization.client.base_url, organization.id)),
        "granted_roles": {key: word for key, word in words.items() if key in kept} or None,
    }
    return without_none(state)


def _change_projects(
    organization: Organization, account: int, olds: State, news: Inputs
) -> dict[str, str]:
    """Bring the projects from what they are to what is asked for, as far as the server lets us."""
    old, new = grants_of(olds.get("projects")), grants_of(news.get("projects"))
    listed = {grant.project_id for grant in new}
    words: dict[str, str] = {}
    problems = []
    for grant in new:
        if grant not in old:
            try:
                word = organization.writes.set_role(account, grant.project_id, grant.role)
            except MixpanelError as error:
                problems.append(f"project {grant.project_id} as {grant.role!r}: {error}")
            else:
                words.update({str(grant.project_id): word} if word else {})
    for grant in old:
        if grant.project_id not in listed:
            try:
                organization.writes.remove(account, grant.project_id)
            except MixpanelError as error:
                problems.append(f"project {grant.project_id}, to be left: {error}")
    if problems:
        raise Refused(
            f"{len(problems)} of the projects could not be changed, the others were; the next up "
            f"tries again. {' '.join(problems)}"
        )
    return words


def delete(context: Context, id_: str, state: State) -> None:
    """Delete the account with its memberships; one that is proven to be gone is done.

    Raises:
        Refused: It is the account that this provider logs in with.
    """
    _spare_own_login(context, state, "deleted")
    organization = context.organization(current_place(context, state))
    organization.delete_account(int(id_))


def _spare_own_login(context: Context, state: State, fate: str) -> None:
    if context.is_own_login(state.get("username")):
        raise Refused(
            f"{state['username']!r} is the account that this provider logs in with, and would be "
            f"{fate}. Log in with another account first."
        )
