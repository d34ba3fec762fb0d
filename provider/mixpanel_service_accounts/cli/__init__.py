"""The command line: `pulumi-mixpanel`."""

from __future__ import annotations

import click

from mixpanel_service_accounts.cli.edge import Tool
from mixpanel_service_accounts.cli.emulator import emulator
from mixpanel_service_accounts.cli.export import export
from mixpanel_service_accounts.cli.report import report


@click.group(cls=Tool, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pulumi-mixpanel")
def main() -> None:
    """Mixpanel service accounts as code: the tools beside the Pulumi provider.

    Output goes to stdout, talk to stderr. Organization and login come from the environment
    (MIXPANEL_SERVICE_ACCOUNT_USERNAME, …_SECRET, MIXPANEL_ORGANIZATION_ID, MIXPANEL_REGION).

    \b
    Examples:
      pulumi-mixpanel report --html report.html
      pulumi-mixpanel export --out mixpanel
      pulumi-mixpanel emulator --db mixpanel.sqlite > emulator.env &

    \b
    Completion in bash (zsh and fish: put their name for bash's):
      eval "$(_PULUMI_MIXPANEL_COMPLETE=bash_source pulumi-mixpanel)"

    \b
    Exit status: 0 done, 1 an error (one line on stderr), 2 wrong options, 130 interrupted; a
    command may have more.
    """  # noqa: D301 (click wants the character itself)


main.add_command(emulator)
main.add_command(export)
main.add_command(report)
