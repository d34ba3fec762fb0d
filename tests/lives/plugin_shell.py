"""The native plugin: a program that registers resources, and the provider in this process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.lives.life import Of, Wanted
from tests.lives.pulumi_shell import PulumiShell
from tests.lives.time_of_a_life import TimeOfALife
from tests.native.attached import FunctionStack, attached
from tests.native.monitor import Program, Registered
from tests.native.python_text import camel_cased

from mixpanel_service_accounts.emulator import Emulator
from pulumi_mixpanel.camel_case import camel_case
from pulumi_mixpanel.plugin.wording import NATIVE


class PluginStack(FunctionStack):
    """A stack whose screen has the plugin's spelling of names."""

    def spelled(self, text: str) -> str:
        """Return a text with the names of the plugin's properties."""
        return camel_cased(text)


class PluginShell(PulumiShell):
    """A stack whose program registers what is wanted, one after the other."""

    stack: PluginStack

    def write(self, wanted: Sequence[Wanted], ids: Mapping[str, str]) -> None:
        """Write the program."""

        def program(registering: Program) -> None:
            there: dict[str, Registered] = {}
            for one in wanted:
                inputs = {camel_case(k): _input(v, there) for k, v in one.arguments.items()}
                used = [there[v.resource].urn for v in one.arguments.values() if isinstance(v, Of)]
                there[one.name] = registering.add(
                    one.kind, one.name, inputs, dependencies=used, importId=ids.get(one.name, "")
                )

        self.stack.program = program


def _input(value: Any, there: Mapping[str, Registered]) -> Any:  # noqa: ANN401
    if isinstance(value, Of):
        return there[value.resource][camel_case(value.key)]
    if isinstance(value, list):
        return [{camel_case(key): inner for key, inner in one.items()} for one in value]
    return value


@contextmanager
def plugin(
    folder: Path, emulator: Emulator, time: TimeOfALife, dialect: str
) -> Iterator[PluginShell]:
    """Open the shell."""
    environment = dict(emulator.env)
    with attached(environment, time.clock()) as port:
        stack = PluginStack(folder / "stack", {"PULUMI_DEBUG_PROVIDERS": f"mixpanel:{port}"})
        stack.watch(emulator)
        shell = PluginShell("plugin", stack, NATIVE, dialect)
        shell.environment = environment
        yield shell
        stack.search_files()
