"""The programs of tests/engine, which are Python, run over the plugin: one text, two shells."""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import grpc
from tests.native.attached import FunctionStack
from tests.native.monitor import UNKNOWN, Program, Registered, secret

from pulumi_mixpanel.camel_case import camel_case

_KINDS = ("ServiceAccount", "RotatingServiceAccount", "ProjectMembership")
_NAME = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
_IMPORTS = re.compile(r"^(import pulumi|from pulumi_mixpanel import .*)$", re.MULTILINE)
_AT_ONCE = 64


@dataclass(frozen=True)
class _Output:
    """An output of a resource; what uses it waits for that one and depends on it."""

    resource: _Resource
    name: str

    @property
    def value(self) -> Any:  # noqa: ANN401 (outputs are of any type)
        registered = self.resource.registered
        if self.name == "id":
            return registered.id or UNKNOWN
        if self.name == "organization_id":  # the Python classes compute it
            return (registered["home"] or {}).get("organizationId")
        return registered[camel_case(self.name)]


class _Resource:
    """A resource that is being registered, whose outputs are read by their names in Python."""

    def __init__(self, registering: Future[Registered]) -> None:
        self.registering = registering

    @property
    def registered(self) -> Registered:
        """Wait until it is registered.

        Raises:
            grpc.RpcError: The engine refused it, or one that it depends on.
        """
        return self.registering.result()

    def __getattr__(self, name: str) -> _Output:
        return _Output(self, name)


class _Namespace:
    """What a program's text finds: the resource classes, and what it uses of `pulumi`."""

    def __init__(self, program: Program, pool: ThreadPoolExecutor) -> None:
        self._program = program
        self._pool = pool
        self._resources: list[_Resource] = []
        self._exported: dict[str, Any] = {}

    def exported(self) -> Mapping[str, Any]:
        """Return the stack's outputs; a registration that failed fails the program at its end."""
        wait([one.registering for one in self._resources])
        self._program.failed = any(one.registering.exception() for one in self._resources)
        found = {}
        for name, output in self._exported.items():
            with suppress(grpc.RpcError):
                found[name] = _spelled(output)
        return {name: value for name, value in found.items() if value is not None}

    def names(self) -> dict[str, Any]:
        """Return the names of a program."""
        return {
            **{kind: self._maker(kind) for kind in _KINDS},
            "Provider": self._maker("pulumi:providers:mixpanel"),
            "pulumi": SimpleNamespace(
                export=self._exported.__setitem__,
                ResourceOptions=dict,
                Config=lambda project="tested": _Config(self._program.config, project),
                Output=SimpleNamespace(secret=secret, from_input=lambda value: value),
            ),
        }

    def _maker(self, kind: str) -> Callable[..., _Resource]:
        def make(name: str, /, **given: Any) -> _Resource:  # noqa: ANN401
            # One that waits for others comes after them in the pool, so one of those always runs.
            self._resources.append(_Resource(self._pool.submit(self._add, kind, name, given)))
            return self._resources[-1]

        return make

    def _add(self, kind: str, name: str, given: dict[str, Any]) -> Registered:
        options = _options(given.pop("opts", {}))
        if (id_ := options.pop("id", None)) is not None:
            return self._program.read(kind, name, id_, **options)
        if (account := given.pop("service_account", None)) is not None:
            given["service_account_id"] = account.service_account_id
        used = [
            value.resource.registered.urn for value in given.values() if isinstance(value, _Output)
        ]
        inputs = {camel_case(key): _spelled(value) for key, value in given.items()}
        inputs = {key: value for key, value in inputs.items() if value is not None}
        return self._program.add(kind, name, inputs, dependencies=used, **options)


class _Config:
    """The configuration of the stack, secrets in clear, as a language host has it."""

    def __init__(self, values: Mapping[str, str], project: str) -> None:
        self._values, self._project = values, project

    def get(self, key: str) -> str | None:
        """Return a value, if it is set."""
        return self._values.get(f"{self._project}:{key}")

    def get_int(self, key: str) -> int | None:
        """Return a number, if it is set."""
        found = self.get(key)
        return None if found is None else int(found)

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
    """Return a value with the keys of a list's entries in camelCase; those of a map are data."""
    if isinstance(value, _Output):
        return value.value
    if isinstance(value, list):
        return [
            {camel_case(key): inner for key, inner in one.items()}
            if isinstance(one, dict)
            else _spelled(one)
            for one in value
        ]
    return value


def camel_cased(text: str) -> str:
    """Return a text with every name in snake_case as the plugin spells it."""
    return _NAME.sub(lambda match: camel_case(match[0]), text)


class PythonTextStack(FunctionStack):
    """A stack whose program is the text of one in Python."""

    def __init__(self, folder: Path, env: Mapping[str, str], program: Path | None = None) -> None:
        super().__init__(folder, env, program)
        executable = shutil.which("pulumi-resource-mixpanel")
        assert executable is not None
        # The engine warns of a plugin that it finds on PATH alone.
        named = f"plugins: {{providers: [{{name: mixpanel, path: {Path(executable).parent}}}]}}\n"
        with (folder / "Pulumi.yaml").open("a") as project:
            project.write(named)

    def write(self, program: str) -> None:
        """Take the text for the program; one that is broken raises where it is run."""
        text = _IMPORTS.sub("", textwrap.dedent(program))

        def body(registering: Program) -> Mapping[str, Any]:
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                namespace = _Namespace(registering, pool)
                exec(text, namespace.names())  # noqa: S102 (a test's program)
                return namespace.exported()

        self.program = body

    def spelled(self, text: str) -> str:
        """Return a text that the screen shows, with the names of the plugin's properties."""
        return camel_cased(text)
