"""A configuration for what a plan of an export holds: the same plan gives the same bytes."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping

from msgspec import Struct

from mixpanel_service_accounts.export.plan import Plan, PlannedAccount, PlannedMembership
from mixpanel_service_accounts.report.findings import knows_projects
from mixpanel_service_accounts.report.reading import Inventory
from terraform_mixpanel.hcl import block, comment, commented_out, label, literal

_FILE = "main.tf"

_HEADER = """\
# Service accounts of Mixpanel's organization {organization}.
#
# Written by `pulumi-mixpanel export --terraform`.
# The first apply imports them, and changes nothing in Mixpanel. Then the import blocks have done
# their work: remove them.
#
# What is removed here is deleted in Mixpanel, and so is everything by `terraform destroy`;
# `prevent_destroy` in the block `lifecycle` keeps an account from it. Mixpanel shows no secret
# again: whoever still has one can give it as `existing_secret`."""

_LASTING = block("lifecycle", {"create_before_destroy": "true"})


class WrittenConfiguration(Struct, frozen=True):
    """The files of a configuration; see the core's `Written`."""

    files: Mapping[str, str]
    next_step: str | None = "terraform apply, or tofu apply"
    main: str = _FILE


def write_configuration(plan: Plan) -> WrittenConfiguration:
    """Write the configuration.

    Args:
        plan: What it is to have, with memberships apart: an import reads no `projects`.
    """
    inventory = plan.inventory
    blocks = [_HEADER.format(organization=inventory.organization_id), _required()]
    blocks.append(_provider(inventory))
    blocks += _unread(inventory)
    for planned in plan.accounts:
        blocks += _account(planned, inventory)
    return WrittenConfiguration({_FILE: "\n\n".join(blocks) + "\n"})


def _required() -> str:
    source = block("mixpanel =", {"source": literal("mixpanel/mixpanel")})
    return block("terraform", {}, block("required_providers", {}, source))


def _provider(inventory: Inventory) -> str:
    """Write the provider block: login and organization come from the environment."""
    if inventory.dialect == "bulk":
        return 'provider "mixpanel" {}'
    return block('provider "mixpanel"', {"dialect": literal(inventory.dialect)})


def _unread(inventory: Inventory) -> Iterator[str]:
    """List the projects of which nothing is known: they are not empty."""
    if not knows_projects(inventory):
        yield _remark(
            "NOT READ: any project, for /me names none. Who is in which is unknown, so no "
            "membership stands below."
        )
    for project, why in sorted(inventory.unreadable.items()):
        yield _remark(
            f"NOT READ: project {project}: {why} Who is in it is unknown, so no membership in it "
            "stands below; none is touched."
        )


def _remark(text: str) -> str:
    return "\n".join(comment(text))


def _account(planned: PlannedAccount, inventory: Inventory) -> Iterator[str]:
    """Write an account with its import, and its memberships."""
    name = label(planned.name)
    address = f"mixpanel_service_account.{name}"
    given = {key: literal(str(value)) for key, value in planned.inputs.items()}
    resource = block(f'resource "mixpanel_service_account" "{name}"', given, _LASTING)
    reason = planned.left_out or _not_normal(planned)
    remarks = [
        _remark(
            f"In project {project} it is {literal(role)} through a {whose} grant, which no "
            "resource of this provider gives or takes."
        )
        for project, role, whose in planned.through
    ]
    if reason is not None:
        left_out = _remark(f"Left out, for {reason}")
        yield "\n".join([left_out, *remarks, commented_out(resource)])
        return
    yield _import(address, f"{inventory.organization_id}/{planned.account.id}")
    yield "\n".join([*remarks, resource])
    for one in planned.memberships:
        yield from _membership(one, planned, inventory)


def _not_normal(planned: PlannedAccount) -> str | None:
    """Return why a text cannot be written: the CLI writes every one in the normal form C."""
    texts = [text for text in planned.inputs.values() if isinstance(text, str)]
    if all(unicodedata.is_normalized("NFC", text) for text in texts):
        return None
    return (
        "its name or role is not in Unicode's normal form C, in which the CLI writes every text: "
        "it would be another one."
    )


def _membership(
    one: PlannedMembership, planned: PlannedAccount, inventory: Inventory
) -> Iterator[str]:
    name, project = label(one.name), one.grant.project_id
    account = f"mixpanel_service_account.{label(planned.name)}.service_account_id"
    resource = block(
        f'resource "mixpanel_project_membership" "{name}"',
        {
            "service_account_id": account,
            "project_id": str(project),
            "role": literal(one.grant.role),
        },
    )
    if one.left_out is not None:
        yield "\n".join([_remark(f"Left out, for {one.left_out}"), commented_out(resource)])
        return
    id_ = f"{inventory.organization_id}/{planned.account.id}/{project}"
    yield _import(f"mixpanel_project_membership.{name}", id_)
    yield resource


def _import(address: str, id_: str) -> str:
    return block("import", {"to": address, "id": literal(id_)})
