"""`pulumi-mixpanel report --orphans`: what killed runs left behind."""

from __future__ import annotations

from typing import Any

import click
from msgspec import UnsetType

from pulumi_mixpanel.api.client import Client
from pulumi_mixpanel.api.models import Account
from pulumi_mixpanel.cli.connection import connect
from pulumi_mixpanel.inventory.text import plain
from pulumi_mixpanel.resources.orphans import find_orphans


def report_orphans(exports: list[dict[str, Any]], dialect: str, *, delete: bool) -> int:
    """Show the orphans, delete those that are confirmed, and count what is left."""
    if dialect == "nested":
        raise click.ClickException(
            "under the dialect `nested` nobody tells who made an account, so none can be called an "
            "orphan."
        )
    client, organization = connect()
    accounts = client.list_service_accounts(organization)
    orphans = find_orphans(
        exports, accounts, organization_id=organization, our_user=_our_user(client, accounts)
    )
    left = len(orphans)
    for account, pending in orphans:
        username = plain(account.username)
        click.echo(f"{account.id}\t{username}\t{account.created}\t{plain(pending.urn)}")
        if delete and click.confirm(f"Delete {account.id} ({username})?", err=True):
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
