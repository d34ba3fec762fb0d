"""Stacks whose programs are YAML or Python, and whose engine starts the plugin's executable."""

from __future__ import annotations

import textwrap
from typing import Any

from tests.native.watched import WatchedStack

HEADER = """
import pulumi

OUTPUTS = ("name", "role", "projects", "secret", "username", "serviceAccountId")

class Resource(pulumi.CustomResource):
    def __init__(self, kind, name, props=None, opts=None):
        wanted = {**dict.fromkeys(OUTPUTS), **(props or {})}
        super().__init__(f"mixpanel:index:{kind}", name, wanted, opts)

    def get(self, key):
        return pulumi.Output.from_input(self.__dict__[key])

"""


class NativeStack(WatchedStack):
    """A stack whose program registers `mixpanel:index:…` by `Resource(kind, name, props, opts)`."""

    def write(self, program: str) -> None:
        """Write the program after the class that registers resources."""
        (self.folder / "__main__.py").write_text(HEADER + textwrap.dedent(program))

    def resources(self) -> dict[str, dict[str, Any]]:
        """Return the plugin's resources in state, by their name."""
        entries = self.state()["deployment"].get("resources", ())
        return {
            entry["urn"].rsplit("::", 1)[1]: entry
            for entry in entries
            if entry["type"].startswith("mixpanel:")
        }
