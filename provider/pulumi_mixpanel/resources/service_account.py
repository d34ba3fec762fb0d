"""A service account: what its inputs mean, and how it is made, read, changed and deleted.

No route changes an account (wire.md), so a changed name, role or expiry means a new one, with a
new secret; only the projects that it lists are changed in place.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import UnsetType

from pulumi_mixpanel.api.errors import Refused
from pulumi_mixpanel.api.models import Account, format_instant, parse_instant
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
from pulumi_mixpanel.resources.clock_comparison import compare_before_renewal, note_renewal
from pulumi_mixpanel.resources.context import (
    Context,
    check_place,
    current_place,
    home_of,
    moved_organization,
    place_changes,
    place_of,
    recorded_place,
    require_recorded,
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
from pulumi_mixpanel.resources.renewal import check_keepers, check_renewal
from pulumi_mixpanel.resources.values import (
    Checked,
    Created,
    Diff,
    Inputs,
    Read,
    State,
    check_instant,
    check_name,
    is_known,
    take,
    without_none,
)

if TYPE_CHECKING:  # what only calls need is slow to import (context.py)
    from pulumi_mixpanel.api.organization import Organization

T = TypeVar("T")

_RECORDED = ("validity_period_hours", "early_renewal_hours", "issued_at")
INPUTS = (
    "name",
    "role",
    "expires",
    "projects",
    "organization_id",
    "region",
    "home",
    "rotate_when_changed",
    "adopt",
    *_RECORDED,
)
_REPLACING = ("name", "role", "expires", "rotate_when_changed")


def check(context: Context, olds: Inputs, news: Inputs) -> Checked:
    """Check and normalise the inputs, without a call; every failure at once."""
    checked = Checked()
    take(checked, "name", news, lambda value: check_name(checked, value), needed=True)
    _check_dialect(context, checked, news)
    take_role(context, checked, news)
    take(checked, "expires", news, lambda value: _check_expires(context, checked, value, olds))
    take_projects(context, checked, news)
    check_renewal(context, checked, news, olds)
    check_keepers(checked, news)
    check_place(context, checked, news, olds)
    _check_adoption(context, checked, news, olds)
    return checked


def _check_adoption(context: Context, checked: Checked, news: Inputs, olds: Inputs) -> None:
    check_adopt(context, checked, news, olds)
    if news.get("adopt") is None or checked.failures:
        return
    if olds:
        place_replaces = sure_place_changes(context, olds, checked.inputs)
        refuse_replacing(checked, _surely_changed(olds, checked.inputs) + place_replaces)
    elif news.get("validity_period_hours") is not None:
        checked.fail(
            "adopt",
            "adopt= takes over an account with the expiry that it has, and validity_period_hours "
            "sets one for an account that is made. Adopt first and remove adopt= before you give "
            "validity_period_hours, or use RotatingServiceAccount(adopt=…), which moves on from "
            "an account made by hand without an outage.",
        )


def _changed(olds: Inputs, news: Inputs) -> tuple[str, ...]:
    """Tell which inputs changed that no route changes."""
    return tuple(key for key in _REPLACING if olds.get(key) != news.get(key))


def _surely_changed(olds: Inputs, news: Inputs) -> tuple[str, ...]:
    """Tell the same, less those of which a preview does not know the value yet."""
    return tuple(key for key in _changed(olds, news) if is_known(news.get(key)))


def _check_dialect(context: Context, checked: Checked, news: Inputs) -> None:
    if context.dialect.sets_role:
        return
    for key in ("role", "expires", "projects", "validity_period_hours"):
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
    for home in (olds.get("home"), news.get("home")):
        context.hold(home, int(id_))
    replaces = _changed(olds, news)
    moved, place_replaces = place_changes(context, olds, news)
    replaces += place_replaces
    if replaces:
        context.spare_own_login(
            olds.get("username"), f"replaced, for a change of {', '.join(replaces)}"
        )
        note_renewal(context, id_, olds, news, replaces)
    else:
        claim_projects(context, int(id_), place_of(olds.get("home")), news.get("projects"))
    in_place = any(olds.get(key) != news.get(key) for key in ("projects", *_RECORDED))
    new_secret = later_secret(olds, news) != olds.get("secret")
    return Diff(bool(replaces) or moved or in_place or new_secret, replaces)


def create(context: Context, inputs: Inputs) -> Created:
    """Make the account, with its projects in the same call, and take its secret into state."""
    place = recorded_place(inputs)
    organization = context.organization(place)
    if inputs.get("adopt") is not None:
        return _adopt(context, organization, inputs)
    compare_before_renewal(context, organization, inputs["name"], inputs["name"])
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
    claim_projects(context, account.id, place_of(state["home"]), inputs.get("projects"))
    return Created(str(account.id), state)


def _adopt(context: Context, organization: Organization, inputs: Inputs) -> Created:
    """Take over an existing account; only what `projects` lists beyond what it has is written."""
    account = take_over(context, organization, inputs)
    words = grant_listed(organization, account.id, grants_of(inputs.get("projects")))
    state = {
        **state_of_existing(inputs, account),
        "home": home_of(Place(organization.client.base_url, organization.id)),
        **adopted_secret(context, account, inputs),
        "granted_roles": words or None,
    }
    _warn_of_drift(context, state, account)
    claim_projects(context, account.id, place_of(state["home"]), inputs.get("projects"))
    return Created(str(account.id), without_none(state))


def state_of_existing(inputs: Inputs, account: Account) -> State:
    """Say the state that holds an account which was not made here, less its secret.

    Args:
        inputs: As check() left them.
        account: What is there.
    """
    return {**_echo(inputs), **_observed(account), "adopted": True}


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

    Raises:
        Refused: The id is none, or names an account that no state ever recorded and that is not
            there (`ResourceOptions(id=…)`).
    """
    number = _number(id_)
    place = current_place(context, state)
    context.hold(home_of(place), number)
    organization = context.organization(place)
    account = organization.reads.account(number)
    if account is None:
        require_recorded(state, f"service account {id_}", organization)
        _tell_gone(context, id_, state)
        return None
    seen = {
        **_echo(state),
        **_observed(account),
        "home": home_of(Place(organization.client.base_url, organization.id)),
        "secret": state.get("secret"),
        "adopted": state.get("adopted"),
        "granted_roles": state.get("granted_roles"),
        "projects": read_projects(context, organization, account.id, state),
    }
    _warn_of_drift(context, state, account)
    return Read(id_, without_none(seen), _echo(seen))


