"""A service account: what its inputs mean, and how it is made, read, changed and deleted.

No route changes an account (wire.md), so a changed name, role or expiry means a new one, with a
new secret; only the projects that it lists are changed in place.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from msgspec import UnsetType
from msgspec.structs import replace

from mixpanel_service_accounts.api.errors import HTTP_CONFLICT, MixpanelError, Refused, StatusError
from mixpanel_service_accounts.api.models import Account, format_instant, parse_instant, same_role
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
from mixpanel_service_accounts.resources.checks import Checking, check_instant, take
from mixpanel_service_accounts.resources.clock_comparison import (
    compare_before_renewal,
    note_renewal,
)
from mixpanel_service_accounts.resources.contract import Checked, Created, Diff, Read
from mixpanel_service_accounts.resources.fields import declared, decode, is_known
from mixpanel_service_accounts.resources.grants import (
    Listed,
    change_projects,
    claim_projects,
    grants_of,
    other_role,
    read_projects,
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
    sure_place_changes,
)
from mixpanel_service_accounts.resources.names import take_name
from mixpanel_service_accounts.resources.renewal import RenewedInputs, check_keepers, check_renewal
from mixpanel_service_accounts.resources.session import Session

if TYPE_CHECKING:  # what only calls need is slow to import
    from mixpanel_service_accounts.api.organization import Organization

T = TypeVar("T")

KIND = "ServiceAccount"


class Inputs(RenewedInputs, frozen=True, kw_only=True):
    """The inputs of a service account."""


class State(Inputs, frozen=True, kw_only=True):
    """A service account as it is stored. Nothing that changes by itself is in it."""

    service_account_id: Annotated[int | None, declared("The account's number.", source="D")] = None
    username: Annotated[
        str | None, declared("The login: the name with the server's suffix.", source="D, R, T")
    ] = None
    created: Annotated[str | None, declared("When it was created, UTC.", source="D")] = None
    creator: Annotated[
        int | None, declared("The user number of the login that created it (`bulk`).", source="D")
    ] = None
    creator_email: Annotated[str | None, declared("That login's address (`bulk`).", source="D")] = (
        None
    )
    creator_name: Annotated[str | None, declared("That login's name (`bulk`).", source="D")] = None
    actual_name: Annotated[str | None, declared("The name as the server has it now.")] = None
    actual_role: Annotated[
        str | None,
        declared("The role in the organization as the server has it now, if it says so."),
    ] = None
    actual_expires: Annotated[str | None, declared("The expiry as the server has it now.")] = None
    granted_roles: Annotated[
        dict[str, str] | None,
        declared(
            "The server's own words for the roles in `projects`, if they were read back, by the "
            "project's number."
        ),
    ] = None
    adopted: Annotated[
        bool | None, declared("Whether the account existed before, and was adopted.")
    ] = None


_HOUR = timedelta(hours=1)
_A_PROGRAM_TAKES = timedelta(minutes=2)
"""How long after a program computed a date its check may come."""
_REPLACING = ("name", "role", "expires", "rotate_when_changed")
_RECORDED = ("validity_period_hours", "early_renewal_hours", "issued_at")
_OUTPUTS = tuple(name for name in State.__struct_fields__ if name not in Inputs.__struct_fields__)


def check(session: Session, olds: Inputs | None, news: Mapping[str, Any]) -> Checked[Inputs]:
    """Return normalised inputs, or every failure at once; makes no call."""
    checked = Checking(session.wording, session.connections.shown_roles())
    take_name(checked, news, olds)
    _check_dialect(session, checked, news)
    take_role(session, checked, news, olds)
    take(checked, "expires", news, lambda value: _check_expires(session, checked, value, olds))
    _warn_of_moving(session, checked, news, olds)
    take_projects(session, checked, news, olds)
    check_renewal(session, checked, news, olds)
    check_keepers(checked, news)
    check_place(session, checked, news, olds)
    _check_adoption(session, checked, news, olds)
    return checked.result(Inputs)


def _check_adoption(
    session: Session, checked: Checking, news: Mapping[str, Any], olds: Inputs | None
) -> None:
    check_adopt(session, checked, news, olds)
    if news.get("adopt") is None or checked.failures:
        return
    if olds:
        inputs = decode(Inputs, checked.inputs)
        place_replaces = sure_place_changes(session, olds, inputs)
        refuse_replacing(checked, _surely_changed(olds, inputs) + place_replaces)
    elif news.get("validity_period_hours") is not None:
        checked.fail(
            "adopt",
            "adopt= takes over an account with the expiry that it has, and validity_period_hours "
            "sets one for an account that is made. Adopt first and remove adopt= before you give "
            "validity_period_hours, or use RotatingServiceAccount(adopt=…), which moves on from "
            "an account made by hand without an outage.",
        )


def _changed(olds: Inputs, news: Inputs) -> tuple[str, ...]:
    """Return which inputs changed that no route changes."""
    return tuple(
        key
        for key in _REPLACING
        if getattr(olds, key) != getattr(news, key) and not _is_as_found(olds, news, key)
    )


def _is_as_found(olds: Inputs, news: Inputs, key: str) -> bool:
    """Return whether an input that an imported state lacks is what the account has already."""
    if not isinstance(olds, State) or not olds.adopted or getattr(olds, key) is not None:
        return False
    if key == "role":
        return olds.actual_role is None or same_role(olds.actual_role, str(news.role))
    if key == "expires":
        return news.expires == olds.actual_expires
    return key == "rotate_when_changed"  # only a configuration knows it: the first one is recorded


def _surely_changed(olds: Inputs, news: Inputs) -> tuple[str, ...]:
    """Return the same, less those whose value a preview does not know yet."""
    return tuple(key for key in _changed(olds, news) if is_known(getattr(news, key)))


def _check_dialect(session: Session, checked: Checking, news: Mapping[str, Any]) -> None:
    if session.dialect.sets_attributes:
        return
    for key in ("role", "expires", "projects", "validity_period_hours"):
        if news.get(key) is not None:
            checked.fail(
                key,
                f"{key} cannot be set under the dialect `{session.dialect.name}`: document 1.0 of "
                "the API makes an account with a name alone. Leave it out, or use the dialect "
                "`bulk`.",
            )


def _check_expires(
    session: Session, checked: Checking, value: object, olds: Inputs | None
) -> str | None:
    expires = check_instant(checked, "expires", value)
    if expires is None or (olds is not None and expires == olds.expires):
        return expires
    now = format_instant(session.now())
    if expires <= now:
        checked.fail(
            "expires",
            f"expires must lie ahead when an account is made: {expires} has passed, it is {now}.",
        )
        return None
    return expires


def _warn_of_moving(
    session: Session, checked: Checking, news: Mapping[str, Any], olds: Inputs | None
) -> None:
    """Warn of an expiry that the program seems to count from the time at which it runs."""
    now, words, expires = session.now(), session.wording, checked.inputs.get("expires")
    instant = parse_instant(expires) if isinstance(expires, str) else None
    stays = (olds is not None and expires == olds.expires) or news.get("adopt") is not None
    if instant is None or stays or not (instant.minute or instant.second):
        return
    hours = round((instant - now) / _HOUR)
    behind = now + hours * _HOUR - instant
    if hours and timedelta(0) <= behind < _A_PROGRAM_TAKES:
        checked.warnings.append(
            f"expires {expires} is {hours} hours from now, as if the program counted it from the "
            f"time at which it runs: then every {words.run} creates a new account, with a new "
            f"secret, and deletes the last one. Use {words.moving_expiry.format(hours=hours)}."
        )


def diff(session: Session, id_: str, state: State, inputs: Inputs) -> Diff:
    """Return what a change of inputs leads to; makes no call.

    Raises:
        Refused: The account is the one that this provider logs in with, and would be replaced.
    """
    number = int(id_)
    inputs = keep_found(inputs, state, adopted=state.adopted)
    if session.ledger:
        for home in (state.home, inputs.home):
            session.ledger.hold(known_place(home), number)
    move = place_changes(session, state, inputs)
    replaces = _changed(state, inputs) + move.replaces
    if replaces:
        session.spare_own_login(state.username, f"replaced, for a change of {', '.join(replaces)}")
        note_renewal(session, number, state, inputs, replaces)
        return Diff((*replaces, *move.changed), replaces, ("secret", *_OUTPUTS))
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
    seen = {**_observed(account), "secret": created.secret.reveal()}
    state = _state(inputs, home=organization.place, **seen)
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


def state_of_existing(inputs: Inputs, account: Account) -> State:
    """Return the state of an existing account, without a secret.

    Args:
        inputs: As check() left them.
        account: What exists.
    """
    return _state(inputs, **_observed(account), secret=None, adopted=True)


def _state(inputs: Inputs, **outputs: Any) -> State:  # noqa: ANN401 (outputs are of any type)
    return State(**{**_own(inputs), **outputs})


def _own(inputs: Inputs) -> dict[str, Any]:
    """Return what a state repeats of its inputs: all but the secret, which is an output there."""
    own = {key: getattr(inputs, key) for key in Inputs.__struct_fields__}
    del own["secret"]
    return own


def _observed(account: Account) -> dict[str, Any]:
    """Return what the server says of an account, less all that changes by itself."""
    return {
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


def _listed(state: State) -> Listed:
    return Listed(state.projects, state.granted_roles)


def _said(value: T | UnsetType) -> T | None:
    return None if isinstance(value, UnsetType) else value


def _instant_said(value: datetime | UnsetType | None) -> str | None:
    return format_instant(value) if isinstance(value, datetime) else None


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
    if session.ledger:
        session.ledger.hold(place, number)
    organization = session.organization(place)
    account = organization.reads.account(number)
    if account is None:
        require_recorded(state, f"service account {id_}", organization)
        _warn_if_expired(session, id_, state)
        return None
    if state is None:
        state = _imported(organization, account)
    projects = read_projects(session, organization, account.id, _listed(state))
    seen = replace(state, **_observed(account), home=organization.place, projects=projects)
    _warn_of_drift(session, state, account)
    return Read(str(number), seen, Inputs(**_own(seen)))


def _imported(organization: Organization, account: Account) -> State:
    """Return the state of an account that is known by its id alone, with the inputs it implies."""
    # The account's own route tells no role (wire.md); the list may.
    listed = organization.reads.accounts().get(account.id, account)
    inputs = Inputs(
        name=account.name,
        role=_said(listed.role),
        expires=_instant_said(account.expires),
        home=organization.place,
    )
    return state_of_existing(inputs, listed)


def _numbers(id_: str) -> tuple[int | None, int]:
    """Return organization and account of an id; only an import names the organization."""
    organization, slash, number = id_.rpartition("/")
    if not all(part.isascii() and part.isdigit() and int(part) for part in id_.split("/", 1)):
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
    words = change_projects(session, organization, number, _listed(state), inputs.projects)
    return replace(
        state,
        **{
            **_own(inputs),
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
