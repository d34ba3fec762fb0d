"""The outermost edge of the command line: how every command ends."""

from __future__ import annotations

from typing import Any

import click

from mixpanel_service_accounts.api.errors import MixpanelError
from mixpanel_service_accounts.report.text import plain

EXIT_FOUND = 3
"""Something was found that was sought."""

EXIT_UNKNOWN = 4
"""Something could not be read, or nobody knows it, that was asked for."""

EXIT_INTERRUPTED = 130
"""Ctrl-C: what shells give to a program that SIGINT ended."""


class Tool(click.Group):
    """Commands whose failures are one line on stderr and an exit status, never a traceback.

    A reader of stdout that goes away ends a command silently, with 1: click sees to that.
    """

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 (as in click)
        """Run a command."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise
        except (MixpanelError, OSError) as error:
            raise click.ClickException(plain(str(error))) from None
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            raise SystemExit(EXIT_INTERRUPTED) from None
