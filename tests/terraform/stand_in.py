"""A small resource in memory that keeps the contract; a module, like those of the core."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from msgspec import Struct
from msgspec.structs import replace

from mixpanel_service_accounts.api.errors import Refused
from mixpanel_service_accounts.api.instants import format_instant
from mixpanel_service_accounts.resources.contract import Checked, Created, Diff, Failure, Read
from mixpanel_service_accounts.resources.fields import (
    UNKNOWN,
    declared,
    decode,
    encode,
    has_unknown,
)

KIND = "ServiceAccount"

Session = Any
"""The server's own, `stand_in_server.Session`; the contract's type is the core's."""


class Home(Struct, frozen=True):
    """A place."""

    base_url: str
    organization_id: int | None = None


class ProjectRole(Struct, frozen=True):
    """A role in a project."""

    project_id: Annotated[int, declared("The project's number.")]
    role: Annotated[str, declared("The role.")]


class Inputs(Struct, frozen=True, kw_only=True):
    """What a configuration gives."""

    name: Annotated[str, declared("The name.", change="replaces")]
    role: Annotated[str | None, declared("The role.", change="replaces")] = None
    expires: Annotated[str | None, declared("When it expires.", change="replaces", filled=True)] = (
        None
    )
    projects: Annotated[list[ProjectRole] | None, declared("Projects.", change="in place")] = None
    validity_period_hours: Annotated[float | None, declared("Hours.", change="replaces")] = None
    rotate_when_changed: Annotated[
        dict[str, str] | None, declared("Keepers.", change="replaces")
    ] = None
    secret: Annotated[str | None, declared("The secret.", change="in place", secret=True)] = None
    organization_id: Annotated[
        int | None, declared("The organization.", change="replaces", filled=True)
    ] = None
    home: Annotated[Home | None, declared("Where it lives.", recorded=True)] = None
    issued_at: Annotated[str | None, declared("When it was issued.", recorded=True)] = None


class State(Inputs, frozen=True, kw_only=True):
    """What is stored."""

    service_account_id: Annotated[int | None, declared("The number.")] = None
    username: Annotated[str | None, declared("The login.")] = None
    granted_roles: Annotated[dict[str, str] | None, declared("The server's words.")] = None


def check(session: Session, olds: Inputs | None, news: Mapping[str, Any]) -> Checked[Inputs]:
    """Return normalised inputs."""
    checked: Checked[Inputs] = Checked()
    found = dict(news)
    if news["name"] == "":
        checked.failures.append(Failure("name", "name must not be empty."))
    if isinstance(news.get("projects"), list):
        for at, one in enumerate(news["projects"]):
            if isinstance(one, dict) and one.get("role") == "":
                checked.failures.append(Failure(f"projects[{at}].role", "role is empty."))
    if news["name"] == "odd":
        checked.warnings.append("odd is an odd name.")
    if isinstance(expires := news.get("expires"), str):
        found["expires"] = normalised(expires)
        new = olds is None or olds.expires != found["expires"]
        if new and instant_of(found["expires"]) <= session.instant:
            checked.failures.append(Failure("expires", f"{expires} is in the past."))
    _renew(session, olds, found)
    recorded = olds.home.organization_id if olds and olds.home else None
    organization = news.get("organization_id") or session.configuration.organization_id
    organization = organization or recorded
    base_url = session.configuration.base_url or "http://localhost"
    found["home"] = UNKNOWN if organization is UNKNOWN else Home(base_url, organization)
    if isinstance(found["home"], Home):
        found["home"] = encode(found["home"])
    if not checked.failures:
        checked.inputs = decode(Inputs, found)
    return checked


def _renew(session: Session, olds: Inputs | None, found: dict[str, Any]) -> None:
    hours = found.get("validity_period_hours")
    if hours is None or hours is UNKNOWN:
        return
    issued = olds.issued_at if olds else None
    if issued is None or instant_of(issued) + timedelta(hours=hours) <= session.instant:
        issued = format_instant(session.instant)
    found["issued_at"] = issued
    found["expires"] = format_instant(instant_of(issued) + timedelta(hours=hours))


