"""The way to an organization that the environment names."""

from __future__ import annotations

import os
from collections.abc import Callable

import click

from pulumi_mixpanel.api.client import Client
from pulumi_mixpanel.api.errors import ConfigurationError
from pulumi_mixpanel.configuration import PLACES_OF_ORGANIZATION, resolve


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
        raise ConfigurationError(f"The organization is missing: {PLACES_OF_ORGANIZATION}.")
    client = Client(
        place.base_url,
        credentials,
        dialect=dialect,
        announce=announce,
    )
    return client, place.organization_id
