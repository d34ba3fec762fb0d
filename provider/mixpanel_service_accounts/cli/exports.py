"""Reading the states that commands are given: whose a file is, and what it says."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from mixpanel_service_accounts.api.errors import Refused
from mixpanel_service_accounts.resources.stored import Stored, require_readable
from pulumi_mixpanel.stored import is_export, read_export
from terraform_mixpanel.stored import is_state, read_state

EXPORT = click.Path(exists=True, dir_okay=False, path_type=Path)
"""The type of an option that names such a file."""

_Reader = tuple[Callable[[Mapping[str, Any]], bool], Callable[[Mapping[str, Any]], Stored]]

_READERS: Sequence[_Reader] = ((is_export, read_export), (is_state, read_state))
"""Of each shell: whether a document is its state, and what reads it."""


def read_exports(paths: Sequence[Path]) -> list[Stored]:
    """Read the files.

    Raises:
        ClickException: One is something else.
        Unreadable: One holds a resource of ours that cannot be read.
    """
    return [_read(path) for path in paths]


def _read(path: Path) -> Stored:
    document = _parsed(path)
    for is_ours, read in _READERS:
        if is_ours(document):
            try:
                stored = read(document)
            except Refused as error:
                raise click.ClickException(f"{path}: {error}") from None
            require_readable(stored)
            return stored
    raise click.ClickException(f"{_no_export(path)} Nor is it a state of Terraform or OpenTofu.")


def read_document(path: Path) -> dict[str, Any]:
    """Read what `pulumi stack export` printed, as it is.

    Raises:
        ClickException: It is something else.
    """
    document = _parsed(path)
    if not is_export(document):
        raise click.ClickException(_no_export(path))
    return document


def _no_export(path: Path) -> str:
    return f"{path} is not what `pulumi stack export` prints: it has no deployment."


def _parsed(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_bytes())
    except ValueError as error:
        raise click.ClickException(f"{path} is no JSON: {error}") from None
    return document if isinstance(document, dict) else {}
