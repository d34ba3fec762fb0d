"""The provider block: its schema, and the configuration that it and the environment lead to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from mixpanel_service_accounts.configuration import ENVIRONMENT, Configuration, resolve
from mixpanel_service_accounts.configuration_keys import EXPLICIT
from mixpanel_service_accounts.resources.fields import UNKNOWN
from mixpanel_service_accounts.resources.provider_arguments import ProviderArguments
from terraform_mixpanel.attributes import attributes_of
from terraform_mixpanel.wire_values import WireValue, to_core
from terraform_mixpanel.wording import TERRAFORM

ATTRIBUTES = attributes_of(ProviderArguments, ProviderArguments)
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
    configuration = resolve({EXPLICIT: "true", **known}.get, seen, words=TERRAFORM)
    return Configured(configuration, unknown)


def _configuration_key(name: str) -> str:
    """Return the core's key of an argument, such as `organizationId`."""
    first, *others = name.split("_")
    return first + "".join(one.capitalize() for one in others)


def _text(value: Any) -> str:  # noqa: ANN401 (a number, a text, or a flag)
    return str(value).lower() if isinstance(value, bool) else str(value)
