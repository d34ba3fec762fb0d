"""The requirement that installs this package from the source it was installed from (PEP 610)."""

from __future__ import annotations

import json
import re
from importlib.metadata import distribution
from typing import Any
from urllib.parse import urlsplit, urlunsplit

PACKAGE = "pulumi-mixpanel"

_COMMENT = """\
# The program needs {package} {version}. How it was installed here names no source that
# others could install it from: put in the next line the commit or the wheel that you use.
# {package} @ git+https://YOUR-FORGE/{package}@COMMIT
"""
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[!-~]+")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def requirements() -> str:
    """Return the content of requirements.txt for a program that uses this package.

    Returns:
        One requirement with a commit or a hash, else a comment that says what to install; never a
        bare name, which an index might give to somebody else's package.
    """
    installed = distribution(PACKAGE)
    source = _source(installed.read_text("direct_url.json"))
    if source is None:
        return _COMMENT.format(package=PACKAGE, version=installed.version)
    return f"{PACKAGE} @ {source}\n"


def _source(text: str | None) -> str | None:
    """Return the URL with its commit or hash; None if direct_url.json names none to rely on."""
    try:
        found = json.loads(text or "null")
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    url, subdirectory = _public(found.get("url")), found.get("subdirectory")
    if url is None or not (subdirectory is None or _matches(_WORD, subdirectory)):
        return None
    folder = [f"subdirectory={subdirectory}"] if subdirectory else []
    if isinstance(vcs := found.get("vcs_info"), dict):
        return _of_commit(url, vcs, folder)
    if isinstance(archive := found.get("archive_info"), dict):
        return _of_archive(url, archive, folder)
    return None


def _public(url: object) -> str | None:
    """Return a URL without user information; None if its query may hold a secret."""
    if not _matches(_URL, url):
        return None
    try:
        parts = urlsplit(str(url))
    except ValueError:
        return None
    if parts.query:
        return None
    user, _, host = parts.netloc.rpartition("@")
    # Over ssh `git` is everybody's user, and no address works without it.
    kept = "git@" if parts.scheme == "ssh" and user == "git" else ""
    return urlunsplit((parts.scheme, kept + host, parts.path, "", ""))


def _of_commit(url: str, vcs: dict[str, Any], folder: list[str]) -> str | None:
    kind, commit = vcs.get("vcs"), vcs.get("commit_id")
    if not _matches(_WORD, kind) or not _matches(_WORD, commit):
        return None
    return "#".join([f"{kind}+{url}@{commit}", *folder])


def _of_archive(url: str, archive: dict[str, Any], folder: list[str]) -> str | None:
    hashes = archive.get("hashes")
    digest = hashes.get("sha256") if isinstance(hashes, dict) else None
    digest = digest or str(archive.get("hash", "")).removeprefix("sha256=")
    if not _matches(_SHA256, digest):
        return None
    return f"{url}#{'&'.join([f'sha256={digest}', *folder])}"


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None
