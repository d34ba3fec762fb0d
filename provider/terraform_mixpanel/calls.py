"""One call of Terraform: its session with the core, and the diagnostics that it collects."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any, Protocol

from msgspec import Struct

from mixpanel_plugin_rpc.messages import Message
from mixpanel_service_accounts.api.errors import ConfigurationError
from mixpanel_service_accounts.resources.contract import Checked
from terraform_mixpanel.attributes import Kind
from terraform_mixpanel.diagnostics import error, failed, failure, warning


class Opens(Protocol):
    """Opens sessions of one configuration."""

    def __call__(self, call: Call, instant: datetime | None) -> AbstractContextManager[Any]:
        """Return a session whose lines go to `call`.

        Args:
            call: Takes warnings and other lines.
            instant: What counts as now; None for the clock's time.
        """


class Call:
    """One call.

    Args:
        opens: Opens its session.
        diagnostics: The field of the response that takes them.
        doing: What an error of it is called, such as `Cannot create mixpanel_service_account`.
        unknown: The arguments of the provider block that are not known yet.
    """

    def __init__(
        self, opens: Opens, diagnostics: Message, doing: str, unknown: Sequence[str] = ()
    ) -> None:
        self._opens = opens
        self.unknown = unknown
        self._diagnostics = diagnostics
        self.doing = doing

    @contextmanager
    def session(self, instant: datetime | None = None) -> Iterator[Any]:
        """Open a session of the core.

        Args:
            instant: What counts as now; None for the clock's time.
        """
        with self._opens(self, instant) as session:
            yield session

    def fail(self, problem: BaseException) -> None:
        """Report what ended the call."""
        if self.unknown and isinstance(problem, ConfigurationError):
            names = ", ".join(self.unknown)
            problem = ConfigurationError(
                f"The provider block's {names} cannot be known before other resources are applied: "
                f"apply those first, with -target. {problem}"
            )
        self._diagnostics.append(failed(self.doing, problem))

    def error(self, summary: str, detail: str) -> None:
        """Report an error."""
        self._diagnostics.append(error(summary, detail))

    def warn(self, line: str) -> None:
        """Show a line as a warning, once the call is over."""
        self._diagnostics.append(warning(line))

    def announce(self, line: str) -> None:
        """Write a line to Terraform's log: its screen shows nothing of a call under way."""
        print(line, file=sys.stderr, flush=True)  # noqa: T201 (the CLI logs what a plugin writes)

    def report(self, kind: Kind, checked: Checked[Any]) -> Struct | None:
        """Report what a check found, and return the inputs; None if something is wrong."""
        for line in (*checked.warnings, *checked.notes):
            self.warn(line)
        return self.report_failures(kind, checked)

    def report_failures(self, kind: Kind, checked: Checked[Any]) -> Struct | None:
        """Report only what is wrong, and return the inputs; None if something is."""
        for fault in checked.failures:
            self._diagnostics.append(failure(fault, kind.attributes.values()))
        inputs: Struct | None = checked.inputs
        return inputs
