"""One life in one shell: each step runs, and what the data says afterwards is compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any

from msgspec.structs import asdict
from tests.lives.differences import Different, Own
from tests.lives.life import (
    NEW,
    NONE,
    SAME,
    START,
    CreatedByHand,
    DeletedByHand,
    Event,
    Faults,
    GrantedByHand,
    Later,
    Life,
    LoggedIn,
    Step,
    There,
    Wanted,
    Was,
)
from tests.lives.shell import Shell, Shown
from tests.lives.time_of_a_life import TimeOfALife
from tests.lives.wire_calls import compared, described
from tests.native.by_hand import client

from mixpanel_service_accounts.api import Grant
from mixpanel_service_accounts.emulator import Emulator

State = Mapping[str, Mapping[str, Any]]


class Living:
    """A life under way.

    Args:
        life: The life.
        shell: The shell.
        emulator: The server.
        time: The time of both.
        different: What differs in this shell on purpose.
    """

    def __init__(
        self,
        life: Life,
        shell: Shell,
        emulator: Emulator,
        time: TimeOfALife,
        different: Different | None,
    ) -> None:
        self._life, self._shell, self._emulator, self._time = life, shell, emulator, time
        self._own = different.steps if different else {}
        self._wanted: tuple[Wanted, ...] = ()
        self._numbers: dict[str, int] = {}
        self._before: State = {}
        self._happens(Later(0))

    def run(self) -> None:
        """Run every step."""
        for step in self._life.steps:
            self._live(step)

    def _live(self, step: Step) -> None:
        for event in step.before:
            self._happens(event)
        self._wanted = self._wanted if step.wanted is None else step.wanted
        self._emulator.forget_calls()
        self._time.waits()
        shown = self._run(step)
        calls = described(self._emulator.calls())
        assert (step.name, calls) == (step.name, compared(self._calls(step)))
        assert (step.name, self._time.waits()) == (step.name, step.waits)
        if step.changes or not (step.fails or step.run == "refresh"):
            assert (step.name, shown.changes) == (step.name, self._changes(step))
        self._compare_words(step, shown)
        self._compare(step)
        if step.settled:
            self._is_settled(step)

    def _run(self, step: Step) -> Shown:
        shell, fails = self._shell, step.fails
        if step.run == "refresh":
            shown = shell.refresh(fails=fails)
        elif step.run == "destroy":
            shown = shell.destroy(self._wanted, fails=fails)
        elif step.run == "plan":
            shown = shell.plan(self._wanted, fails=fails)
        else:
            ids = {name: id_.format(**self._numbers) for name, id_ in step.ids.items()}
            shown = shell.apply(self._wanted, ids, fails=fails)
        secrets = [str(row["secret"]) for row in self._emulator.state()["accounts"]]
        assert [secret for secret in secrets if secret in shown.text] == []
        return shown

    def _calls(self, step: Step) -> Sequence[str]:
        own = self._own.get(step.name, Own())
        if own.calls is not None:
            return own.calls
        reads = self._shell.refreshes_first or step.run in ("refresh", "import")
        first = step.reads if reads else ()
        return (*first, *step.calls)

    def _changes(self, step: Step) -> Mapping[str, str]:
        own = self._own.get(step.name, Own())
        return step.changes if own.changes is None else own.changes

    def _compare_words(self, step: Step, shown: Shown) -> None:
        """Compare what is said; a warning that no sentence of the life explains is one too many."""
        own = self._own.get(step.name, Own())
        sentences = [self._said(one) for one in (*step.says, *own.says)]
        unsaid = [self._said(one) for one in own.unsaid]
        for sentence in sentences:
            assert (sentence in shown.text) == (sentence not in unsaid)
        explained = [line for line in shown.warnings if any(one in line for one in sentences)]
        assert (step.name, explained) == (step.name, shown.warnings)

    def _said(self, sentence: str) -> str:
        words: dict[str, Any] = asdict(self._shell.words)
        for name, held in self._before.items():
            words[f"{name}_username"] = held.get("username")
            words[f"{name}_number"] = held.get("service_account_id")
        return self._shell.spelled(sentence.format(**words))

    def _is_settled(self, step: Step) -> None:
        """Compare the next plan with one that finds nothing to do."""
        self._emulator.forget_calls()
        shown = self._shell.plan(self._wanted, fails=False)
        assert (step.name, dict(shown.changes)) == (step.name, {})
        calls = described(self._emulator.calls())
        if not self._shell.refreshes_first:
            assert (step.name, calls) == (step.name, [])
        assert [call for call in calls if not call.startswith("GET ")] == []

    def _compare(self, step: Step) -> None:
        found = self._emulator.state()
        if step.server is not None:
            assert (step.name, there(found)) == (step.name, sorted(map(_row, step.server)))
        now = {name: _masked(keys) for name, keys in self._shell.state().items()}
        if step.state is not None:
            assert (step.name, sorted(now)) == (step.name, sorted(step.state))
            for name, keys in step.state.items():
                own = self._own.get(step.name, Own()).state.get(name, {})
                for key, wanted in {**keys, **own}.items():
                    self._compare_value(f"{step.name}: {name}.{key}", now[name], name, key, wanted)
        _require_working_secrets(step.name, now, found)
        self._before = now

    def _compare_value(
        self, where: str, now: Mapping[str, Any], name: str, key: str, wanted: object
    ) -> None:
        before, value = self._before.get(name, {}), _plain(now.get(key))
        if wanted is NEW:
            assert value is not None, where
            assert value != before.get(key), where
            return
        if wanted is SAME:
            wanted = _plain(before[key])
        elif wanted is NONE:
            wanted = None
        elif isinstance(wanted, Was):
            wanted = _plain(before[wanted.key])
        assert (where, value) == (where, wanted)

    def _happens(self, event: Event) -> None:
        emulator = self._emulator
        if isinstance(event, Later):
            now = START + timedelta(hours=event.hours)
            self._time.becomes(now)
            emulator.clock(f"{now:%Y-%m-%dT%H:%M:%SZ}")
        elif isinstance(event, Faults):
            emulator.faults([dict(one) for one in event.entries])
        elif isinstance(event, CreatedByHand):
            grants = [
                Grant(project_id=project, role=role) for project, role in event.grants.items()
            ]
            made = client(emulator).create_service_account(
                1001, event.name, role=event.role, projects=grants
            )
            self._numbers[event.name] = made.account.id
        elif isinstance(event, DeletedByHand):
            client(emulator).delete_service_account(1001, self._number(event.resource))
        elif isinstance(event, GrantedByHand):
            emulator.grant(self._number(event.resource), event.project, event.role)
        else:
            self._log_in(event)

    def _log_in(self, event: LoggedIn) -> None:
        number = self._number(event.resource)
        (row,) = [one for one in self._emulator.state()["accounts"] if one["id"] == number]
        self._shell.environment["MIXPANEL_SERVICE_ACCOUNT_USERNAME"] = row["username"]
        self._shell.environment["MIXPANEL_SERVICE_ACCOUNT_SECRET"] = row["secret"]

    def _number(self, resource: str) -> int:
        return int(self._before[resource]["service_account_id"])


def there(found: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return the accounts beside the logins as the data has them, sorted."""
    rows = [one for one in found["accounts"] if not one["login"]]
    grants: dict[int, dict[int, str]] = {one["id"]: {} for one in rows}
    for one in found["memberships"]:
        if one["account"] in grants:
            grants[one["account"]][one["project"]] = one["role"]
    return sorted(
        _row(There(one["name"], grants[one["id"]], one["role"], _seconds(one["expires"])))
        for one in rows
    )


