"""The dynamic providers as the Pulumi SDK pickles them into a state."""

from __future__ import annotations

from pulumi.dynamic.dynamic import serialize_provider

from pulumi_mixpanel.dynamic.providers import PROVIDERS

PROVIDER_KEY = "__provider"
"""The key of inputs and outputs under which a pickle stands."""


def pickled_providers() -> dict[str, str]:
    """Return the pickle of each kind of resource, the one that the SDK makes for a program."""
    return {kind: serialize_provider(provider()) for kind, provider in PROVIDERS.items()}
