"""What a lookup means: its arguments, the one account that matches, and what it tells of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from mixpanel_service_accounts.api.errors import HTTP_FORBIDDEN, MixpanelError, StatusError
from mixpanel_service_accounts.api.instants import format_instant
from mixpanel_service_accounts.api.models import Account, Member
from mixpanel_service_accounts.api.wire import REGIONS
from mixpanel_service_accounts.resources.checks import Checking, check_number
from mixpanel_service_accounts.resources.location import describe
from mixpanel_service_accounts.resources.session import Session

if TYPE_CHECKING:  # what only calls need is slow to import (context.py)
    from mixpanel_service_accounts.api.organization import Organization

Arguments = Mapping[str, Any]

_OPTIONAL = (
    "created",
    "user",
    "creator",
    "creator_email",
    "creator_name",
    "expires",
    "last_used",
    "role",
)
"""The fields of an account that an answer may lack."""


class Unanswered(MixpanelError):  # noqa: N818 (reads as a sentence, like its siblings)
    """A lookup has no answer: its arguments say too little, or nothing is as they say."""


@dataclass(frozen=True)
class ServiceAccountDetails:
    """A service account as a lookup finds it; never with its secret, which no route gives.

    Attributes:
        id: The account's number (both documents).
        username: The login, in full (both documents).
        name: The name that was asked for: as answered (`nested`), else the username without the
            suffix that the server gave it (`bulk`; grade D, R, T).
        organization_id: The number of the organization that it was found in.
        created: When it was made, UTC, such as `2027-06-30T00:00:00Z`.
        user: The number of the user behind it (`bulk`; grade D).
        creator: The user number of the login that made it (`bulk`; grade D).
        creator_email: That login's address (`bulk`; grade D).
        creator_name: That login's name (`bulk`; grade D).
        expires: When it stops working, UTC; None for never (`bulk`; grade D).
        last_used: When it last logged in, UTC; None for never (`bulk`; grade D). It changes by
            itself: a resource that is given it changes with every use.
        role: Its role in the organization, where the server tells it (`bulk`; grade S).
        not_told: The names of those fields above that the answer did not have. They are None, which
            then says nothing: under `nested` an account with `expires` None may expire.
    """

    id: int
    username: str
    name: str
    organization_id: int
    created: str | None
    user: int | None
    creator: int | None
    creator_email: str | None
    creator_name: str | None
    expires: str | None
    last_used: str | None
    role: str | None
    not_told: tuple[str, ...]


@dataclass(frozen=True)
class ProjectServiceAccount:
    """One row of a project's list: a service account, and how it came to be there.

    An account that is there by itself and through a team has two rows.

    Attributes:
        account: The account.
        role: Its role in the project, by this row (both documents).
        target_type: `individual` for a grant to the account itself, `team` or `organization` for
            one that it has through others (`bulk`; grade R); None under `nested`, which tells
            grants to the account itself alone.
        has_sensitive_access: Whether it sees data classified as sensitive (`bulk`; grade S); None
            where the server does not tell.
    """

    account: ServiceAccountDetails
    role: str
    target_type: str | None
    has_sensitive_access: bool | None


def find_account(
    session: Session, arguments: Arguments, *, anew: bool = False
) -> ServiceAccountDetails:
    """Find the one account that has an id, a username or a name.

    By id that one account is read, and from the second id on the list, like by anything else.

    Args:
        session: The way there.
        arguments: `id`, `username` or `name`; `organization_id`, `region`.
        anew: Whether what was read before is too old.

    Raises:
        Unanswered: None or several match, or the arguments are not what they should be.
        MixpanelError: The list could not be read.
    """
    property_, value = _checked_key(arguments)
    organization = _organization(session, arguments, anew=anew and property_ != "id")
    if property_ == "id":
        found = organization.reads.account(value)
        matching = [] if found is None else [found]
    else:
        matching = _matching(organization, property_, value)
    if len(matching) != 1:
        raise Unanswered(_why_not_one(organization, property_, value, matching))
    return _details(organization, matching[0])


def list_accounts(
    session: Session, arguments: Arguments, *, anew: bool = False
) -> tuple[ServiceAccountDetails, ...]:
    """List the accounts of an organization, or those whose name fits a pattern, by number.

    Args:
        session: The way there.
        arguments: `name_pattern`, `organization_id`, `region`.
        anew: Whether what was read before is too old.

    Raises:
        Unanswered: The arguments are not what they should be.
        MixpanelError: The list could not be read.
    """
    pattern = arguments.get("name_pattern")
    if pattern is not None:
        _require_text("name_pattern", pattern)
    organization = _organization(session, arguments, anew=anew)
    return tuple(
        _details(organization, account)
        for _, account in sorted(organization.reads.accounts().items())
        if pattern is None or fnmatchcase(account.name, pattern)
    )


def list_project_accounts(
    session: Session, arguments: Arguments, *, anew: bool = False
) -> tuple[ProjectServiceAccount, ...]:
    """List who is in a project, by account number.

    Args:
        session: The way there.
        arguments: `project_id`, `organization_id`, `region`.
        anew: Whether what was read before is too old.

    Raises:
        Unanswered: The login may not read the project, or the arguments are not what they should
            be.
        MixpanelError: The list could not be read, or an empty one proves nothing.
    """
    project = _number("project_id", arguments.get("project_id"), what="a project's number")
    organization = _organization(session, arguments, anew=anew)
    try:
        members = organization.reads.members(project)
    except StatusError as error:
        if error.status != HTTP_FORBIDDEN:
            raise
        raise Unanswered(
            f"project {project} cannot be read, which does not mean that it is empty: {error}"
        ) from None
    return tuple(
        _row(organization, member) for member in sorted(members, key=lambda row: row.account.id)
    )


# ---- arguments --------------------------------------------------------------------------------


def _checked_key(arguments: Arguments) -> tuple[str, Any]:
    """Take the one argument that says which account."""
    keys = ("id", "username", "name")
    given = [key for key in keys if arguments.get(key) is not None]
    if len(given) != 1:
        raise Unanswered(
            "it takes exactly one of id, username and name; "
            + (f"{' and '.join(given)} were given." if given else "none was given.")
        )
    value = arguments[given[0]]
    if given[0] == "id":
        return "id", _number("id", value, what="a service account's number")
    _require_text(given[0], value)
    return given[0], value


def _number(property_: str, value: object, *, what: str) -> int:
    checked = Checking()
    number = check_number(checked, property_, value, what=what)
    if number is None:
        raise Unanswered(checked.failures[0].reason)
    return number


def _require_text(property_: str, value: object) -> None:
    if not isinstance(value, str) or not value:
        raise Unanswered(f"{property_} must be a text that is not empty; {value!r} was given.")


def _organization(session: Session, arguments: Arguments, *, anew: bool) -> Organization:
    """Connect to where the arguments and the configuration say."""
    number, region = arguments.get("organization_id"), arguments.get("region")
    if number is not None:
        number = _number("organization_id", number, what="an organization's number")
    if region is not None and (not isinstance(region, str) or region not in REGIONS):
        raise Unanswered(f"region must be one of {', '.join(REGIONS)}; {region!r} was given.")
    organization = session.organization(session.configuration.place(number, region, None))
    if anew:
        organization.reads.forget_everything()
    return organization


# ---- matching ---------------------------------------------------------------------------------


def _matching(organization: Organization, property_: str, value: str) -> list[Account]:
    accounts = organization.reads.accounts()
    return [account for account in accounts.values() if getattr(account, property_) == value]


def _why_not_one(
    organization: Organization, property_: str, value: object, matching: Sequence[Account]
) -> str:
    where = describe(organization.place)
    if not matching:
        in_all = f"it has {len(organization.reads.accounts())} in all"
        return f"no service account of {where} has the {property_} {value!r}; {in_all}."
    candidates = sorted(matching, key=lambda account: account.id)
    return (
        f"{len(matching)} service accounts of {where} have the {property_} {value!r}. Look one up "
        f"by its id or username: {'; '.join(map(_candidate, candidates))}."
    )


def _candidate(account: Account) -> str:
    made = format_instant(account.created) if account.created else "at an unknown time"
    by = account.creator_email or account.creator_name or account.creator or "an unknown login"
    return f"{account.id} ({account.username}, made {made} by {by})"


# ---- results ----------------------------------------------------------------------------------


def _details(organization: Organization, account: Account) -> ServiceAccountDetails:
    told = {field: getattr(account, field) for field in _OPTIONAL}
    return ServiceAccountDetails(
        id=account.id,
        username=account.username,
        name=account.name,
        organization_id=organization.id,
        not_told=tuple(field for field, value in told.items() if value is UNSET),
        **{field: _plain(value) for field, value in told.items()},
    )


def _row(organization: Organization, member: Member) -> ProjectServiceAccount:
    return ProjectServiceAccount(
        account=_details(organization, member.account),
        role=member.role,
        target_type=_plain(member.target_type),
        has_sensitive_access=_plain(member.has_sensitive_access),
    )


def _plain(value: Any) -> Any:  # noqa: ANN401 (fields are of any type)
    """Write what resources write too: instants as text, and None for what was not told."""
    if isinstance(value, datetime):
        return format_instant(value)
    return None if value is UNSET else value
