"""A project membership: one account's role in one project.

Its id is `organization/service account/project`: all that it is, but for the role.
"""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct

from mixpanel_service_accounts.api.errors import HTTP_FORBIDDEN, Refused, StatusError
from mixpanel_service_accounts.api.models import Grant
from mixpanel_service_accounts.configuration import Place
from mixpanel_service_accounts.resources.adoption import grant_listed
from mixpanel_service_accounts.resources.context import (
    Context,
    check_place,
    current_place,
    home_of,
    moved_organization,
    place_changes,
    place_of,
    recorded_place,
    require_recorded,
)
from mixpanel_service_accounts.resources.grants import WHAT_A_PROJECT_IS, actual_role
from mixpanel_service_accounts.resources.rival_memberships import (
    creating,
    refuse_after_creation,
    tell_two_in_state,
)
from mixpanel_service_accounts.resources.values import (
    Checked,
    Created,
    Diff,
    Inputs,
    Read,
    State,
    Unknown,
    check_number,
    check_role,
    without_none,
)

INPUTS = ("service_account_id", "project_id", "role", "organization_id", "region", "home")
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
    def pair(self) -> tuple[int, int, int]:
        """Organization, service account and project, as a context has them."""
        return self.organization_id, self.service_account_id, self.project_id

    def __str__(self) -> str:
        return f"{self.organization_id}/{self.service_account_id}/{self.project_id}"


def check(context: Context, olds: Inputs, news: Inputs) -> Checked:
    """Check and normalise the inputs, without a call; every failure at once."""
    checked = Checked()
    for key, what in zip(_PAIR, ("a service account's number", WHAT_A_PROJECT_IS), strict=True):
        value = news.get(key)
        number = (
            value if isinstance(value, Unknown) else check_number(checked, key, value, what=what)
        )
        if number is not None:
            checked.inputs[key] = number
    role, dialect = news.get("role"), context.dialect
    if not isinstance(role, Unknown):
        role = check_role(
            checked, "role", role, dialect.roles, dialect.name, recorded=olds.get("role")
        )
    if role is not None:
        checked.inputs["role"] = role
    check_place(context, checked, news, olds)
    _refuse_claimed(context, checked)
    tell_two_in_state(context, checked, olds)
    return checked


def _refuse_claimed(context: Context, checked: Checked) -> None:
    """Refuse a membership that the account's own `projects` manages already."""
    account, project = (checked.inputs.get(key) for key in _PAIR)
    place = place_of(checked.inputs.get("home"))
    organization = place.organization_id if place else None
    if {(organization, account, project), (None, account, project)} & context.claims:
        checked.fail(
            "project_id",
            f"project {project} is in the list `projects` of service account {account} already; "
            "manage it in one place, there or here.",
        )


def diff(context: Context, id_: str, olds: State, news: Inputs) -> Diff:
    """Say what a change of inputs leads to, without a call."""
    pair = tuple(key for key in _PAIR if olds.get(key) != news.get(key))
    moved, place_replaces = place_changes(context, olds, news)
    replaces = pair + place_replaces
    if not replaces:
        number = MembershipId.parse(id_)
        refuse_after_creation(context, number.pair)
        _note(context, number)
    changes = bool(replaces) or moved or olds.get("role") != news.get("role")
    # The same account cannot be in the same project twice: the old one has to go first.
    return Diff(changes, replaces, delete_before_replace=bool(replaces) and not pair)


def _note(context: Context, number: MembershipId) -> None:
    """Remember that the program wants a membership, so that no other resource takes it away."""
    context.memberships.add(number.pair)


def create(context: Context, inputs: Inputs) -> Created:
    """Give the account its role in the project; one that has it already is adopted by that."""
    place = recorded_place(inputs)
    organization = context.organization(place)
    account = inputs["service_account_id"]
    grant = Grant(project_id=inputs["project_id"], role=inputs["role"])
    number = MembershipId(organization.id, account, grant.project_id)
    with creating(context, number.pair):
        if (place.base_url, account) in context.adopted:
            # An account that was just taken over has most likely been in the project all along.
            word = grant_listed(organization, account, [grant]).get(str(grant.project_id))
        else:
            word = organization.writes.set_role(account, grant.project_id, grant.role)
    state = _state(inputs, Place(place.base_url, organization.id), word)
    _note(context, number)
    return Created(str(number), state)


def _state(values: dict[str, Any], place: Place, word: str | None) -> State:
    echo = {key: values.get(key) for key in INPUTS}
    return without_none({**echo, "home": home_of(place), "granted_role": word})


def state_of_existing(inputs: Inputs) -> tuple[str, State]:
    """Say the id and the state that hold a membership which was not made here.

    Args:
        inputs: As check() left them, with the organization.
    """
    place = recorded_place(inputs)
    if place.organization_id is None:
        raise Refused("A membership that was not made here needs its organization's number.")
    number = MembershipId(place.organization_id, inputs["service_account_id"], inputs["project_id"])
    return str(number), _state(inputs, place, None)


def read(context: Context, id_: str, state: State) -> Read | None:
    """Read the role back.

    Returns:
        What is there, or None where the account is proven not to be in the project.

    Raises:
        Refused: The id is none, or names a membership that no state ever recorded and that is not
            there (`ResourceOptions(id=…)`).
    """
    number = MembershipId.parse(id_)
    place = current_place(context, state)
    organization = context.organization(place)
    word = state.get("granted_role")
    grant = Grant(project_id=number.project_id, role=state["role"])
    role = actual_role(context, organization, number.service_account_id, grant, word)
    if role is None:
        require_recorded(state, f"membership {id_}", organization)
        return None
    seen = _state({**state, "role": role}, Place(place.base_url, organization.id), word)
    return Read(id_, seen, without_none({key: seen.get(key) for key in INPUTS}))


def update(context: Context, id_: str, olds: State, news: Inputs) -> State:
    """Change the role in place, and return the whole state."""
    number = MembershipId.parse(id_)
    organization = moved_organization(context, id_, olds, news)
    word = olds.get("granted_role")
    if olds.get("role") != news["role"]:
        word = organization.writes.set_role(
            number.service_account_id, number.project_id, news["role"]
        )
    return _state(news, Place(organization.client.base_url, organization.id), word)


def delete(context: Context, id_: str, state: State) -> None:
    """Take the account out of the project; that it is proven not to be there is done.

    It stays where another resource of the program grants the same by now.

    Raises:
        Refused: The login lacks the right to remove it; the message says that deleting the account
            takes its access too.
    """
    number = MembershipId.parse(id_)
    place = current_place(context, state)
    if context.is_wanted(number.organization_id, number.service_account_id, number.project_id):
        context.announce(f"membership {id_} stays: another resource of this program has it now")
        return
    organization = context.organization(place)
    try:
        organization.writes.remove(number.service_account_id, number.project_id)
    except StatusError as error:
        if error.status != HTTP_FORBIDDEN:
            raise
        raise Refused(
            f"{error} The membership is still in the state, and the account still in the project. "
            f"Deleting service account {number.service_account_id} takes its access too: if it is "
            "to go, take the membership out of the state (pulumi state delete URN) and run again."
        ) from None
