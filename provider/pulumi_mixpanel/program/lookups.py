"""Lookups for Pulumi programs: service accounts that are there already.

Each has a plain form, which waits for the answer, and one with `_output`, which takes outputs and
gives one. All of them call in previews too (docs/lookups.md).
"""

from __future__ import annotations

import pulumi

from mixpanel_service_accounts.resources.queries import (
    ProjectServiceAccount,
    ServiceAccountDetails,
    find_account,
    list_accounts,
    list_project_accounts,
)
from pulumi_mixpanel.program.asking import LookupFailed, ask, ask_output
from pulumi_mixpanel.program.explicit_provider import Provider


def get_service_account(
    *,
    id: int | None = None,  # noqa: A002 (the field's word)
    username: str | None = None,
    name: str | None = None,
    organization_id: int | None = None,
    region: str | None = None,
    provider: Provider | None = None,
) -> ServiceAccountDetails:
    """Look one service account up, by exactly one of id, username and name.

    Calls: by id one, the account's own, and from the second id on the list; else the list, which
    all lookups of a run share.

    Args:
        id: The account's number.
        username: The login, in full, as it is spelled.
        name: The name that was asked for: the username without the server's suffix (`bulk`), or as
            the server has it (`nested`). Several accounts may have one name.
        organization_id: The organization's number. Default: the provider's or configuration's.
        region: `us`, `eu` or `in`. The same; a base URL that is configured overrides it.
        provider: An explicit provider, whose organization, host, dialect and login count.

    Raises:
        LookupFailed: None or several match, an argument or the configuration is not what it should
            be, or the server said no.
    """
    arguments = {"id": id, "username": username, "name": name}
    return ask(
        "get_service_account",
        find_account,
        {**arguments, "organization_id": organization_id, "region": region},
        provider,
    )


def get_service_account_output(
    *,
    id: pulumi.Input[int] | None = None,  # noqa: A002 (the field's word)
    username: pulumi.Input[str] | None = None,
    name: pulumi.Input[str] | None = None,
    organization_id: pulumi.Input[int] | None = None,
    region: pulumi.Input[str] | None = None,
    provider: Provider | None = None,
) -> pulumi.Output[ServiceAccountDetails]:
    """Look one service account up as soon as the arguments are known.

    Unknown in a preview, without a call, where an argument comes from what is yet to be made.

    Args:
        id: As of `get_service_account`; so are all others.
        username: The login, in full.
        name: The name that was asked for.
        organization_id: The organization's number.
        region: `us`, `eu` or `in`.
        provider: An explicit provider; its arguments may be outputs.

    Raises:
        LookupFailed: As the output's error, as of `get_service_account`: the program fails.
    """
    arguments = {"id": id, "username": username, "name": name}
    return ask_output(
        "get_service_account",
        find_account,
        {**arguments, "organization_id": organization_id, "region": region},
        provider,
    )


def get_service_accounts(
    *,
    name_pattern: str | None = None,
    organization_id: int | None = None,
    region: str | None = None,
    provider: Provider | None = None,
) -> tuple[ServiceAccountDetails, ...]:
    """List an organization's service accounts by number, in one call that a run makes once.

    Args:
        name_pattern: Names that count, such as `export-*`: `*` any text, `?` one character, `[ab]`
            one of them; case counts. Default: all.
        organization_id: The organization's number. Default: the provider's or configuration's.
        region: `us`, `eu` or `in`. The same; a base URL that is configured overrides it.
        provider: An explicit provider, whose organization, host, dialect and login count.

    Raises:
        LookupFailed: An argument or the configuration is not what it should be, or the server said
            no. That nothing fits is no error.
    """
    return ask(
        "get_service_accounts",
        list_accounts,
        {"name_pattern": name_pattern, "organization_id": organization_id, "region": region},
        provider,
    )


def get_service_accounts_output(
    *,
    name_pattern: pulumi.Input[str] | None = None,
    organization_id: pulumi.Input[int] | None = None,
    region: pulumi.Input[str] | None = None,
    provider: Provider | None = None,
) -> pulumi.Output[tuple[ServiceAccountDetails, ...]]:
    """List an organization's service accounts as soon as the arguments are known.

    Unknown in a preview, without a call, where an argument comes from what is yet to be made.

    Args:
        name_pattern: As of `get_service_accounts`; so are all others.
        organization_id: The organization's number.
        region: `us`, `eu` or `in`.
        provider: An explicit provider; its arguments may be outputs.

    Raises:
        LookupFailed: As the output's error, as of `get_service_accounts`: the program fails.
    """
    return ask_output(
        "get_service_accounts",
        list_accounts,
        {"name_pattern": name_pattern, "organization_id": organization_id, "region": region},
        provider,
    )


def get_project_service_accounts(
    project_id: int,
    *,
    organization_id: int | None = None,
    region: str | None = None,
    provider: Provider | None = None,
) -> tuple[ProjectServiceAccount, ...]:
    """List who is in a project, by account number.

    Calls: `bulk` one for each project; `nested`, where it is derived, the list of accounts and one
    call for each of them, which serve all projects of a run.

    Args:
        project_id: The project's number.
        organization_id: The organization's number. Default: the provider's or configuration's.
        region: `us`, `eu` or `in`: the project's own (wire.md, fact 10; grade T). The same; a base
            URL that is configured overrides it.
        provider: An explicit provider, whose organization, host, dialect and login count.

    Raises:
        LookupFailed: The login may not read the project, an argument or the configuration is not
            what it should be, or the server said no.
    """
    return ask(
        "get_project_service_accounts",
        list_project_accounts,
        {"project_id": project_id, "organization_id": organization_id, "region": region},
        provider,
    )


def get_project_service_accounts_output(
    project_id: pulumi.Input[int],
    *,
    organization_id: pulumi.Input[int] | None = None,
    region: pulumi.Input[str] | None = None,
    provider: Provider | None = None,
) -> pulumi.Output[tuple[ProjectServiceAccount, ...]]:
    """List who is in a project as soon as the arguments are known.

    Unknown in a preview, without a call, where an argument comes from what is yet to be made.

    Args:
        project_id: As of `get_project_service_accounts`; so are all others.
        organization_id: The organization's number.
        region: `us`, `eu` or `in`.
        provider: An explicit provider; its arguments may be outputs.

    Raises:
        LookupFailed: As the output's error, as of `get_project_service_accounts`: the program
            fails.
    """
    return ask_output(
        "get_project_service_accounts",
        list_project_accounts,
        {"project_id": project_id, "organization_id": organization_id, "region": region},
        provider,
    )


__all__ = [
    "LookupFailed",
    "ProjectServiceAccount",
    "ServiceAccountDetails",
    "get_project_service_accounts",
    "get_project_service_accounts_output",
    "get_service_account",
    "get_service_account_output",
    "get_service_accounts",
    "get_service_accounts_output",
]
