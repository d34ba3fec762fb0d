"""The plugin's schema, made from the declared fields of the core; schema.json is its text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

from msgspec import Struct

from mixpanel_service_accounts.resources.fields import Field, fields_of
from mixpanel_service_accounts.resources.provider_arguments import ProviderArguments
from pulumi_mixpanel.camel_case import camel_case
from pulumi_mixpanel.plugin.kinds import KINDS, LOOKUPS, WITHOUT, Kind, Lookup
from pulumi_mixpanel.type_tokens import DYNAMIC_TOKEN

Json = dict[str, Any]
_SCALARS = {str: "string", int: "integer", float: "number", bool: "boolean"}
_LANGUAGES: Json = {
    "python": {
        "packageName": "pulumi_mixpanel_native",
        "pyproject": {"enabled": True},
        "respectSchemaVersion": True,
    },
    "nodejs": {"packageName": "pulumi-mixpanel-native", "respectSchemaVersion": True},
    "go": {
        "importBasePath": "example.com/pulumi-mixpanel/sdk/go/mixpanel",
        "respectSchemaVersion": True,
    },
}
"""What generated SDKs are called. Each has the version of the plugin that it was made from."""

_QUOTED = re.compile(r"`[a-z]+(?:_[a-z]+)+`")
_KEPT_BY_USER = (
    "The secret of an imported account, if you still have it. Default: none, and the output "
    "`secret` of an imported account is null."
)


def committed() -> str:
    """Return the text of schema.json."""
    return Path(__file__).with_name("schema.json").read_text()


def answered(version: str) -> str:
    """Return the schema that a plugin answers with: the committed one, and the plugin's version.

    Args:
        version: The version, without which `pulumi package add` makes no SDK; empty if unknown.
    """
    found: Json = json.loads(committed())
    return json.dumps({**found, "version": version} if version else found)


def schema_text() -> str:
    """Return the text that schema.json has to have."""
    return json.dumps(make_schema(), indent=2) + "\n"


def make_schema() -> Json:
    """Return the schema of the package."""
    types = _Types()
    configuration = types.properties(fields_of(ProviderArguments).values())
    return {
        "name": "mixpanel",
        "displayName": "Mixpanel",
        "description": "Mixpanel service accounts and their project memberships.",
        "keywords": ["pulumi", "mixpanel", "category/infrastructure", "kind/native"],
        "license": "Apache-2.0",
        "publisher": "pulumi-mixpanel",
        "language": _LANGUAGES,
        "config": {"variables": configuration},
        "provider": {
            "description": "Where organization, region and login come from.",
            "inputProperties": configuration,
        },
        "resources": {token: _resource(kind, types) for token, kind in KINDS.items()},
        "functions": {token: _function(lookup, types) for token, lookup in LOOKUPS.items()},
        "types": types.found,
    }


def _resource(kind: Kind, types: _Types) -> Json:
    inputs: type[Struct] = kind.rules.Inputs
    outputs: type[Struct] = kind.rules.State
    given = [one for one in fields_of(inputs).values() if is_given(one)]
    shown = [one for one in fields_of(outputs).values() if one.name not in WITHOUT]
    properties = types.properties(given)
    if "secret" in properties:
        properties["secret"]["description"] = _KEPT_BY_USER
    for one in given:
        if one.change == "replaces":
            properties[camel_case(one.name)]["willReplaceOnChanges"] = True
    return {
        "description": kind.description,
        "properties": types.properties(shown),
        "required": _always(shown),
        "inputProperties": properties,
        "requiredInputs": [camel_case(one) for one in required(inputs)],
        "aliases": [{"type": DYNAMIC_TOKEN.format(kind.rules.KIND)}],
    }


def _always(fields: Iterable[Field]) -> list[str]:
    """Return the outputs that every resource has."""
    always = {"name", "home", "service_account_id", "username", "project_id"}
    return [camel_case(one.name) for one in fields if not one.optional or one.name in always]


def _function(lookup: Lookup, types: _Types) -> Json:
    given, found = fields_of(lookup.inputs), fields_of(lookup.result)
    return {
        "description": lookup.description,
        "inputs": {
            "properties": types.properties(given.values()),
            "required": [camel_case(one) for one in required(lookup.inputs)],
        },
        "outputs": {
            "properties": types.properties(found.values()),
            "required": [
                camel_case(one.name) for one in found.values() if not one.optional or one.filled
            ],
        },
    }


def is_given(field: Field) -> bool:
    """Return whether a program may give an input."""
    return not field.recorded and field.name not in WITHOUT


def required(kind: type[Struct]) -> list[str]:
    """Return what a program has to give; a name has a default."""
    given = (one for one in fields_of(kind).values() if is_given(one) and not one.optional)
    return [one.name for one in given if one.name != "name"]


def _spelled(description: str) -> str:
    """Return a description whose quoted names are those of a program."""
    return _QUOTED.sub(lambda match: camel_case(match[0]), description)


class _Types:
    """The object types that properties refer to."""

    def __init__(self) -> None:
        self.found: Json = {}

    def properties(self, fields: Iterable[Field]) -> Json:
        """Return the schema's properties of fields."""
        return {camel_case(one.name): self._property(one) for one in fields}

    def _property(self, field: Field) -> Json:
        found = self._type(field.type)
        if field.description:
            found["description"] = _spelled(field.description)
        if field.secret:
            found["secret"] = True
        return found

    def _type(self, kind: Any) -> Json:  # noqa: ANN401 (a type is of any kind)
        if kind in _SCALARS:
            return {"type": _SCALARS[kind]}
        if get_origin(kind) in (list, tuple):
            return {"type": "array", "items": self._type(get_args(kind)[0])}
        if get_origin(kind) is dict:
            return {"type": "object", "additionalProperties": self._type(get_args(kind)[1])}
        return self._reference(kind)

    def _reference(self, kind: type[Struct]) -> Json:
        token = f"mixpanel:index:{kind.__name__}"
        if token not in self.found:
            fields: Mapping[str, Field] = fields_of(kind)
            self.found[token] = {}
            self.found[token].update(
                {
                    "type": "object",
                    "properties": self.properties(fields.values()),
                    "required": [
                        camel_case(one.name) for one in fields.values() if not one.optional
                    ],
                }
            )
        return {"$ref": f"#/types/{token}"}
