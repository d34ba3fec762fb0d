"""Where values come from: precedence, pairs of credentials, base URLs, exact messages."""

from __future__ import annotations

import pickle

import pytest

from mixpanel_service_accounts.api import ConfigurationError, Credentials, Secret
from mixpanel_service_accounts.api.models import Place
from mixpanel_service_accounts.api.wire import check_base_url
from mixpanel_service_accounts.configuration import Configuration, resolve
from pulumi_mixpanel.wording import PULUMI

LOGIN = {
    "MIXPANEL_SERVICE_ACCOUNT_USERNAME": "env-user",
    "MIXPANEL_SERVICE_ACCOUNT_SECRET": "env-secret",
}


def configured(values: dict[str, str], environment: dict[str, str] | None = None) -> Configuration:
    """Resolve a stack's configuration with an environment."""
    return resolve(values.get, environment or {}, words=PULUMI)


def test_the_environment_wins_over_the_stack() -> None:
    """After a login is rotated, refresh still sees the configuration of the last up."""
    found = configured({"username": "stack-user", "secret": "stack-secret"}, LOGIN)
    assert found.credentials == Credentials(username="env-user", secret=Secret("env-secret"))


def test_an_explicit_provider_wins_over_the_environment() -> None:
    """What an explicit provider says the environment never overrides."""
    explicit = {
        "explicitProvider": "true",
        "username": "own-user",
        "secret": "own-secret",
        "organizationId": "7",
        "region": "eu",
    }
    environment = {
        **LOGIN,
        "MIXPANEL_ORGANIZATION_ID": "8",
        "MIXPANEL_BASE_URL": "http://127.0.0.1:9/api/app",
    }
    found = configured(explicit, environment)
    assert found.credentials == Credentials(username="own-user", secret=Secret("own-secret"))
    assert found.place(None, None, None) == Place("https://eu.mixpanel.com/api/app", 7)


def test_an_explicit_provider_takes_from_the_environment_what_it_leaves_out() -> None:
    """A provider that names its organization alone still logs in."""
    found = configured({"explicitProvider": "true", "organizationId": "7"}, LOGIN)
    assert (found.organization_id, found.credentials is not None) == (7, True)


def test_behind_an_explicit_provider_stand_environment_and_stack() -> None:
    """What nobody else says the stack says, where it stays, and how long a call may take."""
    stack = {
        "organizationId": "9",
        "region": "in",
        "dialect": "nested",
        "username": "stack-user",
        "secret": "stack-secret",
        "acceptMove": "true",
        "totalTimeout": "7",
    }
    wide = {"explicitProvider": "true", "concurrency": "16"}
    found = resolve(wide.get, {}, stack.get)
    assert found.place(None, None, None) == Place("https://in.mixpanel.com/api/app", 9)
    assert found.login() == Credentials(username="stack-user", secret=Secret("stack-secret"))
    assert (found.dialect, found.accept_move, found.timeouts.total) == ("nested", True, 7)
    between = resolve(wide.get, {**LOGIN, "MIXPANEL_ORGANIZATION_ID": "8"}, stack.get)
    assert between.organization_id == 8
    assert between.login() == Credentials(username="env-user", secret=Secret("env-secret"))
    own = {**wide, "organizationId": "7", "region": "eu", "dialect": "bulk"}
    first = resolve(own.get, {"MIXPANEL_ORGANIZATION_ID": "8"}, stack.get)
    assert first.place(None, None, None) == Place("https://eu.mixpanel.com/api/app", 7)
    assert first.dialect == "bulk"


def test_the_vendor_s_variable_names_the_login_too() -> None:
    """Both names of the username are in use (wire.md, fact 12)."""
    environment = {"MIXPANEL_SERVICE_ACCOUNT": "u", "MIXPANEL_SERVICE_ACCOUNT_SECRET": "s"}
    assert configured({}, environment).credentials == Credentials(username="u", secret=Secret("s"))


@pytest.mark.parametrize(
    ("values", "environment", "given", "missing"),
    [
        ({"username": "u"}, {}, "username", "secret"),
        ({"secret": "s"}, {}, "secret", "username"),
        (
            {"username": "u", "secret": "s"},
            {"MIXPANEL_SERVICE_ACCOUNT_USERNAME": "v"},
            "username",
            "secret",
        ),
    ],
)
def test_half_a_pair_is_a_problem(
    values: dict[str, str], environment: dict[str, str], given: str, missing: str
) -> None:
    """Username and secret are never taken from two sources."""
    found = configured(values, environment)
    assert found.credentials is None
    assert found.problems == (
        f"Mixpanel credentials come as a pair from one place, and one has a {given} without a "
        f"{missing}. Give both in one of: pulumi_mixpanel.Provider(…, username=…, secret=…); the "
        "environment variables MIXPANEL_SERVICE_ACCOUNT_USERNAME and "
        "MIXPANEL_SERVICE_ACCOUNT_SECRET; or the stack's configuration: pulumi config set "
        "mixpanel:username …, pulumi config set --secret mixpanel:secret.",
    )


