"""Where a resource lives, and the way there: one organization's connection for a whole process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from pulumi_mixpanel.api.client import DIALECTS, Client
from pulumi_mixpanel.api.clock import SYSTEM_CLOCK, Clock
from pulumi_mixpanel.api.dialects import Dialect
from pulumi_mixpanel.api.errors import ConfigurationError, Refused, StatusError
from pulumi_mixpanel.configuration import (
    PLACES_OF_ORGANIZATION,
    Configuration,
    Place,
)
from pulumi_mixpanel.resources.values import (
    Checked,
    Inputs,
    State,
    Unknown,
    check_number,
    is_known,
)

if TYPE_CHECKING:
    from pulumi_mixpanel.api.organization import Organization
    from pulumi_mixpanel.api.recovery import Births

_CONNECTIONS = 4
"""As many as the host has threads by default."""


class Context(Struct):
    """What the rules need from outside: configuration, clock, a voice, and the connections.

    Attributes:
        configuration: What was configured.
        clock: Where time comes from.
        warn: Shows a line to the user as a warning.
        announce: Shows a line to the user.
        claims: The (organization, account, project) that some account's `projects` manages.
        memberships: The same of the membership resources that this process made or found wanted.
        held: The accounts that resources of this process hold, as far as it has met them: host and
            number, for nobody knows whether two hosts share their numbers.
        adopted: Those that a create of this process took over, and whether with a secret.
        renewals: Numbers and names of the accounts that this process replaces because the clock
            alone says so (clock_comparison.py).
    """

    configuration: Configuration
    clock: Clock = SYSTEM_CLOCK
    warn: Callable[[str], None] = lambda _line: None
    announce: Callable[[str], None] = lambda _line: None
    claims: set[tuple[int | None, int, int]] = field(default_factory=set)
    memberships: set[tuple[int | None, int, int]] = field(default_factory=set)
    held: set[tuple[str, int]] = field(default_factory=set)
    adopted: dict[tuple[str, int], bool] = field(default_factory=dict)
    renewals: set[int | str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _clients: dict[str, Client] = field(default_factory=dict)
    _organizations: dict[tuple[str, int], Organization] = field(default_factory=dict)
    _discovered: dict[str, int] = field(default_factory=dict)
    _births: Births | None = None
    _warned: set[str] = field(default_factory=set)

    @property
    def dialect(self) -> type[Dialect]:
        """The dialect in use."""
        return DIALECTS[self.configuration.dialect]

    def warn_once(self, line: str) -> None:
        """Warn, but not twice of the same in one process."""
        with self._lock:
            if line in self._warned:
                return
            self._warned.add(line)
        self.warn(line)

    def is_own_login(self, username: object) -> bool:
        """Tell whether a username is the one that this provider logs in with."""
        login = self.configuration.credentials
        # Whether the server tells upper from lower case is unknown: in doubt it is the same login.
        return (
            login is not None
            and isinstance(username, str)
            and login.username.strip().casefold() == username.strip().casefold()
        )

    def spare_own_login(self, username: object, fate: str) -> None:
        """Refuse to do away with the account that this provider logs in with.

        Raises:
            Refused: It is that account.
        """
        if self.is_own_login(username):
            raise Refused(
                f"{username!r} is the account that this provider logs in with, and would be "
                f"{fate}. Log in with another account first."
            )

    def hold(self, home: object, number: int) -> None:
        """Remember that a resource holds an account, where it is known where that lives."""
        if place := place_of(home):
            self.held.add((place.base_url, number))

    def _held_at(self, base_url: str) -> set[int]:
        return {number for host, number in self.held.copy() if host == base_url}

    def is_wanted(self, organization: int | None, account: int, project: int) -> bool:
        """Tell whether a resource of this program, as it is now, grants a project to an account.

        Whoever lets go of the same grant must not take it away then: a resource got another name, a
        membership moved to `projects` or back, a replacement came before its deletion.
        """
        grants = {(organization, account, project), (None, account, project)}
        return bool(grants & (self.claims | self.memberships))

    def organization(self, place: Place) -> Organization:
        """Connect, once for each place, to where a resource lives.

        Raises:
            ConfigurationError: Credentials or organization are missing.
        """
        # Here, and not above: a preview makes no call, and waits for everything that is imported.
        from pulumi_mixpanel.api.organization import Organization  # noqa: PLC0415
        from pulumi_mixpanel.api.recovery import Births  # noqa: PLC0415

        with self._lock:
            self._births = self._births or Births()
            client = self._client(place.base_url)
            number = place.organization_id or self._discover(client)
            key = (place.base_url, number)
            if key not in self._organizations:
                self._organizations[key] = Organization(
                    client,
                    number,
                    warn=self.warn_once,
                    held=lambda: self._held_at(place.base_url),
                    births=self._births,
                )
            return self._organizations[key]

    def _client(self, base_url: str) -> Client:
        if base_url not in self._clients:
            self._clients[base_url] = Client(
                base_url,
                self.configuration.login(),
                dialect=self.configuration.dialect,
                timeouts=self.configuration.timeouts,
                connections=self.configuration.concurrency or _CONNECTIONS,
                clock=self.clock,
                announce=self.announce,
            )
        return self._clients[base_url]

    def _discover(self, client: Client) -> int:
        """Take the one organization that `/me` names (wire.md, fact 11), asked for once."""
        if client.base_url in self._discovered:
            return self._discovered[client.base_url]
        try:
            named = client.me().organizations
        except StatusError as error:
            reason = f"and it could not be asked for: {error}"
        else:
            if len(named) == 1:
                return self._discovered.setdefault(client.base_url, next(iter(named)))
            reason = f"and the login belongs to {len(named)}"
        raise ConfigurationError(
            f"The organization is missing, {reason}. Give its number in one of: "
            f"{PLACES_OF_ORGANIZATION}."
        )


def check_place(context: Context, checked: Checked, news: Mapping[str, Any], olds: Inputs) -> None:
    """Check the arguments `organization_id` and `region`, and record where the resource lives."""
    organization = _checked_organization(checked, news)
    region = news.get("region")
    if region is not None and not isinstance(region, Unknown):
        if region not in ("us", "eu", "in"):
            checked.fail("region", f"region must be one of us, eu, in; {region!r} was given.")
            return
        checked.inputs["region"] = region
    for problem in context.configuration.problems:
        checked.fail("", problem)
    if isinstance(organization, Unknown) or isinstance(region, Unknown):
        checked.inputs["home"] = organization if isinstance(organization, Unknown) else region
        return
    recorded = place_of(olds.get("home"))
    place = context.configuration.place(organization, region, recorded)
    changed_region = region if region != olds.get("region") else None
    move = _move(context, recorded, place, organization, changed_region)
    if move:
        checked.fail("", move)
    checked.inputs["home"] = home_of(place)


def _checked_organization(checked: Checked, news: Mapping[str, Any]) -> int | Unknown | None:
    value = news.get("organization_id")
    if value is None:
        return None
    if not isinstance(value, Unknown):
        value = check_number(checked, "organization_id", value, what="an organization's number")
    if value is not None:
        checked.inputs["organization_id"] = value
    return value


def current_place(context: Context, state: State) -> Place:
    """Say where to read or delete a resource: where its state says that it lives.

    Raises:
        Refused: The configuration now says another organization or host.
    """
    recorded = place_of(state.get("home"))
    place = context.configuration.place(state.get("organization_id"), state.get("region"), recorded)
    move = _move(context, recorded, place, None, None)
    if move:
        raise Refused(move)
    return place


def _move(
    context: Context,
    recorded: Place | None,
    place: Place,
    organization_argument: int | None,
    changed_region: str | None,
) -> str | None:
    """Say why a place other than the recorded one is refused; None where it is not."""
    if recorded is None or context.configuration.accept_move:
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
        "environment, or, if the resource really lives there now, set mixpanel:acceptMove to true."
    )


def describe(place: Place) -> str:
    """Name a place in a message."""
    organization = place.organization_id if place.organization_id is not None else "of the login"
    return f"organization {organization} at {place.base_url}"


def place_of(home: object) -> Place | None:
    """Read the place that inputs or state record."""
    if not isinstance(home, Mapping) or not isinstance(home.get("base_url"), str):
        return None
    organization = home.get("organization_id")
    return Place(
        base_url=home["base_url"],
        organization_id=int(organization) if organization is not None else None,
    )


def home_of(place: Place) -> dict[str, Any]:
    """Write the place that inputs and state record."""
    home: dict[str, Any] = {"base_url": place.base_url}
    if place.organization_id is not None:
        home["organization_id"] = place.organization_id
    return home


def place_changes(context: Context, olds: State, news: Inputs) -> tuple[bool, tuple[str, ...]]:
    """Compare where state and inputs say that a resource lives.

    Returns:
        Whether anything differs, and which arguments ask for a replacement.

    Raises:
        Refused: The configuration, and not an argument, moved to another organization.
    """
    if isinstance(news.get("home"), Unknown):
        return True, ("organization_id",)
    old, new = place_of(olds.get("home")), place_of(news.get("home"))
    if old is None or new is None:
        return False, ()
    replaces = []
    organization = news.get("organization_id")
    if organization is not None and organization != old.organization_id:
        replaces.append("organization_id")
    if news.get("region") != olds.get("region") and new.base_url != old.base_url:
        replaces.append("region")
    if not replaces and (move := _move(context, old, _new_or_old(new, old), organization, None)):
        raise Refused(move)
    moved = new.base_url != old.base_url or new.organization_id not in (None, old.organization_id)
    return moved or news.get("region") != olds.get("region"), tuple(replaces)


def sure_place_changes(context: Context, olds: State, news: Inputs) -> tuple[str, ...]:
    """Tell which arguments surely ask for another place: what a preview does not know does not."""
    return place_changes(context, olds, news)[1] if is_known(news.get("home")) else ()


def recorded_place(values: Mapping[str, Any]) -> Place:
    """Read the place that inputs or state record, which check() never leaves out."""
    place = place_of(values.get("home"))
    if place is None:
        raise Refused(
            "The state records no organization and host. It was not written by this provider."
        )
    return place


def require_recorded(state: State, missing: str, organization: Organization) -> None:
    """Refuse what was asked for by its id alone and is not there: nothing was lost that was ours.

    Raises:
        Refused: No state ever recorded it.
    """
    if place_of(state.get("home")) is None:
        raise Refused(
            f"{missing} was not found in organization {organization.id} at "
            f"{organization.client.base_url}, so there is nothing to read by that id."
        )


def moved_organization(context: Context, id_: str, olds: State, news: Inputs) -> Organization:
    """Connect to where a resource lives by its new inputs.

    Raises:
        Refused: That is another place than before, and the account is not there.
    """
    old = recorded_place(olds)
    new = _new_or_old(recorded_place(news), old)
    organization = context.organization(new)
    account = int(olds.get("service_account_id") or id_)
    if new != old and organization.reads.account(account) is None:
        raise Refused(
            f"service account {account} lives in {describe(old)}; it is not in {describe(new)}, "
            "where mixpanel:acceptMove would record it. Nothing was changed."
        )
    return organization


def _new_or_old(new: Place, old: Place) -> Place:
    """Fill in the organization that only the state knows, for `/me` told it at creation."""
    return Place(new.base_url, new.organization_id or old.organization_id)
