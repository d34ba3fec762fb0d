"""Reading what `pulumi stack export` printed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

EXPORT = click.Path(exists=True, dir_okay=False, path_type=Path)
"""The type of an option that names such a file."""


def read_exports(paths: Sequence[Path]) -> list[dict[str, Any]]:
    """Read the files.

    Raises:
        ClickException: One is something else.
    """
    exports = [read_export(path) for path in paths]
    for path, export in zip(paths, exports, strict=True):
        _refuse_native(path, export["deployment"])
    return exports


def read_export(path: Path) -> dict[str, Any]:
    """Read one file.

    Raises:
        ClickException: It is something else.
    """
    try:
        export = json.loads(path.read_bytes())
    except ValueError as error:
        raise click.ClickException(f"{path} is no JSON: {error}") from None
    if not isinstance(export, dict) or not isinstance(export.get("deployment"), dict):
        raise click.ClickException(
            f"{path} is not what `pulumi stack export` prints: it has no deployment."
        )
    return export


def _refuse_native(path: Path, deployment: dict[str, Any]) -> None:
    """Refuse resources that are ours and cannot be read: they must not seem to hold nothing."""
    pending = [one.get("resource") for one in deployment.get("pending_operations") or ()]
    held = [*(deployment.get("resources") or ()), *pending]
    if any(str((one or {}).get("type", "")).startswith("mixpanel:index:") for one in held):
        raise click.ClickException(
            f"{path} has resources of the native plugin (mixpanel:index:…), which this command "
            "cannot read yet: the accounts that they hold would seem to be held by nothing."
        )
