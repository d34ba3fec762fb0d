"""Writing files of our own into a folder that may be somebody's."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import click


def write_folder(folder: Path, files: Mapping[str, str]) -> None:
    """Write files, for their owner alone, without changing one that is there.

    Args:
        folder: Made where it is missing.
        files: Texts by their names, written in this order.

    Raises:
        click.ClickException: One of them is there with another content; nothing was written.
        OSError: The folder or a file cannot be made.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    contents = {folder / name: text.encode() for name, text in files.items()}
    missing = {path: content for path, content in contents.items() if not os.path.lexists(path)}
    others = [
        path.name
        for path, content in contents.items()
        if path not in missing and not _holds(path, content)
    ]
    if others:
        raise click.ClickException(
            f"{folder} has another {', '.join(others)}: nothing was written. Name another "
            "folder with --out, or move what is there out of the way."
        )
    for path, content in missing.items():
        # O_EXCL: whatever comes to be there meanwhile, a link among it, is not written through.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content
