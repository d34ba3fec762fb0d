"""What the engine does with one resource, in this process and in time that a test moves.

check() is given the inputs of the last up, diff(), update() and delete() the state; a step that fails
leaves both as they were. What only the real engine shows is in tests/engine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from tests.rules import Rules, new_session

from mixpanel_service_accounts.api import Credentials, Secret
from mixpanel_service_accounts.api.clock import Clock
from mixpanel_service_accounts.configuration import Configuration
from mixpanel_service_accounts.emulator import Emulator
from mixpanel_service_accounts.resources.session import Session

START = datetime(2027, 1, 1, tzinfo=timezone.utc)


class CheckError(Exception):
    """The inputs were refused."""


@dataclass
class TinyEngine:
    """One resource of one stack, against an emulator; `hours` is the time that has passed.

    Attributes:
        emulator: Where.
        rules: The resource's rules.
        lines: Everything that was said, warnings included.
        steps: What the last up did.
    """

    emulator: Emulator
    rules: Rules
    dialect: str = "bulk"
    username: str = ""
    hours: float = 0.0
    lines: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    id: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)

    def now(self) -> datetime:
        """Tell what time it is."""
        return START + timedelta(hours=self.hours)

    def at(self, hours: float) -> str:
        """Write an instant, hours after the start."""
        return (START + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def wait(self, hours: float) -> None:
        """Let time pass, here and on the server."""
        self.hours += hours
        self.emulator.clock(self.at(self.hours))

    def context(self) -> Session:
        """Start a process: nothing is remembered from an earlier one."""
        login = Credentials(
            username=self.username or self.emulator.username, secret=Secret(self.emulator.secret)
        )
        slept = [0.0]

        def sleep(seconds: float) -> None:
            slept[0] += seconds

        return new_session(
            Configuration(1001, None, self.emulator.base_url, self.dialect, login),
            clock=Clock(now=self.now, monotonic=lambda: slept[0], sleep=sleep, chance=lambda: 0.5),
            warn=self.lines.append,
            announce=self.lines.append,
        )

    def check(self, context: Session, olds: dict[str, Any], news: dict[str, Any]) -> dict[str, Any]:
        """Check, or fail with every reason."""
        if news.get("adopt") is not None:
            news = {"held_by": [], **news}  # as the program says, where nobody holds it
        checked = self.rules.check(context, olds, news)
        self.lines += [*checked.warnings, *checked.notes]
        if checked.failures:
            raise CheckError("; ".join(f"{one.property}: {one.reason}" for one in checked.failures))
        inputs: dict[str, Any] = checked.inputs
        return inputs

    def up(self, **news: Any) -> list[str]:  # noqa: ANN401 (inputs are of any type)
        """Run an up; returns its steps: create, update, replace, or none."""
        self.steps, context = [], self.context()
        self.lines.clear()
        inputs = self.check(context, self.inputs, news)
        if not self.id:
            self._create(context, inputs)
            return self.steps
        found = self.rules.diff(context, self.id, self.state, inputs)
        if found.replaces:
            self.steps.append(f"replace for {', '.join(found.replaces)}")
            old_id, old_state = self.id, self.state
            self._create(context, self.check(context, {}, news))
            self.rules.delete(context, old_id, old_state)
        elif found.changes:
            self.steps.append("update")
            self.state = self.rules.update(context, self.id, self.state, inputs)
            self.inputs = inputs
        else:
            self.inputs = inputs
        return self.steps

    def _create(self, context: Session, inputs: dict[str, Any]) -> None:
        self.steps.append("create")
        created = self.rules.create(context, inputs)
        self.id, self.state, self.inputs = created.id, created.state, inputs

    def refresh(self) -> None:
        """Run a refresh."""
        self.lines.clear()
        found = self.rules.read(self.context(), self.id, self.state)
        if found is None:
            self.id, self.state, self.inputs = "", {}, {}
        else:
            self.state, self.inputs = found.state, found.inputs

    def destroy(self) -> None:
        """Run a destroy."""
        self.rules.delete(self.context(), self.id, self.state)
        self.id, self.state, self.inputs = "", {}, {}

    def there(self) -> list[int]:
        """Tell the accounts that are there beside the logins."""
        return [row["id"] for row in self.emulator.state()["accounts"] if not row["login"]]

    def works(self, prefix: str = "") -> bool:
        """Tell whether the secret in the state is the one of the account in the state."""
        number = self.state.get(f"{prefix}service_account_id")
        rows = {row["id"]: row for row in self.emulator.state()["accounts"]}
        row = rows.get(number)
        if row is None:
            return False
        alive = row["expires"] is None or row["expires"][:19] > self.at(self.hours)[:19]
        return alive and bool(row["secret"] == self.state.get(f"{prefix}secret"))
