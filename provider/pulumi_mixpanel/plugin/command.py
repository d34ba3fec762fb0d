"""The executable `pulumi-resource-mixpanel`."""

from __future__ import annotations

import sys

from mixpanel_plugin_rpc.startup import uncollected

with uncollected():
    from pulumi_mixpanel.plugin.engine_log import EngineLog
    from pulumi_mixpanel.plugin.provider import Provider, plugin_version
    from pulumi_mixpanel.plugin.serving import engine_address, serve

_ASKED = {"--help", "-h", "--version"}
"""What a person asks for; an engine never does."""


def main() -> int:
    """Serve the provider to the engine that started this process, and return the exit status."""
    if _ASKED & set(sys.argv[1:]):
        print(  # noqa: T201 (for a user who runs it by hand)
            f"This is the plugin pulumi-resource-mixpanel {plugin_version()}. Pulumi's engine "
            "starts it itself, from PATH or from where `pulumi plugin install` put it."
        )
        return 0
    log = EngineLog()
    if address := engine_address():
        log.connect(address)
    return serve(Provider(log))