def diff(_session: Session, _id: str, state: State, inputs: Inputs) -> Diff:
    """Compare."""
    replacing = ("name", "role", "expires", "rotate_when_changed")
    replaces = tuple(one for one in replacing if getattr(state, one) != getattr(inputs, one))
    if inputs.organization_id not in (None, state.home.organization_id if state.home else None):
        replaces += ("organization_id",)
    if replaces:
        return Diff(
            replaces, replaces, ("service_account_id", "username", "secret", "granted_roles")
        )
    changed, unsettled = [], []
    if state.projects != inputs.projects:
        changed.append("projects")
        unsettled.append("granted_roles")
    if inputs.secret and inputs.secret != state.secret:
        changed.append("secret")
        unsettled.append("secret")
    if state.validity_period_hours != inputs.validity_period_hours:
        changed.append("validity_period_hours")
    if moved(state.home, inputs.home):
        changed.append("home")
    return Diff(tuple(changed), (), tuple(unsettled))


def create(session: Session, inputs: Inputs) -> Created[State]:
    """Create."""
    assert not has_unknown(inputs)
    session.server.call(f"create {inputs.name}")
    number = next(session.server.numbers)
    assert inputs.home is not None
    home = replace(inputs.home, organization_id=inputs.home.organization_id or 1001)
    state = State(
        **{
            **{name: getattr(inputs, name) for name in Inputs.__struct_fields__},
            "home": home,
            "secret": f"secret-of-{number}",
            "service_account_id": number,
            "username": f"{inputs.name}.{number}",
            "granted_roles": words(inputs),
        }
    )
    session.server.accounts[number] = state
    problem, session.server.problem = session.server.problem, None
    return Created(str(number), state, problem)


def read(session: Session, id_: str, state: State | None) -> Read[Inputs, State] | None:
    """Read; by id alone as `organization/number`."""
    session.server.call(f"read {id_}")
    number = int(id_.rpartition("/")[2])
    found = session.server.accounts.get(number)
    if found is None:
        return None
    if state is None:
        found = replace(found, secret=None, validity_period_hours=None, issued_at=None)
    else:
        found = replace(found, secret=state.secret)
    own = {name: getattr(found, name) for name in Inputs.__struct_fields__}
    return Read(str(number), found, Inputs(**{**own, "secret": None}))


def update(session: Session, id_: str, state: State, inputs: Inputs) -> State:
    """Change in place."""
    session.server.call(f"update {id_}")
    assert not has_unknown(inputs)
    own = {name: getattr(inputs, name) for name in Inputs.__struct_fields__}
    own["secret"] = inputs.secret or state.secret
    assert state.home is not None
    assert inputs.home is not None
    organization = inputs.home.organization_id or state.home.organization_id
    own["home"] = replace(inputs.home, organization_id=organization)
    changed = replace(state, **own)
    if state.projects != inputs.projects:
        changed = replace(changed, granted_roles=words(inputs))
    session.server.accounts[int(id_)] = changed
    return changed


def delete(session: Session, id_: str, state: State) -> None:
    """Delete."""
    session.server.call(f"delete {id_}")
    if state.username == "own-login.5001":
        raise Refused("It is the account that this provider logs in with.")
    session.server.accounts.pop(int(id_), None)


def moved(old: Home | None, new: Home | None) -> bool:
    """Return whether a place is another one; an organization that is not named is none."""
    assert old is not None
    assert new is not None
    return old.base_url != new.base_url or new.organization_id not in (None, old.organization_id)


def words(inputs: Inputs) -> dict[str, str] | None:
    """Return the server's words for roles."""
    return {str(one.project_id): one.role.upper() for one in inputs.projects or []} or None


def normalised(expires: str) -> str:
    """Return an instant in UTC."""
    return format_instant(instant_of(expires))


def instant_of(text: str) -> datetime:
    """Parse an instant."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
