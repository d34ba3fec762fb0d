"""Where a resource lives, and what happens if the configuration moves it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mixpanel_service_accounts.api.errors import Refused
from mixpanel_service_accounts.api.models import Place
from mixpanel_service_accounts.resources.account_fields import Located
from mixpanel_service_accounts.resources.checks import Checking, check_number
from mixpanel_service_accounts.resources.fields import Unknown, is_known
from mixpanel_service_accounts.resources.session import Session

if TYPE_CHECKING:  # what only calls need is slow to import
    from mixpanel_service_accounts.api.organization import Organization


def check_place(
    session: Session, checked: Checking, news: Mapping[str, Any], olds: Located | None
) -> None:
    """Check the arguments `organization_id` and `region`, and record where the resource lives."""
    organization = _checked_organization(checked, news)
    region = news.get("region")
    if region is not None and not isinstance(region, Unknown):
        if region not in ("us", "eu", "in"):
            checked.fail("region", f"region must be one of us, eu, in; {region!r} was given.")
            return
        checked.inputs["region"] = region
    for problem in session.configuration.problems:
        checked.fail("", problem)
    if isinstance(organization, Unknown) or isinstance(region, Unknown):
        checked.inputs["home"] = organization if isinstance(organization, Unknown) else region
        return
    recorded = known_place(olds.home) if olds else None
    place = session.configuration.place(organization, region, recorded)
    changed_region = region if region != (olds.region if olds else None) else None
    move = _move(session, recorded, place, organization, changed_region)
    if move:
        checked.fail("", move)
    checked.inputs["home"] = place


def _checked_organization(checked: Checking, news: Mapping[str, Any]) -> int | Unknown | None:
    value = news.get("organization_id")
    if value is None:
        return None
    if not isinstance(value, Unknown):
        value = check_number(checked, "organization_id", value, what="an organization's number")
    if value is not None:
        checked.inputs["organization_id"] = value
    return value


def known_place(home: object) -> Place | None:
    """Return a recorded place; None if it is missing or unknown."""
    return home if isinstance(home, Place) else None


def current_place(
    session: Session, state: Located | None, organization_id: int | None = None
) -> Place:
    """Return where to read or delete a resource: where its state says that it lives.

    Args:
        session: Its configuration counts without a state.
        state: What records the place.
        organization_id: The organization that the id names, for an import.

    Raises:
        Refused: The configuration now names another organization or host.
    """
    recorded = known_place(state.home) if state else None
    organization = state.organization_id if state else organization_id
    region = state.region if state else None
    place = session.configuration.place(organization, region, recorded)
    move = _move(session, recorded, place, None, None)
    if move:
        raise Refused(move)
    return place


def _move(
    session: Session,
    recorded: Place | None,
    place: Place,
    organization_argument: int | None,
    changed_region: str | None,
) -> str | None:
    """Return why a place other than the recorded one is refused; None if it is not."""
    if recorded is None or session.configuration.accept_move:
        return None
    host_moved = recorded.base_url != place.base_url and not changed_region
    organization_moved = (
        recorded.organization_id not in (None, place.organization_id) and not organization_argument
    )
    if not host_moved and not organization_moved:
        return None
    return (
        f"This resource lives in {describe(recorded)}, and the configuration now says "
        f"{describe(place)}. Nothing was changed. Undo the change of the configuration or of the "
        "environment, or, if the resource really lives there now, set "
        f"{session.wording.accept_move} to true."
    )


def describe(place: Place) -> str:
    """Return the name of a place for a message."""
    organization = place.organization_id if place.organization_id is not None else "of the login"
    return f"organization {organization} at {place.base_url}"


class Move(Struct, frozen=True):
    """What differs between where a state and where new inputs say that a resource lives.

    Attributes:
        changed: The inputs that differ, and `home` if the place does.
        replaces: Those that ask for a replacement.
    """

    changed: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()

    @property
    def unsettled(self) -> tuple[str, ...]:
        """The outputs that it will alter."""
        return ("home",) if "home" in self.changed else ()


def place_changes(session: Session, olds: Located, news: Located) -> Move:
    """Compare where state and inputs say that a resource lives.

    Raises:
        Refused: The configuration, and not an argument, moved to another organization.
    """
    if isinstance(news.home, Unknown):
        return Move(("home",), ("organization_id",))
    old, new = known_place(olds.home), known_place(news.home)
    if old is None or new is None:
        return Move()
    replaces = []
    if news.organization_id is not None and news.organization_id != old.organization_id:
        replaces.append("organization_id")
    if news.region != olds.region and new.base_url != old.base_url:
        replaces.append("region")
    if not replaces:
        move = _move(session, old, _new_or_old(new, old), news.organization_id, None)
        if move:
            raise Refused(move)
    moved = new.base_url != old.base_url or new.organization_id not in (None, old.organization_id)
    changed = (*(("home",) if moved else ()), *(("region",) if news.region != olds.region else ()))
    return Move(changed, tuple(replaces))


def sure_place_changes(session: Session, olds: Located, news: Located) -> tuple[str, ...]:
    """Return which arguments surely ask for another place: unknown ones do not."""
    return place_changes(session, olds, news).replaces if is_known(news.home) else ()


def recorded_place(values: Located) -> Place:
    """Return the place that inputs or state record, which check() never leaves out."""
    place = known_place(values.home)
    if place is None:
        raise Refused(
            "The state records no organization and host. It was not written by this provider."
        )
    return place


def require_recorded(state: Located | None, missing: str, organization: Organization) -> None:
    """Refuse an id that no state recorded and that does not exist; nothing of ours was deleted.

    Raises:
        Refused: No state ever recorded it.
    """
    if state is None or known_place(state.home) is None:
        raise Refused(
            f"{missing} was not found in organization {organization.id} at "
            f"{organization.client.base_url}, so there is nothing to read by that id."
        )


def moved_organization(
    session: Session, account: int, olds: Located, news: Located
) -> Organization:
    """Connect to where a resource lives by its new inputs.

    Raises:
        Refused: That is another place than before, and the account is not there.
    """
    old = recorded_place(olds)
    new = _new_or_old(recorded_place(news), old)
    organization = session.organization(new)
    if new != old and organization.reads.account(account) is None:
        raise Refused(
            f"service account {account} lives in {describe(old)}; it is not in {describe(new)}, "
            f"where {session.wording.accept_move} would record it. Nothing was changed."
        )
    return organization


def _new_or_old(new: Place, old: Place) -> Place:
    """Fill in the organization that only the state knows, for `/me` told it at creation."""
    return Place(new.base_url, new.organization_id or old.organization_id)
