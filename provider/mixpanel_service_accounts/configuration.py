"""Where organization, region, dialect and credentials come from.

First found wins: the resource's own argument, an explicit `Provider`, the environment, the stack's
configuration. One resolver serves the provider's process and lookups in the program.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from msgspec import Struct, field

from mixpanel_service_accounts.api.client import DIALECTS
from mixpanel_service_accounts.api.errors import ConfigurationError
from mixpanel_service_accounts.api.models import Credentials, Place
from mixpanel_service_accounts.api.pasted import what_surrounds
from mixpanel_service_accounts.api.secret import Secret
from mixpanel_service_accounts.api.whole_numbers import whole_number
from mixpanel_service_accounts.api.wire import REGIONS, Timeouts, check_base_url
from mixpanel_service_accounts.api.wording import PLAIN, Wording
from mixpanel_service_accounts.configuration_keys import EXPLICIT

ENVIRONMENT: Mapping[str, tuple[str, ...]] = {
    "organizationId": ("MIXPANEL_ORGANIZATION_ID",),
    "region": ("MIXPANEL_REGION",),
    "baseUrl": ("MIXPANEL_BASE_URL",),
    "username": ("MIXPANEL_SERVICE_ACCOUNT_USERNAME", "MIXPANEL_SERVICE_ACCOUNT"),
    "secret": ("MIXPANEL_SERVICE_ACCOUNT_SECRET",),
}
"""The environment variables that Mixpanel's users already have (wire.md, fact 12)."""

_MOST_CALLS = 64


class Configuration(Struct, frozen=True):
    """What was found, each value by the order of precedence.

    Attributes:
        organization_id: The organization, or None.
        region: `us`, `eu`, `in`, or None.
        base_url: A base URL, which overrides every region, or None.
        dialect: `bulk` (default) or `nested`.
        credentials: The login, or None. A missing login is told at the first call.
        accept_move: Whether a recorded organization or host may become another one.
        concurrency: How many calls may be under way at once, or None for the engine's own number.
        timeouts: Deadlines, in seconds.
        gone_projects: The projects that the user named as gone.
        problems: Everything that is wrong with what was found.
    """

    organization_id: int | None = None
    region: str | None = None
    base_url: str | None = None
    dialect: str = "bulk"
    credentials: Credentials | None = None
    accept_move: bool = False
    concurrency: int | None = None
    timeouts: Timeouts = field(default_factory=Timeouts)
    gone_projects: frozenset[int] = frozenset()
    problems: tuple[str, ...] = ()

    def place(
        self, organization_id: int | None, region: str | None, recorded: Place | None
    ) -> Place:
        """Return where a resource lives.

        Args:
            organization_id: The resource's own argument, if it has one.
            region: The same.
            recorded: Where its state says that it lives: used where nothing says otherwise, so
                that a program without any configuration, as in a pull request, finds no move.
        """
        base_url = self.base_url or self._base_url_of(region or self.region)
        organization = organization_id or self.organization_id
        return Place(
            base_url=base_url or (recorded.base_url if recorded else REGIONS["us"]),
            organization_id=organization or (recorded.organization_id if recorded else None),
        )

    def login(self, words: Wording = PLAIN) -> Credentials:
        """Return the login.

        Args:
            words: The words of the shell, for the error.

        Raises:
            ConfigurationError: There is none, or something is wrong with the configuration.
        """
        if self.problems:
            raise ConfigurationError(" ".join(self.problems))
        if self.credentials is None:
            raise ConfigurationError(
                "Mixpanel credentials are missing. Give a username and a secret, both in one of: "
                f"{words.places_of_credentials}."
            )
        return self.credentials

    def _base_url_of(self, region: str | None) -> str | None:
        return REGIONS.get(region) if region else None


Source = Callable[[str], str | None]
"""Gives the value of a configuration key, or None."""


def environment_source(environment: Mapping[str, str]) -> Source:
    """Read the keys that environment variables can give; an empty variable counts as none."""

    def read(key: str) -> str | None:
        found = (environment.get(name) for name in ENVIRONMENT.get(key, ()))
        return next((value for value in found if value), None)

    return read


def resolve(
    configured: Source,
    environment: Mapping[str, str],
    stack: Source = lambda _key: None,
    words: Wording = PLAIN,
) -> Configuration:
    """Find every value, collecting what is wrong instead of stopping at the first.

    Args:
        configured: The stack's configuration, or an explicit provider's.
        environment: The environment variables.
        stack: Beside an explicit provider's, the stack's configuration.
        words: The words of the shell, for problems.
    """
    return _Resolver(configured, environment_source(environment), stack, words).resolve()


def _snake_case(key: str) -> str:
    return "".join(f"_{one.lower()}" if one.isupper() else one for one in key)


