"""`pulumi-mixpanel export --dynamic`: a stack of the native plugin for a Python program again."""

from __future__ import annotations

import json
from pathlib import Path

import click

from mixpanel_service_accounts.cli.exports import read_export
from mixpanel_service_accounts.cli.pickled_providers import pickled_providers


def write_dynamic(export: Path) -> None:
    """Print an export whose resources are those of the dynamic providers, for `stack import`.

    Args:
        export: What `pulumi stack export` printed of the stack as it is now.

    Raises:
        ClickException: The file is something else.
        Refused: It cannot be rewritten.
    """
    # Here, and not above: the command's other forms do without.
    from pulumi_mixpanel.plugin.way_back import to_dynamic  # noqa: PLC0415

    rewritten = to_dynamic(read_export(export), pickled_providers())
    click.echo(json.dumps(rewritten, indent=2))
    next_ = "next: pulumi stack import --file FILE, and pulumi preview of the Python program"
    click.echo(next_, err=True)
