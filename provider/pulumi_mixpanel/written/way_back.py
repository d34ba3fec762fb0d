"""The way back: an export with the plugin's resources, rewritten for a Python program."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from mixpanel_service_accounts.api.errors import Refused
from mixpanel_service_accounts.configuration_keys import EXPLICIT, NAMESPACE
from mixpanel_service_accounts.resources.fields import fields_of
from pulumi_mixpanel.camel_case import camel_case, inward
from pulumi_mixpanel.plugin.kinds import KINDS
from pulumi_mixpanel.type_tokens import DYNAMIC_TOKEN
from pulumi_mixpanel.written.pickled_providers import PROVIDER_KEY, pickled_providers

Json = dict[str, Any]

_PROVIDER = "pulumi:providers:mixpanel"
_DYNAMIC_PROVIDER = "pulumi:providers:pulumi-python"
_TYPES = {
    **{token: DYNAMIC_TOKEN.format(kind.rules.KIND) for token, kind in KINDS.items()},
    _PROVIDER: _DYNAMIC_PROVIDER,
}
_OF_EXPLICIT = {EXPLICIT: "true", "concurrency": "16"}
"""What the Python package's `Provider` sends beside what a program gives."""
_PLAINTEXT = "plaintext"
_CIPHERTEXT = "ciphertext"


def to_dynamic(export: Mapping[str, Any]) -> Json:
    """Return an export whose resources of the plugin are those of the dynamic providers.

    Secrets stay as they are, encrypted or in clear; other packages' resources stay too.

    Args:
        export: What `pulumi stack export` printed.

    Raises:
        Refused: There is none of the plugin's resources, an operation on one is pending, or a value
            that has to be rewritten is encrypted.
    """
    deployment = export["deployment"]
    resources: list[Json] = deployment.get("resources") or []
    if not any(one["type"] in KINDS for one in resources):
        raise Refused("no resource of the native plugin is in this export: nothing to rewrite.")
    _refuse_pending(deployment)
    references, pickled = _references(resources), pickled_providers()
    kept = _without_doubles(_moved(one, references, pickled) for one in resources)
    return {**export, "deployment": {**deployment, "resources": kept}}


def _refuse_pending(deployment: Mapping[str, Any]) -> None:
    pending = [one["resource"]["urn"] for one in deployment.get("pending_operations") or ()]
    ours = [urn for urn in pending if _moved_urn(urn) != urn]
    if ours:
        raise Refused(
            f"{len(ours)} operations are pending, such as on {ours[0]}: let `pulumi refresh` of "
            "the native program finish them, and export the stack again."
        )


def _moved_urn(urn: str) -> str:
    """Return a URN with the types of the dynamic providers, those of its parents among them."""
    stack, project, chain, name = urn.split("::", 3)
    types = chain.split("$")
    if types[-1] == _PROVIDER and name.startswith("default"):
        name = "default"  # the engine puts a plugin's version behind it
    return "::".join([stack, project, "$".join(_TYPES.get(one, one) for one in types), name])


def _references(resources: Iterable[Json]) -> dict[str, str]:
    """Return by what each URN, and each provider with its id, is named after the move."""
    found: dict[str, str] = {}
    ids: dict[str, str] = {}
    for one in resources:
        found[one["urn"]] = moved = _moved_urn(one["urn"])
        if one["type"] in (_PROVIDER, _DYNAMIC_PROVIDER):
            ids.setdefault(moved, one["id"])
            found[f"{one['urn']}::{one['id']}"] = f"{moved}::{ids[moved]}"
    return found


def _without_doubles(resources: Iterable[Json]) -> list[Json]:
    """Drop default providers that became one."""
    found: dict[tuple[str, object], Json] = {}
    for index, one in enumerate(resources):
        is_provider = one["type"] == _DYNAMIC_PROVIDER
        found.setdefault((one["urn"], None if is_provider else index), one)
    return list(found.values())


def _moved(entry: Json, references: Mapping[str, str], pickled: Mapping[str, str]) -> Json:
    """Return one resource of the export, moved."""
    values: Json = {key: entry[key] for key in ("inputs", "outputs") if key in entry}
    frame = {key: value for key, value in entry.items() if key not in values}
    moved: Json = {**_renamed(frame, references), **values}
    if entry["type"] == _PROVIDER:
        explicit = not moved["urn"].endswith("::default")
        for key, value in values.items():
            moved[key] = _configuration(value, explicit=explicit)
        moved["type"] = _DYNAMIC_PROVIDER
        moved.pop("propertyDependencies", None)
    if entry["type"] in KINDS:
        moved.update(_resource(entry, moved, pickled))
    return moved


def _resource(entry: Json, moved: Json, pickled: Mapping[str, str]) -> Json:
    rules = KINDS[entry["type"]].rules
    state: type[Struct] = rules.State
    inputs: type[Struct] = rules.Inputs
    provider = {PROVIDER_KEY: pickled[rules.KIND]}
    names = {camel_case(name): name for name in fields_of(inputs)}
    depends = moved.get("propertyDependencies") or {}
    secrets = [name for name, field in fields_of(state).items() if field.secret]
    return {
        "type": _TYPES[entry["type"]],
        "inputs": {**_values(inputs, entry.get("inputs") or {}), **provider},
        "outputs": {**_values(state, entry.get("outputs") or {}), **provider},
        "propertyDependencies": {names.get(key, key): value for key, value in depends.items()},
        **({"additionalSecretOutputs": secrets} if secrets else {}),
    }


def _renamed(value: Any, references: Mapping[str, str]) -> Any:  # noqa: ANN401 (JSON)
    if isinstance(value, str):
        return references.get(value, value)
    if isinstance(value, list):
        return [_renamed(one, references) for one in value]
    if isinstance(value, dict):
        return {key: _renamed(one, references) for key, one in value.items()}
    return value


def _values(kind: type[Struct], stored: Json) -> Json:
    """Return inputs or outputs with the names of the rules.

    Raises:
        Refused: A value whose own names have to be rewritten is encrypted.
    """
    fields = {camel_case(name): field for name, field in fields_of(kind).items()}
    found = {}
    for key, value in stored.items():
        is_secret = isinstance(value, dict) and {_PLAINTEXT, _CIPHERTEXT} & value.keys()
        if not is_secret or key not in fields or not _has_names(fields[key].type):
            found.update(inward(kind, {key: value}))
            continue
        if _PLAINTEXT not in value:
            raise Refused(
                f"the value of {key} is encrypted, and the names in it differ in a Python program: "
                "export the stack with `pulumi stack export --show-secrets`."
            )
        ((name, inner),) = inward(kind, {key: json.loads(value[_PLAINTEXT])}).items()
        found[name] = {**value, _PLAINTEXT: json.dumps(inner)}
    return found


def _has_names(kind: Any) -> bool:  # noqa: ANN401 (a type is of any kind)
    inner = [kind, *getattr(kind, "__args__", ())]
    return any(isinstance(one, type) and issubclass(one, Struct) for one in inner)


def _configuration(stored: Json, *, explicit: bool) -> Json:
    """Return a provider's configuration under the keys that the Python package uses."""
    found = {
        f"{NAMESPACE}:{key}": _text(value)
        for key, value in stored.items()
        if key != "version" and not key.startswith("__")
    }
    marked = {f"{NAMESPACE}:{key}": value for key, value in _OF_EXPLICIT.items()}
    return {**marked, **found} if explicit else found


def _text(value: Any) -> Any:  # noqa: ANN401 (a text, a number, a flag or a secret)
    return json.dumps(value) if isinstance(value, (bool, int, float)) else value
