"""The program that a user writes to move a stack of the dynamic provider to the plugin."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from tests.native.monitor import Program, Registered, secret

from mixpanel_service_accounts.resources.fields import fields_of
from mixpanel_service_accounts.resources.provider_arguments import ProviderArguments
from pulumi_mixpanel.camel_case import camel_case
from pulumi_mixpanel.plugin.kinds import KINDS
from pulumi_mixpanel.plugin.schema import is_given

DYNAMIC = "pulumi-python:dynamic/mixpanel:"
DYNAMIC_PROVIDER = "pulumi:providers:pulumi-python"


class MovedProgram:
    """Registers under the plugin's types what an export holds under those of the dynamic provider.

    The engine's own options stay as they were: parents, `protect`, `retainOnDelete`.

    Args:
        export: What `pulumi stack export --show-secrets` printed before the move.
    """

    def __init__(self, export: Mapping[str, Any]) -> None:
        self._entries: Sequence[dict[str, Any]] = export["deployment"]["resources"]
        self.change = ("", "")
        self.seen: dict[str, Registered] = {}

    def __call__(self, program: Program) -> None:
        """Register everything in the order of the export, parents and providers first."""
        self.seen, made = {}, {"": ""}
        for entry in self._entries:
            _, _, name = entry["urn"].rpartition("::")
            if entry["type"] == "pulumi:pulumi:Stack":
                made[entry["urn"]] = program.stack
            elif entry["type"] == DYNAMIC_PROVIDER and name != "default":
                found = program.add(
                    "pulumi:providers:mixpanel",
                    name,
                    {camel_case(key): value for key, value in _login(entry["inputs"]).items()},
                    aliases=[DYNAMIC_PROVIDER],
                )
                made[f"{entry['urn']}::{entry['id']}"] = found.reference
            elif entry["type"].startswith(DYNAMIC):
                self.seen[name] = self._moved(program, entry, name, made)
                made[entry["urn"]] = self.seen[name].urn
            elif not entry["type"].startswith("pulumi:"):
                component = program.add(
                    entry["type"], name, {}, custom=False, parent=made[entry["parent"]]
                )
                made[entry["urn"]] = component.urn

    def _moved(
        self, program: Program, entry: dict[str, Any], name: str, made: Mapping[str, str]
    ) -> Registered:
        kind = entry["type"].removeprefix(DYNAMIC)
        options = {key: True for key in ("protect", "retainOnDelete") if entry.get(key)}
        return program.add(
            kind,
            name,
            self._inputs(kind, entry["inputs"]),
            aliases=[entry["type"]],
            parent=made[entry["parent"]],
            provider=made.get(entry["provider"], ""),
            **options,
        )

    def _inputs(self, kind: str, stored: Mapping[str, Any]) -> dict[str, Any]:
        """Return the inputs as a program gives them: what check() records is not among them."""
        inputs: type[Struct] = KINDS[f"mixpanel:index:{kind}"].rules.Inputs
        fields = fields_of(inputs)
        given = {key for key, one in fields.items() if is_given(one)}
        found: dict[str, Any] = {
            camel_case(key): _as_given(value) for key, value in stored.items() if key in given
        }
        if self.change[0]:
            found = json.loads(json.dumps(found).replace(*self.change))
        return found


def _as_given(value: Any) -> Any:  # noqa: ANN401 (inputs are of any type)
    if isinstance(value, dict) and "plaintext" in value:
        return secret(json.loads(value["plaintext"]))
    if isinstance(value, list):
        return [{camel_case(key): inner for key, inner in one.items()} for one in value]
    return value


def _login(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of an explicit provider, from the keys that the Python class sent."""
    known = fields_of(ProviderArguments)
    return {
        key: _as_given(value)
        for spelled, value in stored.items()
        for key in [_snake(spelled.rpartition(":")[2])]
        if key in known
    }


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
