"""`pulumi-mixpanel report --orphans`: what killed runs may have left behind."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence

import click

from mixpanel_service_accounts.api.client import DIALECTS, Client
from mixpanel_service_accounts.api.errors import StatusError
from mixpanel_service_accounts.api.identity import Before, look_before
from mixpanel_service_accounts.api.instants import format_instant
from mixpanel_service_accounts.api.models import Account
from mixpanel_service_accounts.api.reads import says_not_found
from mixpanel_service_accounts.cli.connection import connect
from mixpanel_service_accounts.cli.edge import EXIT_FOUND, EXIT_UNKNOWN
from mixpanel_service_accounts.report.text import plain
from mixpanel_service_accounts.resources.orphans import Orphan, find_orphans
from mixpanel_service_accounts.resources.stored import Stored

ASK = 0
"""The value of `--delete` without a number: ask for each."""


def report_orphans(states: Sequence[Stored], dialect: str, delete: Collection[int]) -> int:
    """Show the orphans, delete those that the user chose, and return the exit status.

    Args:
        states: What every state that counts says.
        dialect: `bulk`; under `nested` no orphan can be told.
        delete: The numbers of the accounts to delete; ASK among them asks for each.

    Raises:
        ClickException: The orphans cannot be known, or `delete` cannot be done.
    """
    _check_delete(delete)
    if not DIALECTS[dialect].tells_creator:
        raise click.ClickException(
            f"under the dialect `{dialect}` nobody tells who made an account, so none can be "
            "called an orphan."
        )
    client, organization = connect()
    before = look_before(client, organization)
    user = _our_user(before, organization)
    orphans = find_orphans(states, before.accounts, organization_id=organization, our_user=user)
    offered = [orphan for orphan in orphans if orphan.kind != "too young to tell"]
    _refuse_others(delete, orphans, offered)
    for orphan in orphans:
        click.echo(_line(orphan))
    left = len(offered)
    for orphan in offered:
        if _is_chosen(orphan, delete):
            left -= _delete_unused(client, organization, orphan.account)
    if not orphans:
        click.echo("no account looks left behind by the runs that wrote these states", err=True)
    if left:
        return EXIT_FOUND
    return EXIT_UNKNOWN if len(orphans) > len(offered) else 0


def is_terminal() -> bool:
    """Check whether a user can be asked."""
    return sys.stdin.isatty()


def _check_delete(delete: Collection[int]) -> None:
    if ASK in delete and not is_terminal():
        raise click.ClickException(
            "--delete asks for each account, and stdin is no terminal: name each account that is "
            "to be deleted, as in --delete 5004. Nothing was deleted."
        )


def _refuse_others(
    delete: Collection[int], orphans: Collection[Orphan], offered: Collection[Orphan]
) -> None:
    """Refuse numbers that are not offered, before anything is deleted."""
    young = {orphan.account.id: orphan.advice for orphan in orphans if orphan not in offered}
    for number in sorted(set(delete) - {ASK} - {orphan.account.id for orphan in offered}):
        why = (
            f"is too young to tell: {young[number]}"
            if number in young
            else "is neither a certain nor a possible orphan of these states"
        )
        raise click.ClickException(f"account {number} {why}. Nothing was deleted.")


def _line(orphan: Orphan) -> str:
    created = orphan.account.created
    fields = (
        str(orphan.account.id),
        orphan.kind,
        orphan.account.username,
        format_instant(created) if created else "unknown",
        orphan.reason,
        f"could be held by {orphan.other_holders}",
    )
    return "\t".join(plain(field) for field in fields)


def _is_chosen(orphan: Orphan, delete: Collection[int]) -> bool:
    if orphan.account.id in delete:
        return True
    if ASK not in delete:
        return False
    username = plain(orphan.account.username)
    question = f"Delete {orphan.account.id} ({username}), a {orphan.kind} orphan?"
    return click.confirm(question, err=True)


def _delete_unused(client: Client, organization: int, account: Account) -> bool:
    """Delete an account unless it was used or replaced since it was listed."""
    try:
        now = client.get_service_account(organization, account.id)
    except StatusError as error:
        if not says_not_found(error):
            raise
        click.echo(f"kept {account.id}: it could no longer be found", err=True)
        return False
    if now.last_used is not None:
        click.echo(f"kept {account.id}: it has been used meanwhile", err=True)
        return False
    if (now.id, now.username, now.creator) != (account.id, account.username, account.creator):
        click.echo(f"kept {account.id}: it is not the account that was listed", err=True)
        return False
    client.delete_service_account(organization, account.id)
    click.echo(f"deleted {account.id}", err=True)
    return True


def _our_user(before: Before, organization: int) -> int:
    """Return the `user` of our own login.

    Raises:
        ClickException: It is unknown.
    """
    if before.user is None:
        raise click.ClickException(
            f"our own user is unknown: neither the list of accounts of organization {organization} "
            "nor /me shows who logs in, so which accounts this login made is unknown too. Nothing "
            "was deleted."
        )
    return before.user
