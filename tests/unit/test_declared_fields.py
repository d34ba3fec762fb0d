"""The declared fields of each resource are what its page and its Pulumi class show."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, UnionType
from typing import Any

import pulumi
import pulumi.dynamic
import pytest
from msgspec import Struct
from tests.mocked import run_program

from mixpanel_service_accounts.resources import (
    project_membership,
    rotating_service_account,
    service_account,
)
from mixpanel_service_accounts.resources.fields import Field, fields_of
from pulumi_mixpanel import ProjectMembership, RotatingServiceAccount, ServiceAccount

DOCS = Path(__file__).parents[2] / "docs"

SHELL_ONLY = {"service_account": "Pulumi's resource itself; the core knows the account's number"}
"""Arguments of a Pulumi class, and rows of a table, that are no input of the core."""

DEFAULT_IN_THE_SHELL = {
    "name": "the default name has the names of the stack and the resource in it",
    "service_account_id": "`service_account` may be given instead",
}
"""Inputs that the core requires and a program may leave out."""

WITHOUT_OUTPUT = {"adopt": "only the first create reads it, and nothing can depend on it"}
"""Inputs that are stored, and that a Pulumi class does not annotate as an output."""

OURS = "\N{EN DASH}"
"""The source of what is no fact of the API."""

OF_PULUMI = ("resource_name", "opts")
"""What every resource class of Pulumi takes."""


class Shown(typing.NamedTuple):
    """One resource: its rules, its Pulumi class, its page, and a program that creates one."""

    rules: ModuleType
    shown: type[pulumi.dynamic.Resource]
    page: str
    create: Callable[[], pulumi.dynamic.Resource]

    @property
    def inputs(self) -> dict[str, Field]:
        """The inputs that a user gives."""
        return {
            name: field
            for name, field in fields_of(self.rules.Inputs).items()
            if not field.recorded
        }

    @property
    def outputs(self) -> dict[str, Field]:
        """The fields that check(), the place or the server sets, and every secret."""
        return {
            name: field
            for name, field in fields_of(self.rules.State).items()
            if name not in self.inputs or field.secret or field.filled
        }

    def rows(self, heading: str) -> dict[str, list[str]]:
        """The cells of the table below a heading, by name; a row may have several names."""
        text = (DOCS / f"{self.page}.md").read_text(encoding="utf-8")
        section = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
        lines = re.findall(r"^\| (`.*) \|$", section, re.MULTILINE)
        named = [(re.findall(r"`(\w+)`", line.split(" | ")[0]), line) for line in lines]
        assert named
        found = [name for names, _ in named for name in names]
        assert sorted(found) == sorted(set(found))
        return {name: line.split(" | ") for names, line in named for name in names}

    def documented(self, section: str) -> list[str]:
        """The names in a section of the class's docstring."""
        text = inspect.cleandoc(self.shown.__doc__ or "")
        lines = text.split(f"\n{section}:\n")[1].split("\n\n")[0]
        return re.findall(r"^    (\w+):", lines, re.MULTILINE)

    def arguments(self) -> dict[str, inspect.Parameter]:
        """The arguments of the class, less Pulumi's own."""
        found = dict(inspect.signature(self.shown.__init__).parameters)
        return {name: one for name, one in found.items() if name not in ("self", *OF_PULUMI)}

    def annotated(self) -> dict[str, Any]:
        """The types of the outputs that the class annotates, by name, without None."""
        found: dict[str, Any] = {}
        for kind in self.shown.__mro__:
            if kind.__module__.startswith("pulumi_mixpanel."):
                found.update(inspect.get_annotations(kind))
                getters = inspect.getmembers(kind, lambda one: isinstance(one, property))
                found.update(
                    {
                        name: one.fget.__annotations__["return"]
                        for name, one in getters
                        if one.fget.__module__ == kind.__module__
                    }
                )
        return {name: _without_none(typing.get_args(hint)[0]) for name, hint in found.items()}


def _without_none(kind: Any) -> Any:  # noqa: ANN401 (a type is of any kind)
    inner = [one for one in typing.get_args(kind) if one is not type(None)]
    is_optional = isinstance(kind, UnionType) and len(inner) == 1
    return inner[0] if is_optional else kind


def _as_pulumi_has_it(kind: Any) -> Any:  # noqa: ANN401 (a type is of any kind)
    """Return the declared type with a dictionary for each struct in it."""
    if isinstance(kind, type) and issubclass(kind, Struct):
        return dict[str, Any]
    if typing.get_origin(kind) is list:
        return list[_as_pulumi_has_it(typing.get_args(kind)[0])]  # type: ignore[misc]
    return kind


