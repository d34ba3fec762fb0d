"""The executable `terraform-provider-mixpanel`."""

from __future__ import annotations

from mixpanel_plugin_rpc.startup import uncollected

with uncollected():
    from terraform_mixpanel.account_lookups import SOURCES
    from terraform_mixpanel.connections import connect
    from terraform_mixpanel.kinds import KINDS
    from terraform_mixpanel.provider import Provider
    from terraform_mixpanel.serving import serve


def main() -> int:
    """Serve the provider to the CLI that started this process, and return the exit status."""
    return serve(Provider(KINDS, SOURCES, connect))
