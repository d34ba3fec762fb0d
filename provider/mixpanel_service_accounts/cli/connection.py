"""The way to an organization that the environment names."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection

import click

from mixpanel_service_accounts.api.client import Client
from mixpanel_service_accounts.api.errors import ConfigurationError
from mixpanel_service_accounts.api.wording import PLAIN
from mixpanel_service_accounts.configuration import resolve
from mixpanel_service_accounts.report.reading import Inventory, read_inventory

NO_PROJECTS = "no project is known: /me names none; give them with --project"
"""What is said of an organization of whose projects nothing is known."""

dialect_option = click.option(
    "--dialect",
    type=click.Choice(["bulk", "nested"]),
    default="bulk",
    show_default=True,
    help="Which description of the API the server speaks.",
)
"""The option of every command that reads an organization."""


def _say(line: str) -> None:
    click.echo(line, err=True)


def connect(dialect: str = "bulk", announce: Callable[[str], None] = _say) -> tuple[Client, int]:
    """Log in with what the environment names.

    Args:
        dialect: `bulk` (default) or `nested`.
        announce: Is given one line for every wait; default: it goes to stderr.

    Raises:
        ConfigurationError: Credentials or organization are missing.
    """
    configuration = resolve(lambda _key: None, os.environ)
    credentials = configuration.login()
    place = configuration.place(None, None, None)
    if place.organization_id is None:
        raise ConfigurationError(f"The organization is missing: {PLAIN.places_of_organization}.")
    client = Client(
        place.base_url,
        credentials,
        dialect=dialect,
        announce=announce,
    )
    return client, place.organization_id


def read_organization(dialect: str, projects: Collection[int]) -> Inventory:
    """Read the organization that the environment names, under a bar where that takes long.

    Args:
        dialect: `bulk` or `nested`.
        projects: Projects beside those that `/me` names.

    Raises:
        MixpanelError: It could not be read.
    """
    from mixpanel_service_accounts.cli.progress import Bar  # noqa: PLC0415 (rich takes long, --help does not)

    with Bar("reading the organization") as bar:
        client, organization = connect(dialect, bar.say)
        return read_inventory(client, organization, projects=projects, progress=bar.advance)
