"""A state file of Terraform or OpenTofu, read into the core's `Stored`.

It needs nothing but the core: the command line reads states without the packages that a provider
needs.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from mixpanel_service_accounts.api.errors import Refused
from mixpanel_service_accounts.api.instants import parse_instant
from mixpanel_service_accounts.api.wording import Wording
from mixpanel_service_accounts.resources.stored import StoredResource, Unreadable
from terraform_mixpanel.attributes import VERSION, Kind
from terraform_mixpanel.kinds import KINDS
from terraform_mixpanel.private_data import Private, load_private
from terraform_mixpanel.wording import TERRAFORM

_FORMAT = 4
"""The version of the file's format: every Terraform since 0.12 and every OpenTofu writes it."""

_OURS = {kind.type_name: kind for kind in KINDS}
_PREFIX = "mixpanel_"
_DATES = ("created", "issued_at", "rotated_at")

Document = Mapping[str, Any]
"""A part of the file, as JSON has it."""


class TerraformState(Struct, frozen=True):
    """What one state file says; see the core's `Stored`.

    It says nothing of a create that never ended, and not when it was written: `written` is the
    newest date of a resource in it, for the file is at least as new.
    """

    written: datetime | None
    resources: tuple[StoredResource, ...]
    pending: tuple[StoredResource, ...] = ()
    wording: Wording = TERRAFORM


def is_state(document: Document) -> bool:
    """Return whether a document is a state of Terraform or OpenTofu, encrypted or not."""
    return "lineage" in document and bool({"terraform_version", "encrypted_data"} & set(document))


def read_state(document: Document) -> TerraformState:
    """Read a state; what is not ours in it is left out.

    Raises:
        Refused: It is encrypted, or of another format.
        Unreadable: It holds a resource of ours that cannot be read.
    """
    if "encrypted_data" in document:
        raise Refused(
            "The state is encrypted, and only OpenTofu with its key can read it: give what `tofu "
            "state pull` prints."
        )
    if document.get("version") != _FORMAT:
        raise Refused(
            f"The state has the format {document.get('version')!r}, and this command reads format "
            f"{_FORMAT}: give what `terraform state pull` prints."
        )
    found = list(_found(document))
    dates = [date for _, dated in found for date in dated]
    return TerraformState(max(dates, default=None), tuple(resource for resource, _ in found))


def _found(document: Document) -> Iterator[tuple[StoredResource, list[datetime]]]:
    """Return each object that is ours, tainted and deposed ones among them, with its dates."""
    for entry in document.get("resources") or ():
        if entry.get("mode") != "managed" or not str(entry.get("type")).startswith(_PREFIX):
            continue
        for instance in entry.get("instances") or ():
            if found := _object(entry, instance):
                yield found


def _object(entry: Document, instance: Document) -> tuple[StoredResource, list[datetime]] | None:
    kind = _OURS.get(str(entry["type"]))
    version, values = instance.get("schema_version") or 0, instance.get("attributes") or {}
    address = _address(entry, instance)
    if kind is None:
        if version < VERSION:  # of another provider, whose type names have the same prefix
            return None
        return StoredResource(address, str(entry["type"]), str(values.get("id")), {}, {}), []
    bare = StoredResource(address, kind.resource.KIND, str(values.get("id") or ""), {}, {})
    if version != VERSION:
        wrote = "another provider" if version < VERSION else "a later version of this provider"
        raise Unreadable(bare, f"{wrote} wrote it (its schema version is {version})")
    try:
        private = load_private(base64.b64decode(instance.get("private") or "", validate=True))
    except (binascii.Error, msgspec.DecodeError):
        raise Unreadable(bare, "its private data are broken") from None
    return _resource(bare, kind, values, private), _dates(values, private)


def _resource(
    bare: StoredResource, kind: Kind, values: Document, private: Private
) -> StoredResource:
    """Return a resource with its values, but for secrets, by the names of the core."""
    shown = {
        name: (one, values[name])
        for name, one in kind.attributes.items()
        if values.get(name) is not None and not one.sensitive
    }
    given = {one.key: value for one, value in shown.values() if one.given}
    outputs = {one.key: value for one, value in shown.values()}
    home = {"home": outputs["home"]} if "home" in outputs else {}
    inputs = {**given, **home, **(private.inputs or {})}
    return StoredResource(bare.address, bare.kind, bare.id, inputs, outputs)


def _dates(values: Document, private: Private) -> list[datetime]:
    """Return the dates that a resource holds, and when one with dates was last read."""
    texts = (values.get(name) for name in _DATES)
    found = [date for text in texts if isinstance(text, str) and (date := parse_instant(text))]
    return [*found, private.read_at] if private.read_at else found


def _address(entry: Document, instance: Document) -> str:
    """Return an address as the CLI shows it."""
    module = f"{entry['module']}." if entry.get("module") else ""
    key = instance.get("index_key")
    index = "" if key is None else f'["{key}"]' if isinstance(key, str) else f"[{key}]"
    deposed = f" (deposed object {instance['deposed']})" if instance.get("deposed") else ""
    return f"{module}{entry['type']}.{entry['name']}{index}{deposed}"
