"""What `pulumi stack export` printed, read into the core's `Stored`.

A stack may hold resources of the dynamic provider, of the native plugin, or of both.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from mixpanel_service_accounts.api.instants import parse_instant
from mixpanel_service_accounts.api.wording import Wording
from mixpanel_service_accounts.resources import (
    rotating_service_account,
    service_account,
)
from mixpanel_service_accounts.resources.fields import UNKNOWN
from mixpanel_service_accounts.resources.kinds import RESOURCES
from mixpanel_service_accounts.resources.stored import StoredResource
from pulumi_mixpanel.camel_case import inward
from pulumi_mixpanel.special_values import SECRET, SIGNATURE
from pulumi_mixpanel.type_tokens import kind_of
from pulumi_mixpanel.wording import PULUMI

_BY_KIND = {rules.KIND: rules for rules, _description in RESOURCES}
_CREATING = {
    (service_account.KIND, "creating"),
    (rotating_service_account.KIND, "creating"),
    (rotating_service_account.KIND, "updating"),
}
"""The operations that create an account; a rotation is an update."""

Document = Mapping[str, Any]
"""A part of the export, as JSON has it."""


class StackExport(Struct, frozen=True):
    """What one export says; see the core's `Stored`."""

    written: datetime | None
    resources: tuple[StoredResource, ...]
    pending: tuple[StoredResource, ...]
    wording: Wording = PULUMI


def is_export(document: Document) -> bool:
    """Return whether a document is what `pulumi stack export` prints."""
    return isinstance(document.get("deployment"), dict)


def read_export(document: Document) -> StackExport:
    """Read an export; what is not ours in it is left out."""
    deployment = document.get("deployment") or {}
    held = [found for one in deployment.get("resources") or () if (found := stored_resource(one))]
    operations = list(_operations(deployment))
    # What was being changed or deleted may lack its id here: it is among the held ones with it.
    other = [
        one
        for one, does in operations
        if (one.kind, does) not in _CREATING and (one.id or does == "creating")
    ]
    pending = [found for found, does in operations if (found.kind, does) in _CREATING]
    time = str((deployment.get("manifest") or {}).get("time", ""))
    return StackExport(parse_instant(_without_nanoseconds(time)), (*held, *other), tuple(pending))


def stored_resource(entry: Document) -> StoredResource | None:
    """Return a resource as the core has it; None if it is not ours.

    Args:
        entry: A resource of an export: `type`, `urn`, `id`, `inputs` and `outputs`.
    """
    kind = kind_of(str(entry.get("type", "")))
    if kind is None:
        return None
    rules = _BY_KIND.get(kind)
    inputs, outputs = _plain(entry.get("inputs")) or {}, _plain(entry.get("outputs")) or {}
    return StoredResource(
        address=str(entry.get("urn", "")),
        kind=kind,
        id=str(entry.get("id") or ""),
        inputs=inward(rules.Inputs, inputs) if rules else inputs,
        outputs=inward(rules.State, outputs) if rules else outputs,
    )


def _operations(deployment: Document) -> Iterator[tuple[StoredResource, str]]:
    """Return the operations that never ended: the resource, and what was being done."""
    for operation in deployment.get("pending_operations") or ():
        if found := stored_resource(operation.get("resource") or {}):
            yield found, str(operation.get("type"))


def _plain(value: Any) -> Any:  # noqa: ANN401 (property values are of any type)
    """Return a value without marks of secrets; an encrypted one is `UNKNOWN`."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get(SIGNATURE) != SECRET:
        return {key: _plain(one) for key, one in value.items()}
    return _plain(json.loads(value["plaintext"])) if "plaintext" in value else UNKNOWN


def _without_nanoseconds(time: str) -> str:
    head, dot, tail = time.partition(".")
    return head + tail.lstrip("0123456789") if dot else time
