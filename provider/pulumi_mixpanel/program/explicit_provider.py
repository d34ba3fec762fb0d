"""The explicit provider: an organization and a login of its own."""

from typing import Any

import pulumi
from pulumi.runtime.config import is_config_secret

from mixpanel_service_accounts.api.secret import Secret
from mixpanel_service_accounts.configuration_keys import EXPLICIT, NAMESPACE, STACK, STACK_KEYS
from pulumi_mixpanel.program.arguments import check_name_and_options, checked_arguments
from pulumi_mixpanel.program.class_arguments import refuse_plain_secret, wrapped


class Provider(pulumi.ProviderResource):
    """An explicit provider: an organization and a login of its own, for some of the resources.

    Give it to resources as `opts=pulumi.ResourceOptions(provider=…)`. What it says the environment
    never overrides; what it leaves out comes from the environment, and then from the stack's
    configuration. It has a process of its own.

    Args:
        resource_name: The provider's name in the stack.
        organization_id: The organization's number.
        region: `us`, `eu` or `in`.
        base_url: The API's base URL, https, or http on loopback; overrides every region.
        dialect: `bulk` (default) or `nested`.
        username: The login's full username; together with `secret`.
        secret: The login's secret; always a Pulumi secret, encrypted in state.
        concurrency: How many calls may be under way at once; default 16, at most 64. Run `pulumi up
            --parallel N` with as many: the engine sends four times the machine's cores by default.
        opts: Pulumi's own options.

    Raises:
        ConfigurationError: `mixpanel:secret` was set without `--secret`.
        ProgramError: An argument is of a type that Pulumi cannot store.
    """

    def __init__(
        self,
        resource_name: str,
        *,
        organization_id: pulumi.Input[int | str] | None = None,
        region: pulumi.Input[str] | None = None,
        base_url: pulumi.Input[str] | None = None,
        dialect: pulumi.Input[str] | None = None,
        username: pulumi.Input[str] | None = None,
        secret: pulumi.Input[str] | None = None,
        concurrency: pulumi.Input[int | str] = 16,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        arguments = {
            "organization_id": organization_id,
            "region": region,
            "base_url": base_url,
            "dialect": dialect,
            "username": username,
            "secret": secret,
            "concurrency": concurrency,
        }
        called = check_name_and_options("Provider", resource_name, opts)
        checked = checked_arguments(called, arguments)
        given = {
            EXPLICIT: "true",
            "organizationId": _text_of(checked["organization_id"]),
            "region": checked["region"],
            "baseUrl": checked["base_url"],
            "dialect": checked["dialect"],
            "username": checked["username"],
            "secret": wrapped(checked["secret"]),
            "concurrency": _text_of(checked["concurrency"]),
        }
        # Lookups run in the program, and log in by the same arguments.
        self._arguments = {**given, "secret": Secret(secret) if isinstance(secret, str) else secret}
        properties = {
            f"{NAMESPACE}:{key}": value for key, value in given.items() if value is not None
        }
        super().__init__(
            "pulumi-python", resource_name, {**properties, **_stack_configuration()}, opts
        )


def _stack_configuration() -> dict[str, Any]:
    """Take along the stack's configuration, which the engine gives to default providers alone."""
    refuse_plain_secret()
    config = pulumi.Config(NAMESPACE)
    found = {key: value for key in STACK_KEYS if (value := config.get(key))}
    return {
        f"{STACK}:{key}": pulumi.Output.secret(value)
        if is_config_secret(f"{NAMESPACE}:{key}")
        else value
        for key, value in found.items()
    }


def _text_of(value: pulumi.Input[int | str] | None) -> pulumi.Input[str] | None:
    """Write a number as text: a provider's configuration is made of texts."""

    def text(number: object) -> str:
        whole = isinstance(number, float) and number.is_integer()
        return str(int(number) if whole else number)  # type: ignore[call-overload]

    if value is None or isinstance(value, (int, float, str)):
        return None if value is None else text(value)
    number: pulumi.Output[Any] = pulumi.Output.from_input(value)
    return number.apply(text)
