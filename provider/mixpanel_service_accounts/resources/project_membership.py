"""A project membership: one account's role in one project.

Its id is `organization/service account/project`: all that it is, but for the role.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Struct

from mixpanel_service_accounts.api.errors import Refused
from mixpanel_service_accounts.api.models import Grant, Place
from mixpanel_service_accounts.resources.account_fields import Located
from mixpanel_service_accounts.resources.adoption import grant_listed
from mixpanel_service_accounts.resources.checks import Checking, check_number, check_role
from mixpanel_service_accounts.resources.contract import Checked, Created, Diff, Read
from mixpanel_service_accounts.resources.fields import Unknown, declared
from mixpanel_service_accounts.resources.gone_projects import remove_grant, report_unconfirmed
from mixpanel_service_accounts.resources.grants import WHAT_A_PROJECT_IS, actual_role
from mixpanel_service_accounts.resources.location import (
    check_place,
    current_place,
    known_place,
    moved_organization,
    place_changes,
    recorded_place,
    require_recorded,
)
from mixpanel_service_accounts.resources.rival_memberships import (
    creating,
    listed_already,
    pair_of,
    refuse_after_creation,
    warn_of_two_in_state,
)
from mixpanel_service_accounts.resources.session import Session

KIND = "ProjectMembership"


class Inputs(Located, frozen=True, kw_only=True):
    """The inputs of a membership."""

    service_account_id: Annotated[
        int, declared("The account's number.", change="replaces", source="D")
    ]
    project_id: Annotated[int, declared("The project's number.", change="replaces", source="D")]
    role: Annotated[
        str,
        declared(
            "`admin`, `analyst`, `consumer`, or one of the organization's own (`bulk`; sent with "
            "a warning).",
            change="in place",
            source="D, S",
        ),
    ]
    region: Annotated[
        str | None,
        declared(
            "`us`, `eu` or `in`: the project's own region, if it is another than the account's. "
            "Default: the configuration's.",
            change="replaces",
            source="T",
        ),
    ] = None


class State(Inputs, frozen=True, kw_only=True):
    """A membership as it is stored."""

    granted_role: Annotated[
        str | None, declared("The server's own word for the role, if it was read back.")
    ] = None


_PAIR = ("service_account_id", "project_id")
# Compiled when the first id is read: that takes longer than the rest of the module.
_ID = r"([1-9]\d{0,15})/([1-9]\d{0,15})/([1-9]\d{0,15})"


class MembershipId(Struct, frozen=True):
    """The three numbers that name a membership."""

    organization_id: int
    service_account_id: int
    project_id: int

    @classmethod
    def parse(cls, text: str) -> MembershipId:
        """Read `organization/service account/project`.

        Raises:
            Refused: The text has another form.
        """
        match = re.fullmatch(_ID, text, re.ASCII)
        if match is None:
            raise Refused(
                "The id of a project membership is organization/service account/project, three "
                f"numbers such as 1001/5001/2001; {text!r} was given."
            )
        return cls(*(int(number) for number in match.groups()))

    @property
    def grant(self) -> tuple[int, int, int]:
        """Organization, service account and project, as a ledger has them."""
        return self.organization_id, self.service_account_id, self.project_id

    def __str__(self) -> str:
        return f"{self.organization_id}/{self.service_account_id}/{self.project_id}"


def check(session: Session, olds: Inputs | None, news: Mapping[str, Any]) -> Checked[Inputs]:
    """Return normalised inputs, or every failure at once; makes no call."""
    checked = Checking(session.wording, session.connections.shown_roles())
    for key, what in zip(_PAIR, ("a service account's number", WHAT_A_PROJECT_IS), strict=True):
        value = news.get(key)
        number = (
            value if isinstance(value, Unknown) else check_number(checked, key, value, what=what)
        )
        if number is not None:
            checked.inputs[key] = number
    role, dialect = news.get("role"), session.dialect
    if not isinstance(role, Unknown):
        recorded = olds.role if olds else None
        role = check_role(checked, "role", role, dialect.roles, dialect.name, recorded=recorded)
    if role is not None:
        checked.inputs["role"] = role
    check_place(session, checked, news, olds)
    _refuse_listed(session, checked)
    before = pair_of(olds.service_account_id, olds.project_id, olds.home) if olds else None
    now = pair_of(*(checked.inputs.get(key) for key in (*_PAIR, "home")))
    warn_of_two_in_state(session, checked, before, now)
    return checked.result(Inputs)


def _refuse_listed(session: Session, checked: Checking) -> None:
    """Refuse a membership that the account's own `projects` manages already."""
    account, project = (checked.inputs.get(key) for key in _PAIR)
    if not isinstance(account, int) or not isinstance(project, int):
        return
    place = known_place(checked.inputs.get("home"))
    organization = place.organization_id if place else None
    if session.claims.lists((organization, account, project)):
        checked.fail("project_id", listed_already((organization, account, project)))


