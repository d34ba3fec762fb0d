"""The executable `pulumi-resource-mixpanel`."""

from __future__ import annotations

from mixpanel_plugin_rpc.startup import uncollected

with uncollected():
    from pulumi_mixpanel.plugin.engine_log import EngineLog
    from pulumi_mixpanel.plugin.provider import Provider
    from pulumi_mixpanel.plugin.serving import engine_address, serve


def main() -> int:
    """Serve the provider to the engine that started this process, and return the exit status."""
    log = EngineLog()
    if address := engine_address():
        log.connect(address)
    return serve(Provider(log))
