"""The resource class of a service account that is rotated with an overlap.

Without `from __future__ import annotations`: the SDK evaluates the outputs' types for every single
resource, and evaluating a string takes it longer than all that we do.
"""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.dynamic import Resource

from pulumi_mixpanel.dynamic import RecordedProvider
from pulumi_mixpanel.program.account_arguments import account_arguments
from pulumi_mixpanel.program.class_arguments import Projects
from pulumi_mixpanel.program.in_organization import InOrganization


class _Recorded(RecordedProvider):
    kind = "RotatingServiceAccount"


class RotatingServiceAccount(
    InOrganization, Resource, module="mixpanel", name="RotatingServiceAccount"
):
    """A service account that is rotated, with an overlap in which the previous one still works.

    When a rotation is due, an up creates the next account with the same role and projects, and the
    current one becomes the previous; the first up after the overlap deletes it. `bulk` only, for
    `nested` knows no expiry.

    Args:
        resource_name: The resource's name in the stack.
        validity_period_hours: Hours from one account to the next, less `early_renewal_hours`. The
            server lets each account work `overlap_hours` longer, so that a rotation in the last
            hour leaves the whole overlap. A change is made in place, and may make a rotation due.
        overlap_hours: Hours for which the previous account goes on working. Less than the hours
            between two rotations. A change is made in place; a shorter overlap counts for the
            previous account at once, a longer one may make a rotation due.
        early_renewal_hours: Hours before the end of the validity from which on an up rotates.
            Default: 0. A change is made in place, and may make a rotation due.
        name: What the usernames begin with; the server adds a suffix (grade D, R, T). Default:
            `<stack>-<resource name>`. A change rotates.
        role: The role in the organization (grade D). Default: what the server assigns. A change
            rotates.
        projects: The projects of the current and the previous account and their roles there,
            created in the same call as each account (grade D). Default: none. A change is made in
            place and touches only projects that are or were listed.
        rotate_when_changed: A map of strings or numbers; any change of it rotates. Default: none.
        adopt: The number of an existing account, which the first create adopts as the current
            one; `name` must be its name. Adding or removing it later changes nothing. Default:
            none.
        secret: The secret of the adopted account, if you still have it (grade D); wrapped as a
            Pulumi secret. Default: none, and the output is null until the first rotation. A change
            is made in place.
        organization_id: The organization's number (grade D). Default: the configuration's. A
            changed argument replaces the resource, with all its accounts.
        region: `us`, `eu` or `in`: which of Mixpanel's hosts (grade D). Default: the
            configuration's. A changed argument replaces the resource, with all its accounts.
        opts: Pulumi's own options.

    Attributes:
        service_account_id: The current account's number.
        username: The current login, with the server's suffix.
        secret: The current login's secret; a secret output. Null only while the current account is
            one that was adopted without `secret`.
        created: When the current account was created, UTC.
        adopted: Whether the current account existed before, and was adopted.
        granted_roles: The server's own words for the current account's roles in `projects`, if they
            were read back, by the project's number.
        previous_service_account_id: The previous account's number, while it works.
        previous_username: The previous login, while it works.
        previous_secret: The previous login's secret, while it works; a secret output.
        previous_projects: The projects of the previous account, while it works.
        previous_granted_roles: The server's own words for the roles in `previous_projects`.
        rotated_at: When the current account was issued, UTC.
        next_rotation_at: The instant from which on an up rotates, UTC.
        retires_at: The instant from which on an up deletes the previous account, UTC.
        expires: The instant from which on the server refuses the current account, UTC.
        retiring: Accounts that could not be deleted yet: `service_account_id` and `username` of
            each. Each up tries again.
        home: Where the accounts live: `base_url` and `organization_id`.
        organization_id: The organization that the accounts live in, wherever its number came from.

    Raises:
        ConfigurationError: `mixpanel:secret` was set without `--secret`.
        ProgramError: An argument is of a type that Pulumi cannot store.
    """

    name: pulumi.Output[str]
    role: pulumi.Output[str | None]
    projects: pulumi.Output[list[dict[str, Any]] | None]
    validity_period_hours: pulumi.Output[float]
    early_renewal_hours: pulumi.Output[float]
    overlap_hours: pulumi.Output[float]
    rotate_when_changed: pulumi.Output[dict[str, str] | None]
    region: pulumi.Output[str | None]
    service_account_id: pulumi.Output[int]
    username: pulumi.Output[str]
    secret: pulumi.Output[str]
    created: pulumi.Output[str | None]
    adopted: pulumi.Output[bool | None]
    granted_roles: pulumi.Output[dict[str, str] | None]
    previous_service_account_id: pulumi.Output[int | None]
    previous_username: pulumi.Output[str | None]
    previous_secret: pulumi.Output[str | None]
    previous_projects: pulumi.Output[list[dict[str, Any]] | None]
    previous_granted_roles: pulumi.Output[dict[str, str] | None]
    rotated_at: pulumi.Output[str]
    next_rotation_at: pulumi.Output[str]
    retires_at: pulumi.Output[str | None]
    expires: pulumi.Output[str | None]
    retiring: pulumi.Output[list[dict[str, Any]] | None]

    def __init__(
        self,
        resource_name: str,
        *,
        validity_period_hours: pulumi.Input[float | str],
        overlap_hours: pulumi.Input[float | str],
        early_renewal_hours: pulumi.Input[float | str] | None = None,
        name: pulumi.Input[str | None] | None = None,
        role: pulumi.Input[str] | None = None,
        projects: Projects | None = None,
        rotate_when_changed: pulumi.Input[Mapping[str, pulumi.Input[str | float]]] | None = None,
        adopt: pulumi.Input[int | str] | None = None,
        secret: pulumi.Input[str] | None = None,
        organization_id: pulumi.Input[int | str] | None = None,
        region: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        properties, options = account_arguments(
            "RotatingServiceAccount",
            resource_name,
            opts,
            given={
                "name": name,
                "role": role,
                "projects": projects,
                "validity_period_hours": validity_period_hours,
                "early_renewal_hours": early_renewal_hours,
                "overlap_hours": overlap_hours,
                "rotate_when_changed": rotate_when_changed,
                "adopt": adopt,
                "secret": secret,
                "organization_id": organization_id,
                "region": region,
            },
            outputs=(
                "home service_account_id username created previous_service_account_id "
                "previous_username previous_secret previous_projects previous_granted_roles "
                "rotated_at next_rotation_at retires_at expires retiring granted_roles adopted"
            ),
            secrets=("secret", "previous_secret"),
        )
        super().__init__(_Recorded(), resource_name, properties, options)
