"""The dynamic shell: a program in Python, and the provider in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.engine.harness import Result, Stack
from tests.lives.life import Of, Wanted
from tests.lives.pulumi_shell import PulumiShell
from tests.lives.time_of_a_life import TimeOfALife
from tests.native.attached import WITH_PROGRAM

from mixpanel_service_accounts.emulator import Emulator
from pulumi_mixpanel.wording import PULUMI

ROOT = Path(__file__).resolve().parents[2]
_CLOCK = """
from pathlib import Path
from tests.lives.time_of_a_life import TimeOfALife
from mixpanel_service_accounts.api.clock import SYSTEM_CLOCK

TimeOfALife(Path({folder!r})).rule(SYSTEM_CLOCK)
"""


class ServedStack(Stack):
    """A stack whose program a process serves that stays.

    Attributes:
        address: Where it does.
    """

    address = ""

    def run(self, *arguments: str, fails: bool = False, stdin: str | None = None) -> Result:
        """Run a command; what may run a program is given the address."""
        if arguments[0] in WITH_PROGRAM:
            arguments = (arguments[0], f"--client={self.address}", *arguments[1:])
        return super().run(*arguments, fails=fails, stdin=stdin)


@contextmanager
def serving(stack: ServedStack) -> Iterator[None]:
    """Serve the program of a stack."""
    command = [sys.executable, "-m", "tests.lives.program_server", str(stack.folder)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    with process:
        assert process.stdout is not None
        stack.address = process.stdout.readline().decode().strip()
        try:
            yield
        finally:
            process.communicate()


class DynamicShell(PulumiShell):
    """A stack whose program is Python."""

    def write(self, wanted: Sequence[Wanted], ids: Mapping[str, str]) -> None:
        """Write the program; there are no imports."""
        assert ids == {}
        self.stack.write("\n".join(_statement(one) for one in wanted))


def _statement(one: Wanted) -> str:
    given = ", ".join(f"{key}={_expression(value)}" for key, value in one.arguments.items())
    return f"{one.name} = {one.kind}({one.name!r}, {given})"


def _expression(value: object) -> str:
    return f"{value.resource}.{value.key}" if isinstance(value, Of) else repr(value)


@contextmanager
def dynamic(
    folder: Path, emulator: Emulator, time: TimeOfALife, dialect: str
) -> Iterator[DynamicShell]:
    """Open the shell."""
    stack = ServedStack(folder / "stack", emulator.env)
    (stack.folder / "clock").mkdir()
    site = _CLOCK.format(folder=str(time.folder))
    (stack.folder / "clock" / "sitecustomize.py").write_text(site)
    stack.env["PYTHONPATH"] = f"{stack.folder / 'clock'}:{ROOT}"
    with serving(stack):
        yield DynamicShell("dynamic", stack, PULUMI, dialect)
