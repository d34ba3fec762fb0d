"""Arguments that several resource classes take: names, secrets, instants."""

from collections.abc import Awaitable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict

import pulumi
from pulumi.runtime.config import is_config_secret

from mixpanel_service_accounts.api.instants import format_instant
from mixpanel_service_accounts.configuration_keys import NAMESPACE
from mixpanel_service_accounts.resources import default_name as defaults
from pulumi_mixpanel.program.program_errors import ProgramConfigurationError


class ProjectRole(TypedDict):
    """One entry of `ServiceAccount(projects=…)`.

    Attributes:
        project_id: The project's number.
        role: The account's role there: `admin`, `analyst`, `consumer`, or one of the
            organization's own.
    """

    project_id: pulumi.Input[int | str]
    role: pulumi.Input[str]


Projects = pulumi.Input[Sequence[pulumi.Input[ProjectRole | Mapping[str, object]]]]


"""What `projects` takes: typed entries, or plain dictionaries such as a variable has."""


def default_name(resource_name: str, name: pulumi.Input[str | None] | None) -> pulumi.Input[str]:
    """Return the name of an account, by default after its stack: an organization serves several.

    An output of None counts as none. A colon, which no login may contain, becomes a hyphen.
    """
    default = defaults.default_name(pulumi.get_stack(), resource_name)
    if name is None or isinstance(name, str):
        return default if name is None else name
    given: pulumi.Output[Any] = pulumi.Output.from_input(name)
    return given.apply(lambda known: default if known is None else known)


def refuse_import(kind: str, resource_name: str, opts: pulumi.ResourceOptions | None) -> None:
    """Refuse Pulumi's own import, which dynamic resources do not have.

    Raises:
        RunError: `opts` has `import_`.
    """
    if opts is None or opts.import_ is None:
        return
    way = (
        "leave it out, and the first up takes over the membership that exists"
        if kind == "ProjectMembership"
        else "give adopt=, the account's number, instead, and the first up takes it over"
    )
    raise pulumi.RunError(
        f"{kind} {resource_name!r}: Pulumi cannot import a dynamic resource by "
        f"ResourceOptions(import_=…): {way}."
    )


def wrapped(secret: pulumi.Input[str] | None) -> pulumi.Output[str] | None:
    """Wrap a secret, however it was given."""
    return None if secret is None else pulumi.Output.secret(secret)


def keeping_secret(opts: pulumi.ResourceOptions | None, *outputs: str) -> pulumi.ResourceOptions:
    """Keep outputs encrypted through create, refresh, update and replacement."""
    secret = pulumi.ResourceOptions(additional_secret_outputs=list(outputs))
    return pulumi.ResourceOptions.merge(secret, opts)


def refuse_plain_secret() -> None:
    """Refuse a secret that stands in clear in the stack's configuration file."""
    key = f"{NAMESPACE}:secret"
    if pulumi.Config(NAMESPACE).get("secret") and not is_config_secret(key):
        raise ProgramConfigurationError(
            "mixpanel:secret stands in clear in the stack's configuration. Set it anew with: "
            "pulumi config set --secret mixpanel:secret; and give the login a new secret, for this "
            "one may have been seen."
        )


def instant_of(value: pulumi.Input[str | datetime] | None) -> pulumi.Input[str] | None:
    """Write a datetime as text; one without a zone is left so, for check() to refuse it."""

    def text(instant: str | datetime) -> str:
        if not isinstance(instant, datetime):
            return instant
        return instant.isoformat() if instant.tzinfo is None else format_instant(instant)

    if not isinstance(value, (pulumi.Output, Awaitable)):
        return None if value is None else text(value)
    instant: pulumi.Output[Any] = pulumi.Output.from_input(value)
    return instant.apply(text)
