"""The programs of tests/engine, which are Python, run over the plugin: one text, two shells."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import grpc
from tests.native.attached import FunctionStack
from tests.native.monitor import Program, Registered, secret

from pulumi_mixpanel.camel_case import camel_case

_KINDS = ("ServiceAccount", "RotatingServiceAccount", "ProjectMembership")
_NAME = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")


@dataclass(frozen=True)
class _Output:
    """An output, and the resource whose it is: what uses it depends on that one."""

    value: Any
    urn: str


class _Resource:
    """A registered resource, whose outputs are read by their names in Python."""

    def __init__(self, registered: Registered) -> None:
        self.registered = registered

    def __getattr__(self, name: str) -> _Output:
        found = self.registered[camel_case(name)]
        if name == "organization_id":  # the Python classes compute it
            found = (self.registered["home"] or {}).get("organizationId")
        return _Output(found, self.registered.urn)


class _Namespace:
    """What a program's text finds: the resource classes, and what it uses of `pulumi`."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._failed: grpc.RpcError | None = None
        self._exported: dict[str, Any] = {}

    def exported(self) -> Mapping[str, Any]:
        """Return the stack's outputs; a registration that failed fails the program at its end."""
        if self._failed is not None:
            raise self._failed
        return self._exported

    def names(self) -> dict[str, Any]:
        """Return the names of a program."""
        return {
            **{kind: self._maker(kind) for kind in _KINDS},
            "Provider": self._maker("pulumi:providers:mixpanel"),
            "pulumi": SimpleNamespace(
                export=self._export,
                ResourceOptions=dict,
                Config=lambda project="tested": _Config(self._program.config, project),
                Output=SimpleNamespace(secret=secret),
            ),
        }

    def _export(self, name: str, output: _Output) -> None:
        if output.value is not None:
            self._exported[name] = output.value

    def _maker(self, kind: str) -> Callable[..., _Resource]:
        return lambda resource, /, **given: self._add(kind, resource, given)

    def _add(self, kind: str, name: str, given: dict[str, Any]) -> _Resource:
        options = _options(given.pop("opts", {}))
        if (account := given.pop("service_account", None)) is not None:
            given["service_account_id"] = account.service_account_id
        used = [value.urn for value in given.values() if isinstance(value, _Output)]
        inputs = {camel_case(key): _spelled(value) for key, value in given.items()}
        inputs = {key: value for key, value in inputs.items() if value is not None}
        try:
            registered = self._program.add(kind, name, inputs, dependencies=used, **options)
        except grpc.RpcError as error:  # the others go on, as in a program that does not wait
            self._failed = error
            registered = Registered("", "", {})
        return _Resource(registered)


class _Config:
    """The configuration of the stack, secrets in clear, as a language host has it."""

    def __init__(self, values: Mapping[str, str], project: str) -> None:
        self._values, self._project = values, project

    def require(self, key: str) -> str:
        """Return a value."""
        return self._values[f"{self._project}:{key}"]

    def require_secret(self, key: str) -> dict[str, Any]:
        """Return a value, as a secret."""
        return secret(self.require(key))


def _options(given: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in given.items():
        if key in ("provider", "parent"):
            found[key] = getattr(value.registered, "reference" if key == "provider" else "urn")
        else:
            names = key == "ignore_changes"
            found[camel_case(key)] = [camel_case(one) for one in value] if names else value
    return found


def _spelled(value: Any) -> Any:  # noqa: ANN401 (inputs are of any type)
    """Return an input with the keys of a list's entries in camelCase; those of a map are data."""
    if isinstance(value, _Output):
        return value.value
    if isinstance(value, list):
        return [{camel_case(key): inner for key, inner in one.items()} for one in value]
    return value


def camel_cased(text: str) -> str:
    """Return a text with every name in snake_case as the plugin spells it."""
    return _NAME.sub(lambda match: camel_case(match[0]), text)


class PythonTextStack(FunctionStack):
    """A stack whose program is the text of one in Python."""

    def write(self, program: str) -> None:
        """Take the text for the program; one that is broken raises where it is run."""
        text = textwrap.dedent(program)

        def body(registering: Program) -> Mapping[str, Any]:
            namespace = _Namespace(registering)
            exec(text, namespace.names())  # noqa: S102 (a test's program)
            return namespace.exported()

        self.program = body

    def spelled(self, text: str) -> str:
        """Return a text that the screen shows, with the names of the plugin's properties."""
        return camel_cased(text)