def _row(one: There) -> tuple[Any, ...]:
    return (one.name, one.role, one.expires or "never", sorted(one.grants.items()))


def _seconds(instant: str | None) -> str | None:
    return f"{instant[:19]}Z" if instant else None


def _masked(keys: Mapping[str, Any]) -> dict[str, Any]:
    """Return values of a state with fingerprints for secrets, so that no comparison shows one."""
    secret = [key for key in keys if key.endswith("secret") and keys[key] is not None]
    return {**keys, **{key: _fingerprint(keys[key]) for key in secret}}


def _fingerprint(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()[:12]


def _plain(value: Any) -> Any:  # noqa: ANN401
    """Return a value so that it can be compared: what is an empty collection is none."""
    return None if value in ([], {}, "") else value


def _require_working_secrets(step: str, now: State, found: Mapping[str, Any]) -> None:
    """Compare every secret in the state with that of the account on the server, if it is there."""
    secrets = {one["id"]: _fingerprint(one["secret"]) for one in found["accounts"]}
    for name, keys in now.items():
        for which in ("", "previous_"):
            number, secret = keys.get(f"{which}service_account_id"), keys.get(f"{which}secret")
            if secret is not None and number in secrets:
                assert secret == secrets[number], f"{step}: {name}.{which}secret"