def test_missing_credentials_name_all_the_places() -> None:
    """The error comes at the first call, and tells everything that would do."""
    with pytest.raises(ConfigurationError) as caught:
        configured({}).login(PULUMI)
    assert str(caught.value) == (
        "Mixpanel credentials are missing. Give a username and a secret, both in one of: "
        "pulumi_mixpanel.Provider(…, username=…, secret=…); the environment variables "
        "MIXPANEL_SERVICE_ACCOUNT_USERNAME and MIXPANEL_SERVICE_ACCOUNT_SECRET; or the stack's "
        "configuration: pulumi config set mixpanel:username …, pulumi config set --secret "
        "mixpanel:secret."
    )


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"organizationId": "acme"}, "mixpanel:organizationId must be a whole number above 0; 'acme' was given."),
        ({"region": "asia"}, "mixpanel:region must be one of us, eu, in; 'asia' was given."),
        ({"dialect": "soap"}, "mixpanel:dialect must be one of bulk, nested; 'soap' was given."),
        ({"acceptMove": "yes"}, "mixpanel:acceptMove must be true or false; 'yes' was given."),
        ({"concurrency": "65"}, "mixpanel:concurrency must be at most 64; 65 was given."),
        ({"readTimeout": "soon"}, "mixpanel:readTimeout must be a whole number above 0; 'soon' was given."),
    ],
)  # fmt: skip
def test_each_wrong_value_has_its_message(values: dict[str, str], problem: str) -> None:
    """All problems are collected, none is raised while the provider is configured."""
    assert configured(values).problems == (problem,)


@pytest.mark.parametrize(
    ("variable", "value", "rule"),
    [
        ("MIXPANEL_ORGANIZATION_ID", "acme", "a whole number above 0"),
        ("MIXPANEL_REGION", "asia", "one of us, eu, in"),
    ],
)
def test_a_wrong_value_of_a_variable_names_the_variable(
    variable: str, value: str, rule: str
) -> None:
    """And not a setting that the user never made."""
    problem = f"the environment variable {variable} must be {rule}; {value!r} was given."
    assert configured({}, {variable: value}).problems == (problem,)


def test_a_base_url_overrides_every_region() -> None:
    """A region given by argument or configuration does not matter then."""
    found = configured({"baseUrl": "https://proxy.example.com/mp/", "region": "in"})
    assert found.place(None, "eu", None).base_url == "https://proxy.example.com/mp"


@pytest.mark.parametrize(
    ("region", "base_url"),
    [
        ("us", "https://mixpanel.com/api/app"),
        ("eu", "https://eu.mixpanel.com/api/app"),
        ("in", "https://in.mixpanel.com/api/app"),
    ],
)
def test_each_region_has_its_host(region: str, base_url: str) -> None:
    """The hosts are those of the vendor's documents."""
    assert configured({"region": region}).place(None, None, None).base_url == base_url
    assert configured({}).place(None, region, None).base_url == base_url


def test_what_nobody_says_stays_as_recorded() -> None:
    """A pull request's job has no configuration, and must not find a move."""
    recorded = Place("https://eu.mixpanel.com/api/app", 1001)
    assert configured({}).place(None, None, recorded) == recorded


@pytest.mark.parametrize(
    "url",
    [
        "https://mixpanel.com/api/app",
        "https://example.com:8443/mp",
        "http://localhost:8080/api/app",
        "http://127.0.0.1:1/api/app",
        "http://127.9.9.9/api/app",
        "http://[::1]:8080/api/app",
    ],
)
def test_a_base_url_is_https_or_loopback(url: str) -> None:
    """These are kept as they are."""
    assert check_base_url(url) == url


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("https://mixpanel.com", "https://mixpanel.com/api/app"),
        ("https://EU.mixpanel.com/", "https://eu.mixpanel.com/api/app"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/api/app"),
        ("https://example.com/mp/", "https://example.com/mp"),
    ],
)
def test_a_base_url_without_a_path_gets_the_api_s(url: str, meant: str) -> None:
    """The vendor's own tools mean the host alone by the same variable."""
    assert check_base_url(url) == meant
    assert configured({}, {"MIXPANEL_BASE_URL": url}).base_url == meant