RESOURCES = [
    Shown(
        service_account,
        ServiceAccount,
        "service-account",
        lambda: ServiceAccount("a"),
    ),
    Shown(
        rotating_service_account,
        RotatingServiceAccount,
        "rotating-service-account",
        lambda: RotatingServiceAccount("a", validity_period_hours=24, overlap_hours=1),
    ),
    Shown(
        project_membership,
        ProjectMembership,
        "project-membership",
        lambda: ProjectMembership("a", service_account_id=5001, project_id=2001, role="analyst"),
    ),
]
EACH = pytest.mark.parametrize("one", RESOURCES, ids=[one.page for one in RESOURCES])


def inner_names(field: Field) -> list[str]:
    """Return the keys of the struct in a field; none if there is no struct in it."""
    kinds = (field.type, *typing.get_args(field.type))
    structs = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Struct)]
    return [name for kind in structs for name in fields_of(kind)]


@EACH
def test_the_table_of_inputs_has_every_input_and_nothing_more(one: Shown) -> None:
    """But for the arguments that the shell alone knows."""
    rows = set(one.rows("Inputs"))
    assert rows == set(one.inputs) | (set(SHELL_ONLY) & set(one.arguments()))


@EACH
def test_the_table_of_outputs_has_every_output_and_nothing_more(one: Shown) -> None:
    """An input is an output too if another than the user may set it, or if it is a secret."""
    assert set(one.rows("Outputs")) == set(one.outputs)


@EACH
def test_the_table_of_inputs_says_what_is_declared(one: Shown) -> None:
    """What a change does begins its cell; the source is the last one."""
    rows = one.rows("Inputs")
    differ = {
        name: (change, source)
        for name, field in one.inputs.items()
        for *_, change, source in [rows[name]]
        if not change.startswith(str(field.change)) or source != (field.source or OURS)
    }
    assert differ == {}


@EACH
@pytest.mark.parametrize("heading", ["Inputs", "Outputs"])
def test_a_row_of_a_structure_names_its_keys(one: Shown, heading: str) -> None:
    """Of `projects`, `home` and `retiring`."""
    rows = one.rows(heading)
    fields = one.inputs if heading == "Inputs" else one.outputs
    missing = {
        (name, key)
        for name, field in fields.items()
        for key in inner_names(field)
        if f"`{key}`" not in " ".join(rows[name]) and f'"{key}"' not in " ".join(rows[name])
    }
    assert missing == set()


@EACH
def test_every_field_has_a_sentence_and_every_input_an_effect(one: Shown) -> None:
    """The schemas and pages of every shell are made from them."""
    fields = fields_of(one.rules.State)
    assert [name for name, field in fields.items() if not field.description.endswith(".")] == []
    assert [name for name, field in one.inputs.items() if field.change is None] == []
    recorded = [field for field in fields_of(one.rules.Inputs).values() if field.recorded]
    assert [field.name for field in recorded if field.change is not None] == []


@EACH
def test_each_argument_is_an_input(one: Shown) -> None:
    """And each input that a user gives an argument, required in both or in none."""
    arguments = one.arguments()
    assert set(arguments) - set(SHELL_ONLY) == set(one.inputs)
    required = {name for name, found in arguments.items() if found.default is found.empty}
    declared = {name for name, field in one.inputs.items() if not field.optional}
    assert required == declared - set(DEFAULT_IN_THE_SHELL)


@EACH
def test_each_output_is_annotated_with_its_type(one: Shown) -> None:
    """And nothing else is: an annotation without a field would be an output that is never set."""
    declared = {
        name: _as_pulumi_has_it(field.type)
        for name, field in fields_of(one.rules.State).items()
        if name not in WITHOUT_OUTPUT
    }
    assert one.annotated() == declared


@EACH
def test_the_docstring_names_every_argument_and_every_output(one: Shown) -> None:
    """An editor shows it to the author of a program."""
    assert sorted(one.documented("Args")) == sorted((*one.arguments(), *OF_PULUMI))
    assert sorted(one.documented("Attributes")) == sorted(one.outputs)


@EACH
def test_the_engine_is_asked_for_every_field_and_keeps_the_secret_ones(
    one: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The outputs to encrypt are exactly the fields that are declared secret."""
    given: list[tuple[dict[str, Any], pulumi.ResourceOptions | None]] = []

    def note(_self: object, _provider: object, _name: str, *rest: Any) -> None:  # noqa: ANN401
        properties, options = rest
        given.append((properties, options))

    monkeypatch.setattr(pulumi.dynamic.Resource, "__init__", note)
    run_program(lambda: one.create() and None)
    ((properties, options),) = given
    fields = fields_of(one.rules.State)
    assert set(properties) == set(fields)
    kept = (options.additional_secret_outputs if options else None) or []
    assert sorted(kept) == sorted(name for name, field in fields.items() if field.secret)
