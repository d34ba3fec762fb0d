"""The resource class of a project membership.

Without `from __future__ import annotations`: the SDK evaluates the outputs' types for every single
resource, and evaluating a string takes it longer than all that we do.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi.dynamic import (
    Resource,
)

from pulumi_mixpanel.dynamic import RecordedProvider
from pulumi_mixpanel.program.account import ServiceAccount
from pulumi_mixpanel.program.arguments import check_name_and_options, checked_arguments
from pulumi_mixpanel.program.class_arguments import refuse_import, refuse_plain_secret
from pulumi_mixpanel.program.component_providers import effective_provider, with_component_provider
from pulumi_mixpanel.program.explicit_provider import Provider
from pulumi_mixpanel.program.in_organization import InOrganization
from pulumi_mixpanel.program.memberships_of_run import refuse_second_membership
from pulumi_mixpanel.program.per_run import is_mocked
from pulumi_mixpanel.program.program_errors import ProgramError


class _Recorded(RecordedProvider):
    kind = "ProjectMembership"


class ProjectMembership(InOrganization, Resource, module="mixpanel", name="ProjectMembership"):
    """A service account's role in one project.

    Args:
        resource_name: The resource's name in the stack.
        project_id: The project's number (grade D). A change replaces the membership.
        role: `admin`, `analyst`, `consumer`, or one of the organization's own (grade D, S). A
            change is made in place.
        service_account_id: The account's number (grade D), or a ServiceAccount's `id`, which is
            that number as a string. A change replaces the membership.
        service_account: The account itself, instead of its number: the membership takes its
            organization and region too. Deleting the membership costs a call of its own, also if
            the account is deleted in the same run: whether the account really goes is unknown
            before.
        organization_id: The organization's number (grade D). Default: the account's, else the
            configuration's. A changed argument replaces the membership.
        region: `us`, `eu` or `in`: the project's own region, if it is another than the account's
            (wire.md, fact 10; grade T). Default: the account's, else the configuration's. A changed
            argument replaces the membership.
        opts: Pulumi's own options.

    Attributes:
        home: Where the membership lives: `base_url` and `organization_id`.
        organization_id: The organization that it lives in, wherever its number came from.
        granted_role: The server's own word for the role, if it was read back.

    Raises:
        ProgramError: Both of `service_account` and `service_account_id` are given, or neither; the
            account rotates; or its own `projects` lists the project already.
        ConfigurationError: `mixpanel:secret` was set without `--secret`.
    """

    service_account_id: pulumi.Output[int]
    project_id: pulumi.Output[int]
    role: pulumi.Output[str]
    region: pulumi.Output[str | None]
    granted_role: pulumi.Output[str | None]

    def __init__(
        self,
        resource_name: str,
        *,
        project_id: pulumi.Input[int | str],
        role: pulumi.Input[str],
        service_account_id: pulumi.Input[int | str] | None = None,
        service_account: ServiceAccount | None = None,
        organization_id: pulumi.Input[int | str] | None = None,
        region: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        refuse_plain_secret()
        called = check_name_and_options("ProjectMembership", resource_name, opts)
        refuse_import("ProjectMembership", resource_name, opts)
        given = [one for one in (service_account, service_account_id) if one is not None]
        # Mocks of a unit test may leave out the number that a lookup finds.
        if len(given) > 1 or not (given or is_mocked()):
            raise ProgramError(
                f"ProjectMembership {resource_name!r} takes either service_account or "
                "service_account_id."
            )
        if service_account is not None:
            _refuse_rotating(resource_name, service_account)
            _refuse_listed(resource_name, service_account, project_id)
        opts = with_component_provider(opts, Provider)
        whose = service_account_id if service_account is None else service_account
        place = (effective_provider(opts), organization_id, region)
        refuse_second_membership(resource_name, whose, project_id, place)
        if service_account is not None:
            service_account_id = service_account.service_account_id
            organization_id = (
                service_account.organization_id if organization_id is None else organization_id
            )
            region = service_account._region if region is None else region  # noqa: SLF001
        properties: dict[str, Any] = {
            "service_account_id": service_account_id,
            "project_id": project_id,
            "role": role,
            "organization_id": organization_id,
            "region": region,
            "home": None,
            "granted_role": None,
        }
        super().__init__(
            _Recorded(),
            resource_name,
            checked_arguments(called, properties),
            opts,
        )


def _refuse_rotating(resource_name: str, account: object) -> None:
    if not isinstance(account, ServiceAccount):
        raise ProgramError(
            f"ProjectMembership {resource_name!r}: service_account takes a ServiceAccount; "
            f"{type(account).__name__} was given. Give a RotatingServiceAccount its projects with "
            "`projects`: a rotation would take the previous account's access away."
        )


def _refuse_listed(resource_name: str, account: ServiceAccount, project_id: object) -> None:
    listed = account._listed  # noqa: SLF001
    entries = listed if isinstance(listed, Sequence) else ()
    numbers = [entry.get("project_id") for entry in entries if isinstance(entry, Mapping)]
    if isinstance(project_id, int) and project_id in [n for n in numbers if isinstance(n, int)]:
        raise ProgramError(
            f"ProjectMembership {resource_name!r}: project {project_id} is in the list `projects` "
            "of its service account already; manage it in one place, there or here."
        )
