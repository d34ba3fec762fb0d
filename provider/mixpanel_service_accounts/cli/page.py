"""The report as one HTML page that needs nothing beside itself."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from mixpanel_service_accounts.report.document import Report, document_of
from mixpanel_service_accounts.report.findings import FINDINGS
from mixpanel_service_accounts.report.text import plain

_OWN_BLOCKS = re.compile(r"<(style|script)>(.*?)</\1>", re.DOTALL)
_PLACES = re.compile(r"\{\{(\w+)\}\}")
_HTML_IN_JSON = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def write_page(path: Path, report: Report) -> None:
    """Write the page, readable for its owner alone.

    Raises:
        OSError: The file cannot be written.
    """
    page = page_of(report).encode()
    with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
        os.fchmod(file.fileno(), 0o600)  # one that was there before may be open to others
        file.write(page)


def page_of(report: Report) -> str:
    """Fill the page: its own style and script run, by their hashes, and nothing else does."""
    template = files("mixpanel_service_accounts.cli").joinpath("page.html").read_text("utf-8")
    values = {"policy": _policy(template), "data": _data(report)}
    return _PLACES.sub(lambda place: values[place[1]], template)


def _policy(template: str) -> str:
    """Make the Content-Security-Policy: nothing from anywhere, and no network."""
    hashes = {kind: _hash(block) for kind, block in _OWN_BLOCKS.findall(template)}
    return (
        f"default-src 'none'; style-src '{hashes['style']}'; script-src '{hashes['script']}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(block: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(block.encode()).digest()).decode()}"


def _data(report: Report) -> str:
    """Write the data into a script element, which only `<` could end."""
    text = json.dumps(_compact(document_of(report)), separators=(",", ":"))
    return text.translate(_HTML_IN_JSON)


def _compact(document: dict[str, Any]) -> dict[str, Any]:
    """Keep a million memberships small: each is four numbers, with the words in a list beside."""
    words: dict[object, int] = {}

    def number(word: object) -> int:
        return words.setdefault(word, len(words))

    for account in document["accounts"]:
        account["access"] = [
            [
                row["project_id"],
                number(row["role"]),
                number(row["through"]),
                row["sensitive"] is True,
            ]
            for row in account["access"]
        ]
    meanings = {name: FINDINGS[name] for name in document["findings"]}
    printable: dict[str, Any] = _printable({**document, "meanings": meanings})
    return {**printable, "words": [plain(str(word)) for word in words]}


def _printable(value: Any) -> Any:  # noqa: ANN401 (JSON)
    """Strip what could change how the text around it reads."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, Mapping):
        return {key: _printable(inner) for key, inner in value.items()}
    if isinstance(value, Sequence):
        return [_printable(inner) for inner in value]
    return value
