"""The provider block: its schema, and the configuration that it and the environment lead to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Struct

from mixpanel_service_accounts.configuration import (
    ENVIRONMENT,
    EXPLICIT,
    Configuration,
    resolve,
)
from mixpanel_service_accounts.resources.fields import UNKNOWN, declared
from terraform_mixpanel.attributes import attributes_of
from terraform_mixpanel.wire_values import WireValue, to_core


class ProviderBlock(Struct, frozen=True):
    """The arguments of the provider block; each beats its environment variable."""

    username: Annotated[
        str | None,
        declared(
            "The login: a service account's full username. Default: the environment variable "
            "`MIXPANEL_SERVICE_ACCOUNT_USERNAME` or `MIXPANEL_SERVICE_ACCOUNT`. Username and "
            "secret come as a pair from one place."
        ),
    ] = None
    secret: Annotated[
        str | None,
        declared(
            "Its secret. Default: the environment variable `MIXPANEL_SERVICE_ACCOUNT_SECRET`.",
            secret=True,
        ),
    ] = None
    organization_id: Annotated[
        int | None,
        declared(
            "The organization's number. Default: the environment variable "
            "`MIXPANEL_ORGANIZATION_ID`, else the one organization of the login."
        ),
    ] = None
    region: Annotated[
        str | None,
        declared(
            "`us`, `eu` or `in`: which of Mixpanel's hosts. Default: the environment variable "
            "`MIXPANEL_REGION`, else `us`."
        ),
    ] = None
    base_url: Annotated[
        str | None,
        declared(
            "The base URL of the API, which overrides every region. Default: the environment "
            "variable `MIXPANEL_BASE_URL`."
        ),
    ] = None
    dialect: Annotated[
        str | None,
        declared("`bulk` or `nested`: which description of the API counts. Default: `bulk`."),
    ] = None
    accept_move: Annotated[
        bool | None,
        declared(
            "Whether a resource's recorded organization or host may become the configured one. "
            "Default: false."
        ),
    ] = None
    connect_timeout: Annotated[
        int | None, declared("Seconds to wait for a connection. Default: 10.")
    ] = None
    read_timeout: Annotated[
        int | None, declared("Seconds to wait for a response. Default: 150.")
    ] = None
    total_timeout: Annotated[
        int | None,
        declared("Seconds after which an operation with all its retries gives up. Default: 180."),
    ] = None


ATTRIBUTES = attributes_of(ProviderBlock, ProviderBlock)
_PAIR = ("username", "secret")


class Configured(Struct, frozen=True):
    """A configured provider.

    Attributes:
        configuration: What was found.
        unknown: The arguments that are known only after another resource was applied. What the
            environment says instead of them does not count.
    """

    configuration: Configuration
    unknown: tuple[str, ...] = ()


def configure(block: WireValue, environment: Mapping[str, str]) -> Configured:
    """Return the configuration of a provider block and the environment.

    Args:
        block: The arguments, some of which may be unknown while planning.
        environment: The environment variables.
    """
    values = {name: to_core(block.get(name), one.type) for name, one in ATTRIBUTES.items()}
    unknown = tuple(name for name, value in values.items() if value is UNKNOWN)
    if set(unknown) & set(_PAIR):
        unknown = tuple(dict.fromkeys((*unknown, *_PAIR)))
    known = {
        _configuration_key(name): _text(value)
        for name, value in values.items()
        if value is not None and name not in unknown
    }
    hidden = {one for name in unknown for one in ENVIRONMENT.get(_configuration_key(name), ())}
    seen = {name: value for name, value in environment.items() if name not in hidden}
    configuration = resolve({EXPLICIT: "true", **known}.get, seen)
    return Configured(configuration, unknown)


def _configuration_key(name: str) -> str:
    """Return the core's key of an argument, such as `organizationId`."""
    first, *others = name.split("_")
    return first + "".join(one.capitalize() for one in others)


def _text(value: Any) -> str:  # noqa: ANN401 (a number, a text, or a flag)
    return str(value).lower() if isinstance(value, bool) else str(value)