def diff(session: Session, id_: str, state: State, inputs: Inputs) -> Diff:
    """Return what a change of inputs leads to; makes no call."""
    pair = tuple(key for key in _PAIR if getattr(state, key) != getattr(inputs, key))
    move = place_changes(session, state, inputs)
    replaces = pair + move.replaces
    role = ("role",) if state.role != inputs.role else ()
    if not replaces:
        number = MembershipId.parse(id_)
        refuse_after_creation(session.ledger, number.grant)
        _note(session, number)
    unsettled = ("granted_role",) if replaces or role else ()
    # The same account cannot be in the same project twice: the old one has to go first.
    goes_first = bool(replaces) and not pair
    changed = (*replaces, *role, *move.changed)
    return Diff(changed, replaces, (*unsettled, *move.unsettled), goes_first)


def _note(session: Session, number: MembershipId) -> None:
    """Record that the program wants a membership, so that no other resource revokes it."""
    if session.ledger:
        session.ledger.memberships.add(number.grant)


def create(session: Session, inputs: Inputs) -> Created[State]:
    """Grant the role; a membership that exists already is adopted by that."""
    organization = session.organization(recorded_place(inputs))
    account = inputs.service_account_id
    grant = Grant(project_id=inputs.project_id, role=inputs.role)
    number = MembershipId(organization.id, account, grant.project_id)
    with creating(session, number.grant):
        if session.ledger and (organization.place.base_url, account) in session.ledger.adopted:
            # An account that was just adopted has most likely been in the project all along.
            word = grant_listed(organization, account, [grant]).get(str(grant.project_id))
        else:
            word = organization.writes.set_role(account, grant.project_id, grant.role)
    _note(session, number)
    session.claims.created.add(number.grant)
    return Created(str(number), _state(inputs, organization.place, word))


def _state(inputs: Inputs, place: Place, word: str | None) -> State:
    own = {key: getattr(inputs, key) for key in Inputs.__struct_fields__}
    return State(**{**own, "home": place, "granted_role": word})


def state_of_existing(inputs: Inputs) -> tuple[str, State]:
    """Return id and state of an existing membership.

    Args:
        inputs: As check() left them, with the organization.
    """
    place = recorded_place(inputs)
    if place.organization_id is None:
        raise Refused("A membership that was not made here needs its organization's number.")
    number = MembershipId(place.organization_id, inputs.service_account_id, inputs.project_id)
    return str(number), _state(inputs, place, None)


def read(session: Session, id_: str, state: State | None) -> Read[Inputs, State] | None:
    """Read the role back.

    Returns:
        What exists, or None if the account is proven not to be in the project.

    Raises:
        Refused: The id is none, or names a membership that no state ever recorded and that does
            not exist.
    """
    number = MembershipId.parse(id_)
    place = current_place(session, state, number.organization_id)
    organization = session.organization(place)
    word = state.granted_role if state else None
    grant = Grant(project_id=number.project_id, role=state.role if state else "")
    role = actual_role(session, organization, number.service_account_id, grant, word)
    if role is None:
        require_recorded(state, f"membership {id_}", organization)
        return None
    own = {key: getattr(state, key) for key in ("organization_id", "region")} if state else {}
    seen = State(
        **own,
        service_account_id=number.service_account_id,
        project_id=number.project_id,
        role=role,
        home=organization.place,
        granted_role=word,
    )
    return Read(id_, seen, Inputs(**{key: getattr(seen, key) for key in Inputs.__struct_fields__}))


def update(session: Session, id_: str, state: State, inputs: Inputs) -> State:
    """Change the role in place, and return the whole state."""
    number = MembershipId.parse(id_)
    organization = moved_organization(session, number.service_account_id, state, inputs)
    word = state.granted_role
    if state.role != inputs.role:
        word = organization.writes.set_role(
            number.service_account_id, number.project_id, inputs.role, before=state.role
        )
    return _state(inputs, organization.place, word)


def delete(session: Session, id_: str, state: State) -> None:
    """Remove the account from the project; that it is proven not to be there is done.

    It stays if another resource of the program grants the same by now.

    Raises:
        Refused: The login lacks the right to remove it; the message says that deleting the account
            takes its access too.
    """
    number = MembershipId.parse(id_)
    place = current_place(session, state)
    by_program = session.ledger is not None and session.ledger.wants(number.grant)
    if by_program or session.claims.wants(number.grant):
        session.announce(f"membership {id_} stays: another resource of this program has it now")
        return
    organization = session.organization(place)
    grant = Grant(project_id=number.project_id, role=state.role)
    try:
        let_go = remove_grant(session, organization, number.service_account_id, grant)
    except Refused as error:
        raise Refused(
            f"{error} The membership is still in the state, and the account still in the project. "
            f"Deleting service account {number.service_account_id} takes its access too: if it is "
            "to go, take the membership out of the state "
            f"({session.wording.forget_command}) and run again."
        ) from None
    if let_go:
        report_unconfirmed(session, [let_go])
