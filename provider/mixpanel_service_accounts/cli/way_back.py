"""`pulumi-mixpanel export --dynamic`: a stack of the native plugin for a Python program again."""

from __future__ import annotations

import json
from pathlib import Path

import click

from mixpanel_service_accounts.cli.exports import read_document


def write_dynamic(export: Path) -> None:
    """Print an export whose resources are those of the dynamic providers, for `stack import`.

    Args:
        export: What `pulumi stack export` printed of the stack as it is now.

    Raises:
        ClickException: The file is something else.
        Refused: It cannot be rewritten.
    """
    # Here, and not above: Pulumi takes long to import, and other forms of the command do without.
    from pulumi_mixpanel.written.way_back import to_dynamic  # noqa: PLC0415

    rewritten = to_dynamic(read_document(export))
    click.echo(json.dumps(rewritten, indent=2))
    next_ = "next: pulumi stack import --file FILE, and pulumi preview of the Python program"
    click.echo(next_, err=True)
