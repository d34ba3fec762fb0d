"""The resource class of a service account.

Without `from __future__ import annotations`: the SDK evaluates the outputs' types for every single
resource, and evaluating a string takes it longer than all that we do.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pulumi
from pulumi.dynamic import Resource

from pulumi_mixpanel.dynamic import RecordedProvider
from pulumi_mixpanel.program.account_arguments import account_arguments
from pulumi_mixpanel.program.class_arguments import Projects, instant_of
from pulumi_mixpanel.program.in_organization import InOrganization


class _Recorded(RecordedProvider):
    kind = "ServiceAccount"


class ServiceAccount(InOrganization, Resource, module="mixpanel", name="ServiceAccount"):
    """A Mixpanel service account, and the secret that the API shows once.

    Args:
        resource_name: The resource's name in the stack.
        name: What the username begins with; the server adds a suffix (grade D, R, T). A string.
            Default: `<stack>-<resource name>`. A change replaces the account.
        role: The role in the organization, such as `consumer` (`bulk` only; grade D). Default: what
            the server assigns. A change replaces the account: no route changes it.
        expires: The instant from which on the account no longer works: an aware datetime, or a
            string with a time zone; kept as UTC in whole seconds (`bulk` only; grade D). Default:
            never. It must be in the future when the account is created or the value changes. A
            change replaces the account.
        projects: The projects of the account and its roles there, created in the same call as the
            account (`bulk` only; grade D). Default: none. A change is made in place and touches
            only projects that are or were listed.
        validity_period_hours: Hours for which the account works, from its creation; sets `expires`
            from the clock (`bulk` only; instead of `expires`). Default: none. A change replaces
            the account.
        early_renewal_hours: Hours before the expiry from which on an up renews the account: it is
            replaced, the new one first. Default: 0, at the expiry. A change is made in place, and
            may make a renewal due.
        rotate_when_changed: A map of strings or numbers; any change of it replaces the account.
            Default: none.
        adopt: The number of an existing account, which the first create adopts instead of creating
            one; `name` must be its name. Adding or removing it later changes nothing. While it is
            set, whatever would create another account is refused: a change that would replace,
            `--replace`, another name of the resource. Default: none.
        secret: The secret of the adopted account, if you still have it (grade D); wrapped as a
            Pulumi secret. Default: none, and the output is null. A change is made in place.
        organization_id: The organization's number (grade D). Default: the configuration's. A
            changed argument replaces the account.
        region: `us`, `eu` or `in`: which of Mixpanel's hosts (grade D). Default: the
            configuration's. A changed argument replaces the account.
        opts: Pulumi's own options.

    Attributes:
        service_account_id: The account's number.
        username: The login: the name with the server's suffix.
        secret: The login's secret; a secret output, encrypted in state. Null only for an account
            that was adopted without `secret`.
        expires: The instant that was asked for, or that `validity_period_hours` led to, UTC.
            Null if there is neither.
        issued_at: The instant from which on `validity_period_hours` counts, UTC.
        adopted: Whether the account existed before, and was adopted.
        created: When it was created, UTC.
        creator: The user number of the login that created it (`bulk`).
        creator_email: That login's address (`bulk`).
        creator_name: That login's name (`bulk`).
        actual_name: The name as the server has it now.
        actual_role: The role in the organization as the server has it now, if it says so.
        actual_expires: The expiry as the server has it now.
        granted_roles: The server's own words for the roles in `projects`, if they were read back,
            by the project's number.
        home: Where the account lives: `base_url` and `organization_id`.
        organization_id: The organization that it lives in, wherever its number came from.

    Raises:
        ConfigurationError: `mixpanel:secret` was set without `--secret`.
        ProgramError: An argument is of a type that Pulumi cannot store.
    """

    name: pulumi.Output[str]
    role: pulumi.Output[str | None]
    expires: pulumi.Output[str | None]
    projects: pulumi.Output[list[dict[str, Any]] | None]
    region: pulumi.Output[str | None]
    username: pulumi.Output[str]
    secret: pulumi.Output[str]
    created: pulumi.Output[str | None]
    creator: pulumi.Output[int | None]
    creator_email: pulumi.Output[str | None]
    creator_name: pulumi.Output[str | None]
    actual_name: pulumi.Output[str | None]
    actual_role: pulumi.Output[str | None]
    actual_expires: pulumi.Output[str | None]
    granted_roles: pulumi.Output[dict[str, str] | None]
    validity_period_hours: pulumi.Output[float | None]
    early_renewal_hours: pulumi.Output[float | None]
    rotate_when_changed: pulumi.Output[dict[str, str] | None]
    issued_at: pulumi.Output[str | None]
    adopted: pulumi.Output[bool | None]

    def __init__(
        self,
        resource_name: str,
        *,
        name: pulumi.Input[str | None] | None = None,
        role: pulumi.Input[str] | None = None,
        expires: pulumi.Input[str | datetime] | None = None,
        projects: Projects | None = None,
        validity_period_hours: pulumi.Input[float | str] | None = None,
        early_renewal_hours: pulumi.Input[float | str] | None = None,
        rotate_when_changed: pulumi.Input[Mapping[str, pulumi.Input[str | float]]] | None = None,
        adopt: pulumi.Input[int | str] | None = None,
        secret: pulumi.Input[str] | None = None,
        organization_id: pulumi.Input[int | str] | None = None,
        region: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        properties, options = account_arguments(
            "ServiceAccount",
            resource_name,
            opts,
            given={
                "name": name,
                "role": role,
                "expires": instant_of(expires),
                "projects": projects,
                "validity_period_hours": validity_period_hours,
                "early_renewal_hours": early_renewal_hours,
                "rotate_when_changed": rotate_when_changed,
                "adopt": adopt,
                "secret": secret,
                "organization_id": organization_id,
                "region": region,
            },
            outputs=(
                "home service_account_id username created creator creator_email creator_name "
                "actual_name actual_role actual_expires granted_roles issued_at adopted"
            ),
            secrets=("secret",),
        )
        self._listed = projects
        self._region = region
        super().__init__(_Recorded(), resource_name, properties, options)

    @property
    def service_account_id(self) -> pulumi.Output[int]:
        """The account's number.

        Taken from the resource's id, which a preview of a change in place knows; the other outputs
        are unknown then, and what depends on them looks as if it were to be replaced.
        """
        return self.id.apply(self._number_of)

    def _number_of(self, id_: str) -> pulumi.Output[int] | int:
        """Read the number out of the id; mocks of a unit test may give an id that is none."""
        output: pulumi.Output[int] = vars(self)["service_account_id"]
        return int(id_) if id_.isdecimal() else output
