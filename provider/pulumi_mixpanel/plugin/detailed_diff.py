"""Which properties differ, by their paths, for the engine's display."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mixpanel_service_accounts.resources.contract import Diff
from pulumi_mixpanel.camel_case import camel_case

_ADD, _DELETE, _UPDATE = 0, 2, 4
_REPLACES = 1
"""Added to each of the kinds if the change requires a new resource."""


def detailed_diff(
    diff: Diff, olds: Mapping[str, Any], news: Mapping[str, Any], recorded: Iterable[str] = ()
) -> dict[str, int]:
    """Return the kind of each difference by the path of the property.

    Args:
        diff: What the rules say.
        olds: The inputs of the last run, with a program's names.
        news: The inputs now, the same.
        recorded: The inputs that check() sets, by the names of the rules: a date that moves says
            why a resource is replaced.
    """
    found: dict[str, int] = {}
    moved = [name for name in recorded if olds.get(camel_case(name)) != news.get(camel_case(name))]
    for name in dict.fromkeys((*diff.changed, *diff.replaces, *(moved if diff.changes else ()))):
        if not name:
            continue  # work that an earlier run left behind
        replaces = _REPLACES if name in diff.replaces else 0
        key = camel_case(name)
        paths = dict(_differences(key, olds.get(key), news.get(key)))
        for path, kind in (paths or {key: _UPDATE}).items():
            found[path] = kind + replaces
    return found


def _differences(path: str, old: Any, new: Any) -> Iterator[tuple[str, int]]:  # noqa: ANN401
    if old == new:
        return
    if old is None or new is None:
        yield path, _ADD if old is None else _DELETE
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys((*old, *new)):
            inner = f"{path}.{key}" if key.isidentifier() else f'{path}["{key}"]'
            yield from _differences(inner, old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            entries = (values[index] if index < len(values) else None for values in (old, new))
            yield from _differences(f"{path}[{index}]", *entries)
    else:
        yield path, _UPDATE
