"""The dynamic providers as the Pulumi SDK pickles them into a state."""

from __future__ import annotations


def pickled_providers() -> dict[str, str]:
    """Pickle the provider of each kind of resource, as the SDK does for a program."""
    # Here, and not above: Pulumi takes long to import, and most commands do without.
    from pulumi.dynamic.dynamic import serialize_provider  # noqa: PLC0415

    from pulumi_mixpanel.dynamic import _PROVIDERS  # noqa: PLC0415

    return {kind: serialize_provider(provider()) for kind, provider in _PROVIDERS.items()}
