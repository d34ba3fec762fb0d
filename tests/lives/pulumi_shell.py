"""What both shells of Pulumi have in common: commands, the engine's events, the stack's export."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.engine.harness import Stack
from tests.lives.life import Wanted
from tests.lives.shell import Shown
from tests.lives.state_file import read_resources

from mixpanel_service_accounts.api.wording import Wording
from pulumi_mixpanel.stored import stored_resource

_REPLACES = ("create-replacement", "replace", "delete-replaced")
_STAYS = ("same", "read", "refresh")


class PulumiShell:
    """A stack at work; what it wants is written by `write`."""

    refreshes_first = False

    def __init__(self, name: str, stack: Stack, words: Wording, dialect: str) -> None:
        self.name, self.words = name, words
        self.stack = stack
        self.environment = stack.env
        stack.env["PULUMI_DEBUG_COMMANDS"] = "true"  # which gives commands the flag --event-log
        if dialect != "bulk":
            stack.config("mixpanel:dialect", dialect)

    def write(self, wanted: Sequence[Wanted], ids: Mapping[str, str]) -> None:
        """Write the program."""
        raise NotImplementedError

    def plan(self, wanted: Sequence[Wanted], *, fails: bool) -> Shown:
        """Run a preview."""
        self.write(wanted, {})
        return self._run("preview", fails=fails)

    def apply(self, wanted: Sequence[Wanted], ids: Mapping[str, str], *, fails: bool) -> Shown:
        """Run an up."""
        self.write(wanted, ids)
        return self._run("up", "--yes", "--skip-preview", fails=fails)

    def refresh(self, *, fails: bool) -> Shown:
        """Run a refresh."""
        return self._run("refresh", "--yes", "--skip-preview", fails=fails)

    def destroy(self, wanted: Sequence[Wanted], *, fails: bool) -> Shown:
        """Run a destroy."""
        self.write(wanted, {})
        return self._run("destroy", "--yes", "--skip-preview", fails=fails)

    def state(self) -> dict[str, dict[str, Any]]:
        """Return the outputs by resource."""
        return {
            _name(entry["urn"]): dict(found.outputs)
            for entry in read_resources(self.stack.folder)
            if (found := stored_resource(entry)) and not entry.get("delete")
        }

    def spelled(self, sentence: str) -> str:
        """Return a sentence as this shell spells it."""
        return self.stack.spelled(sentence)

    def _run(self, command: str, *arguments: str, fails: bool) -> Shown:
        log = self.stack.folder / "events"
        log.unlink(missing_ok=True)
        result = self.stack.run(command, "--diff", f"--event-log={log}", *arguments, fails=fails)
        events = [json.loads(line) for line in log.read_text().splitlines()]
        return Shown(result.line, dict(_changes(events)), list(_warnings(events)))


Events = Sequence[Mapping[str, Any]]


def _changes(events: Events) -> Iterator[tuple[str, str]]:
    """Read what the engine did with each resource of ours."""
    for one in events:
        about = one.get("resourcePreEvent", {}).get("metadata", {})
        ours = "mixpanel:" in about.get("type", "") and "providers:" not in about["type"]
        if ours and about["op"] not in _STAYS:
            yield _name(about["urn"]), "replace" if about["op"] in _REPLACES else about["op"]


def _warnings(events: Events) -> Iterator[str]:
    for one in events:
        told = one.get("diagnosticEvent", {})
        if told.get("severity") == "warning" and "mixpanel: " in told["message"]:
            yield " ".join(told["message"].split())


def _name(urn: str) -> str:
    return urn.rsplit("::", 1)[1]