def _number(id_: str) -> int:
    if not (id_.isascii() and id_.isdigit() and int(id_)):
        raise Refused(
            f"The id of a service account is its number, such as 5001; {id_!r} was given."
        )
    return int(id_)


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
    expires = account.expires
    if role := other_role(account, state.get("role")):
        drift.append(f"role {state['role']!r} was asked for and is {role!r}")
    if state.get("expires") and not isinstance(expires, UnsetType):
        there = format_instant(expires) if expires else "never"
        if there != state["expires"]:
            drift.append(f"expires {state['expires']} was asked for and is {there}")
    if state.get("actual_name") not in (None, account.name):
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
    words = change_projects(context, organization, int(id_), olds, news.get("projects"))
    state = {
        **{key: value for key, value in olds.items() if key not in INPUTS},
        **_echo(news),
        "home": home_of(Place(organization.client.base_url, organization.id)),
        "granted_roles": words or None,
        "secret": later_secret(olds, news),
    }
    return without_none(state)


def delete(context: Context, id_: str, state: State) -> None:
    """Delete the account with its memberships; one that is proven to be gone is done.

    Raises:
        Refused: It is the account that this provider logs in with.
    """
    context.spare_own_login(state.get("username"), "deleted")
    if is_taken_over(context, int(id_), state):
        return
    organization = context.organization(current_place(context, state))
    compare_before_renewal(context, organization, int(id_), state.get("name"))
    organization.delete_account(int(id_))
