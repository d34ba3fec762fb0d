"""The way to an organization that the environment names."""

from __future__ import annotations

import os

import click

from pulumi_mixpanel.api.client import Client
from pulumi_mixpanel.api.errors import ConfigurationError
from pulumi_mixpanel.configuration import PLACES_OF_ORGANIZATION, resolve


def connect(dialect: str = "bulk") -> tuple[Client, int]:
    """Log in with what the environment names.

    Args:
        dialect: `bulk` (default) or `nested`.

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
        announce=lambda line: click.echo(line, err=True),
    )
    return client, place.organization_id
