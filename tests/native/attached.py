"""Stacks whose engine attaches to a plugin in the test's own process, and whose program is a function."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from subprocess import Popen
from typing import Any

from tests.engine.harness import Result
from tests.native.monitor import Body, serving
from tests.native.watched import WatchedStack

from mixpanel_plugin_rpc.handlers import handlers_of
from mixpanel_plugin_rpc.messages import load
from mixpanel_plugin_rpc.server import Server
from mixpanel_service_accounts.api.clock import SYSTEM_CLOCK, Clock
from mixpanel_service_accounts.bugs import describe_bug
from pulumi_mixpanel.plugin.engine_log import EngineLog
from pulumi_mixpanel.plugin.failures import failed_call
from pulumi_mixpanel.plugin.provider import Provider

WITH_PROGRAM = {"preview", "up", "refresh", "destroy"}


@contextmanager
def attached(environment: Mapping[str, str], clock: Clock = SYSTEM_CLOCK) -> Iterator[int]:
    """Serve the plugin in this process; yields its port."""
    provider = Provider(EngineLog(), clock, environment)
    protocol = load("pulumirpc")
    service = "pulumirpc.ResourceProvider"
    server = Server([handlers_of(protocol, service, provider.methods, failed_call, describe_bug)])
    try:
        yield server.listen_on_port()
    finally:
        server.stop(0)


class FunctionStack(WatchedStack):
    """A stack whose program is a function.

    Attributes:
        program: The function.
    """

    program: Body | None = None

    def __init__(self, folder: Path, env: Mapping[str, str], program: Path | None = None) -> None:
        self._served = ExitStack()
        super().__init__(folder, env, program)

    def run(self, *arguments: str, fails: bool = False, stdin: str | None = None) -> Result:
        """Run a command; one that runs a program runs the function."""
        if self.program is None or arguments[0] not in WITH_PROGRAM:
            return super().run(*arguments, fails=fails, stdin=stdin)
        with serving(self.program) as address:
            command = (arguments[0], f"--client={address}", *arguments[1:])
            return super().run(*command, fails=fails, stdin=stdin)

    def start(self, *arguments: str) -> Popen[str]:
        """Start a command; one that runs a program runs the function, which is served till `end`."""
        if self.program is None or arguments[0] not in WITH_PROGRAM:
            return super().start(*arguments)
        address = self._served.enter_context(serving(self.program))
        return super().start(arguments[0], f"--client={address}", *arguments[1:])

    def end(self) -> None:
        """Stop serving the programs of commands that were started, and search the files."""
        self._served.close()
        self.search_files()

    def planned(self, *arguments: str) -> list[dict[str, Any]]:
        """Preview, and return the steps that change something, in their order."""
        answer = self.run("preview", "--json", *arguments)
        steps: list[dict[str, Any]] = json.loads(answer.stdout)["steps"]
        return [step for step in steps if step["op"] != "same" and "mixpanel:" in step["urn"]]

    def resources(self) -> dict[str, dict[str, Any]]:
        """Return the plugin's resources in state, by their name."""
        entries = self.state()["deployment"].get("resources", ())
        return {
            entry["urn"].rsplit("::", 1)[1]: entry
            for entry in entries
            if entry["type"].startswith("mixpanel:")
        }
