"""Terraform or OpenTofu: a configuration, and the provider in this process."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.lives.differences import DIFFERENT, REFRESHES
from tests.lives.life import Of, Wanted
from tests.lives.shell import Shown
from tests.lives.time_of_a_life import TimeOfALife
from tests.terraform.cli import ADDRESSES, Workspace

from mixpanel_service_accounts.emulator import Emulator
from terraform_mixpanel.account_lookups import SOURCES
from terraform_mixpanel.connections import connect
from terraform_mixpanel.hcl import block, literal
from terraform_mixpanel.kinds import KINDS
from terraform_mixpanel.provider import Provider
from terraform_mixpanel.serving import attached
from terraform_mixpanel.wording import TERRAFORM

_TYPES = {kind.resource.KIND: kind.type_name for kind in KINDS}
_CREATES_FIRST = "lifecycle {\n  create_before_destroy = true\n}"
"""What the guide wants in every account that may be replaced."""


class TerraformShell:
    """A configuration and its state at work."""

    name, words, refreshes_first = "terraform", TERRAFORM, REFRESHES in DIFFERENT

    def __init__(self, workspace: Workspace, environment: dict[str, str], dialect: str) -> None:
        self.environment = environment
        self._workspace = workspace
        self._dialect = dialect

    def plan(self, wanted: Sequence[Wanted], *, fails: bool) -> Shown:
        """Run a plan."""
        self._write(wanted, {})
        return self._run("plan", fails=fails)

    def apply(self, wanted: Sequence[Wanted], ids: Mapping[str, str], *, fails: bool) -> Shown:
        """Run an apply; imports are blocks of the configuration."""
        self._write(wanted, ids)
        return self._run("apply", "-auto-approve", fails=fails)

    def refresh(self, *, fails: bool) -> Shown:
        """Run an apply that only refreshes."""
        return self._run("apply", "-auto-approve", "-refresh-only", fails=fails)

    def destroy(self, wanted: Sequence[Wanted], *, fails: bool) -> Shown:
        """Run a destroy."""
        self._write(wanted, {})
        return self._run("destroy", "-auto-approve", fails=fails)

    def state(self) -> dict[str, dict[str, Any]]:
        """Return the attributes by resource."""
        if not (self._workspace.folder / "terraform.tfstate").exists():
            return {}
        found = self._workspace.state()
        return {address.partition(".")[2]: attributes for address, attributes in found.items()}

    def spelled(self, sentence: str) -> str:
        """Return a sentence as it is."""
        return sentence

    def _write(self, wanted: Sequence[Wanted], ids: Mapping[str, str]) -> None:
        types = {one.name: _TYPES[one.kind] for one in wanted}
        blocks = [block('provider "mixpanel"', {"dialect": literal(self._dialect)})]
        for one in wanted:
            given = {key: _expression(value, types) for key, value in one.arguments.items()}
            inner = [_CREATES_FIRST] if one.kind == "ServiceAccount" else []
            blocks.append(block(f'resource "{types[one.name]}" "{one.name}"', given, *inner))
        for name, id_ in ids.items():
            blocks.append(block("import", {"to": f"{types[name]}.{name}", "id": literal(id_)}))
        self._workspace.write("\n".join(blocks))

    def _run(self, *arguments: str, fails: bool) -> Shown:
        shown = self._workspace.run(*arguments, "-json", fails=fails)
        messages = list(_messages(shown))
        lines = [line for one in messages for line in _lines(one)]
        return Shown(" ".join(lines), dict(_changes(messages)), list(_warnings(messages)))


def _expression(value: Any, types: Mapping[str, str]) -> str:  # noqa: ANN401
    if isinstance(value, Of):
        return f"{types[value.resource]}.{value.resource}.{value.key}"
    if isinstance(value, Mapping):
        pairs = (f"{key} = {_expression(inner, types)}" for key, inner in value.items())
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(value, list):
        return f"[{', '.join(_expression(one, types) for one in value)}]"
    return literal(value) if isinstance(value, str) else json.dumps(value)


def _messages(shown: str) -> Iterator[dict[str, Any]]:
    """Read the messages of `-json` out of what was shown in one line."""
    decoder, left = json.JSONDecoder(), shown
    while left:
        message, end = decoder.raw_decode(left)
        yield message
        left = left[end:].lstrip()


def _lines(message: Mapping[str, Any]) -> Iterator[str]:
    yield message["@message"]
    if "diagnostic" in message:
        yield message["diagnostic"]["detail"]


def _changes(messages: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Read what is planned for each resource."""
    for one in messages:
        if one["type"] == "planned_change":
            change = one["change"]
            action = "import" if change["action"] == "noop" else change["action"]
            yield change["resource"]["resource_name"], action


def _warnings(messages: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for one in messages:
        found = one.get("diagnostic", {})
        if found.get("severity") == "warning":
            yield found["summary"]


@contextmanager
def terraform(
    folder: Path, emulator: Emulator, time: TimeOfALife, dialect: str
) -> Iterator[TerraformShell]:
    """Open the shell."""
    environment = dict(emulator.env)
    provider = Provider(KINDS, SOURCES, connect, clock=time.clock(), environment=environment)
    with attached(provider, *ADDRESSES) as attachment:
        workspace = Workspace(folder / "configuration", attachment)
        yield TerraformShell(workspace, environment, dialect)
