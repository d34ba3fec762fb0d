"""`pulumi-mixpanel report`: what an organization holds, and what killed runs left behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from msgspec import UnsetType

from pulumi_mixpanel.api.client import Client
from pulumi_mixpanel.api.errors import MixpanelError
from pulumi_mixpanel.api.models import Account
from pulumi_mixpanel.cli.connection import connect
from pulumi_mixpanel.resources.orphans import find_orphans


@click.command()
@click.option(
    "--orphans",
    is_flag=True,
    required=True,
    expose_value=False,
    help="Of which kind: what killed runs left behind.",
)
@click.argument(
    "exports",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="EXPORT...",
)
@click.option("--delete", is_flag=True, help="Offer to delete each of them, one by one.")
@click.option(
    "--dialect",
    type=click.Choice(["bulk", "nested"]),
    default="bulk",
    show_default=True,
    help="Which description of the API the server speaks.",
)
def report(exports: tuple[Path, ...], dialect: str, *, delete: bool) -> None:
    """List the accounts that killed runs left behind.

    EXPORT is what `pulumi stack export` printed, one file for each stack. Listed are the accounts
    that a pending create of the exports asked for: of its name, made within an hour of it, by the
    login at hand, never used, and held by no resource. Organization and login come from the
    environment.

    \b
    Example:
      pulumi stack export --stack dev > dev.json
      pulumi stack export --stack prod > prod.json
      pulumi-mixpanel report --orphans dev.json prod.json --delete

    \b
    Exit status: 0 none, 1 an error, 3 there are some (and not all were deleted).
    """  # noqa: D301 (click wants the character itself)
    if dialect == "nested":
        raise click.ClickException(
            "under the dialect `nested` nobody tells who made an account, so none can be called an "
            "orphan."
        )
    try:
        left = _report_orphans([_read_export(path) for path in exports], delete=delete)
    except (MixpanelError, ValueError) as error:
        raise click.ClickException(str(error)) from None
    if left:
        raise SystemExit(EXIT_FOUND)


EXIT_FOUND = 3
"""Exit status of a report that found something."""


def _read_export(path: Path) -> dict[str, Any]:
    try:
        export = json.loads(path.read_bytes())
    except ValueError as error:
        raise ValueError(f"{path} is no JSON: {error}") from None
    if not isinstance(export, dict) or "deployment" not in export:
        raise ValueError(f"{path} is not what `pulumi stack export` prints: it has no deployment.")
    return export


def _report_orphans(exports: list[dict[str, Any]], *, delete: bool) -> int:
    """Show the orphans, delete those that are confirmed, and count what is left."""
    client, organization = connect()
    accounts = client.list_service_accounts(organization)
    orphans = find_orphans(
        exports, accounts, organization_id=organization, our_user=_our_user(client, accounts)
    )
    left = len(orphans)
    for account, pending in orphans:
        click.echo(f"{account.id}\t{account.username}\t{account.created}\t{pending.urn}")
        if delete and click.confirm(f"Delete {account.id} ({account.username})?", err=True):
            left -= _delete_unused(client, organization, account)
    if not orphans:
        click.echo("no pending create of these stacks matches an account", err=True)
    return left


def _delete_unused(client: Client, organization: int, account: Account) -> bool:
    """Delete an account, unless somebody used it while the question stood."""
    if client.get_service_account(organization, account.id).last_used is not None:
        click.echo(f"kept {account.id}: it has been used meanwhile", err=True)
        return False
    client.delete_service_account(organization, account.id)
    click.echo(f"deleted {account.id}", err=True)
    return True


def _our_user(client: Client, accounts: list[Account]) -> int | None:
    own = next((account for account in accounts if account.username == client.username), None)
    return None if own is None or isinstance(own.user, UnsetType) else own.user
