"""The command line: `pulumi-mixpanel`."""

from __future__ import annotations

import click

from pulumi_mixpanel.cli.emulator import emulator
from pulumi_mixpanel.cli.export import export
from pulumi_mixpanel.cli.report import report


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pulumi-mixpanel")
def main() -> None:
    """Mixpanel service accounts as code: the tools beside the Pulumi provider."""


main.add_command(emulator)
main.add_command(export)
main.add_command(report)