SET_AGAIN = "Set it again without: the server would refuse the login."


@pytest.mark.parametrize(
    ("secret", "around"),
    [
        ("hidden\n", "a newline after it"),
        ("hidden\r\n", "a newline after it"),
        (" hidden", "white space before it"),
        ("\thidden \n", "white space before it and white space after it"),
        ("'hidden'", "single quotes around it"),
        ('"hidden"\n', "a newline after it and double quotes around it"),
        ("\ufeffhidden", "an invisible character before it"),
        (" \n", "nothing but white space"),
    ],
)
def test_what_was_pasted_along_with_a_login_is_a_problem(secret: str, around: str) -> None:
    """Which of the two, where it came from, and what is around it; the value is not shown."""
    environment = {**LOGIN, "MIXPANEL_SERVICE_ACCOUNT_SECRET": secret}
    found = configured({}, environment)
    assert found.problems == (f"The secret in the environment has {around}. {SET_AGAIN}",)
    assert found.credentials is None
    found = configured({"username": secret, "secret": "s"})
    assert found.problems == (f"The username in the configuration has {around}. {SET_AGAIN}",)
    assert "hidden" not in str(found.problems)


@pytest.mark.parametrize("value", ["hid den", "'hidden", 'hid"den"', '"', "hidden'"])
def test_what_is_part_of_a_login_is_kept(value: str) -> None:
    """White space inside, or a single quote, may be meant."""
    found = configured({"username": value, "secret": value})
    assert found.login() == Credentials(username=value, secret=Secret(value))


HTTP = (
    "http is for loopback alone (localhost, 127.0.0.0/8, ::1) and {} is not: the credentials would "
    "cross the network in clear. Use https."
)
USER = "it has user information before the host; credentials are configured apart."
SHAPE = "it must be https://host/path, or http://localhost:port/path for a local server."
SPACE = "it has white space, a backslash or letters that no URL may have."


@pytest.mark.parametrize(
    ("url", "shown", "problem"),
    [
        ("http://mixpanel.com/api/app", "http://mixpanel.com/api/app", HTTP.format("mixpanel.com")),
        ("http://localhost.example.com", "http://localhost.example.com", HTTP.format("localhost.example.com")),
        ("http://127.0.0.1.example.com", "http://127.0.0.1.example.com", HTTP.format("127.0.0.1.example.com")),
        ("http://128.0.0.1", "http://128.0.0.1", HTTP.format("128.0.0.1")),
        ("http://0.0.0.0", "http://0.0.0.0", HTTP.format("0.0.0.0")),  # noqa: S104 (refused)
        ("http://2130706433", "http://2130706433", HTTP.format("2130706433")),
        ("http://127.0.0.1@example.com", "http://[…]@example.com", USER),
        ("https://user:pass@mixpanel.com", "https://[…]@mixpanel.com", USER),
        ("https://user:pa/ss@mixpanel.com", "https://[…]@mixpanel.com", "it is no URL."),
        ("https://mixpanel.com/api?x=1", "https://mixpanel.com/api?x=1", "it has a query or a fragment."),
        ("https://mixpanel.com/api#x", "https://mixpanel.com/api#x", "it has a query or a fragment."),
        ("ftp://mixpanel.com", "ftp://mixpanel.com", SHAPE),
        ("mixpanel.com", "mixpanel.com", SHAPE),
        ("https://", "https://", SHAPE),
        ("https://mixpanel.com:port", "https://mixpanel.com:port", "it is no URL."),
        ("https://mix panel.com", "https://mix panel.com", SPACE),
        ("http://localhost\\@example.com", "http://[…]@example.com", SPACE),
        ("https://mixpanel.cоm", "https://mixpanel.cоm", SPACE),  # noqa: RUF001 (a Cyrillic letter)
    ],
)  # fmt: skip
def test_every_other_base_url_is_refused(url: str, shown: str, problem: str) -> None:
    """The message shows the URL without what may be a password."""
    with pytest.raises(ConfigurationError) as caught:
        check_base_url(url)
    assert str(caught.value) == f"The base URL {shown!r} is refused: {problem}"


def test_a_secret_shows_itself_to_nobody() -> None:
    """Not in a repr, an f-string or the configuration's repr, and never in a pickle."""
    secret = Secret("hidden-value")
    found = configured({"username": "u", "secret": "hidden-value"})
    assert "hidden-value" not in f"{secret} {secret!r} {found!r} {found.credentials}"
    with pytest.raises(TypeError, match="A Secret is never pickled"):
        pickle.dumps(secret)