class _Resolver:
    def __init__(self, own: Source, environment: Source, stack: Source, words: Wording) -> None:
        self._words = words
        self._own = own
        self._environment = environment
        self._explicit = own(EXPLICIT) is not None
        self._order = (own, environment, stack) if self._explicit else (environment, own)
        self._configured: Source = lambda key: own(key) or stack(key)
        self._problems: list[str] = []

    def resolve(self) -> Configuration:
        region, base_url = self._host()
        return Configuration(
            organization_id=self._number("organizationId", self._first("organizationId")),
            region=region,
            base_url=base_url,
            dialect=self._one_of("dialect", self._configured("dialect"), DIALECTS) or "bulk",
            credentials=self._credentials(),
            accept_move=self._flag("acceptMove"),
            concurrency=self._concurrency(),
            timeouts=self._timeouts(),
            gone_projects=self._gone_projects(),
            problems=tuple(self._problems),
        )

    def _setting(self, key: str, value: str | None = None) -> str:
        """Return how the shell's users spell a setting, or the variable that has the value."""
        if value is not None and self._environment(key) == value and self._own(key) != value:
            return f"the environment variable {' or '.join(ENVIRONMENT[key])}"
        return self._words.setting.format(key=key, name=_snake_case(key))

    def _first(self, key: str) -> str | None:
        return next((value for source in self._order if (value := source(key))), None)

    def _host(self) -> tuple[str | None, str | None]:
        """Take region and base URL from the first source that names either.

        So a base URL left over in the environment cannot override an explicit provider's region;
        between environment and stack a base URL overrides every region.
        """
        own = self._explicit and (self._own("region") or self._own("baseUrl"))
        look = self._own if own else self._first
        region = self._one_of("region", look("region"), REGIONS)
        return region, self._url(look("baseUrl"))

    def _credentials(self) -> Credentials | None:
        """Take username and secret as a pair from one source, never one from each."""
        for source in self._order:
            username, secret = source("username"), source("secret")
            if username and secret:
                return self._unwrapped(source, username, secret)
            if username or secret:
                given, missing = ("username", "secret") if username else ("secret", "username")
                self._problems.append(
                    f"Mixpanel credentials come as a pair from one place, and one has a {given} "
                    f"without a {missing}. Give both in one of: "
                    f"{self._words.places_of_credentials}."
                )
                return None
        return None

    def _unwrapped(self, source: Source, username: str, secret: str) -> Credentials | None:
        """Return the pair, or None if white space or quotes stand around one: a problem."""
        where = "the environment" if source is self._environment else "the configuration"
        found = [
            f"The {what} in {where} has {around}. Set it again without: the server would refuse "
            "the login."
            for what, value in (("username", username), ("secret", secret))
            if (around := what_surrounds(value))
        ]
        self._problems.extend(found)
        return None if found else Credentials(username=username, secret=Secret(secret))

    def _url(self, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            return check_base_url(value)
        except ConfigurationError as error:
            self._problems.append(str(error))
            return None

    def _number(self, key: str, value: str | None) -> int | None:
        if value is None:
            return None
        number = whole_number(value)
        if number is None:
            self._problems.append(
                f"{self._setting(key, value)} must be a whole number above 0; {value!r} was given."
            )
        return number

    def _one_of(self, key: str, value: str | None, choices: Mapping[str, object]) -> str | None:
        if value is None or value in choices:
            return value
        self._problems.append(
            f"{self._setting(key, value)} must be one of {', '.join(choices)}; {value!r} was given."
        )
        return None

    def _flag(self, key: str) -> bool:
        value = self._configured(key)
        if value not in (None, "true", "false"):
            self._problems.append(
                f"{self._setting(key)} must be true or false; {value!r} was given."
            )
        return value == "true"

    def _gone_projects(self) -> frozenset[int]:
        value = self._configured("goneProjects") or ""
        numbers = [whole_number(one) for one in re.split(r"[\s,\[\]]+", value) if one]
        if None in numbers:
            self._problems.append(
                f"{self._setting('goneProjects')} must be numbers of projects with commas between "
                f"them, such as 2195193,2195194; {value!r} was given."
            )
            return frozenset()
        return frozenset(number for number in numbers if number is not None)

    def _concurrency(self) -> int | None:
        calls = self._number("concurrency", self._configured("concurrency"))
        if calls is not None and calls > _MOST_CALLS:
            self._problems.append(
                f"{self._setting('concurrency')} must be at most {_MOST_CALLS}; {calls} was given."
            )
        return calls

    def _timeouts(self) -> Timeouts:
        default = Timeouts()
        return Timeouts(
            connect=self._number("connectTimeout", self._configured("connectTimeout"))
            or default.connect,
            read=self._number("readTimeout", self._configured("readTimeout")) or default.read,
            total=self._number("totalTimeout", self._configured("totalTimeout")) or default.total,
        )
