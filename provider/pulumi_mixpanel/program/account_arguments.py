"""What both classes of accounts do with their arguments before they register."""

from collections.abc import Sequence
from typing import Any

import pulumi

from pulumi_mixpanel.program.adopt_guard import holders_of
from pulumi_mixpanel.program.arguments import check_name_and_options, checked_arguments
from pulumi_mixpanel.program.class_arguments import (
    default_name,
    keeping_secret,
    refuse_import,
    refuse_plain_secret,
    wrapped,
)
from pulumi_mixpanel.program.component_providers import with_component_provider
from pulumi_mixpanel.program.explicit_provider import Provider


def account_arguments(
    kind: str,
    resource_name: str,
    opts: pulumi.ResourceOptions | None,
    *,
    given: dict[str, Any],
    outputs: str,
    secrets: Sequence[str],
) -> tuple[dict[str, Any], pulumi.ResourceOptions]:
    """Return the properties and the options that an account is registered with.

    Args:
        kind: The class, for messages.
        resource_name: The resource's name in the stack.
        opts: Pulumi's own options.
        given: The arguments, as the user gave them.
        outputs: The outputs that are no arguments, with spaces between them.
        secrets: The outputs that are secret.

    Raises:
        ConfigurationError: `mixpanel:secret` was set without `--secret`.
        ProgramError: An argument is of a type that Pulumi cannot store.
    """
    refuse_plain_secret()
    called = check_name_and_options(kind, resource_name, opts)
    refuse_import(kind, resource_name, opts)
    name, secret = default_name(resource_name, given["name"]), wrapped(given["secret"])
    properties = {**dict.fromkeys(outputs.split()), **given, "name": name, "secret": secret}
    if given["adopt"] is not None:
        properties["held_by"] = holders_of(given["adopt"], called)
    return (
        checked_arguments(called, properties),
        keeping_secret(with_component_provider(opts, Provider), *secrets),
    )
