"""The requirement that `export` writes: the source of this very package, never a bare name."""

from __future__ import annotations

import json
from importlib.metadata import version

import pytest

from mixpanel_service_accounts.cli import installed_from

COMMIT, DIGEST = "0123456789abcdef0123456789abcdef01234567", "ab" * 32
COMMENT = (
    f"# The program needs pulumi-mixpanel {version('pulumi-mixpanel')}. How it was installed here "
    "names no source that\n"
    "# others could install it from: put in the next line the commit or the wheel that you use.\n"
    "# pulumi-mixpanel @ git+https://YOUR-FORGE/pulumi-mixpanel@COMMIT\n"
)
GIT = {"vcs": "git", "commit_id": COMMIT, "requested_revision": "main"}
WHEEL = "https://forge.example/p/pulumi_mixpanel-0.1.0-py3-none-any.whl"


def requirements(monkeypatch: pytest.MonkeyPatch, text: str | None) -> str:
    """Return what is written if the installer recorded this text."""

    class Installed:
        version = version("pulumi-mixpanel")

        def read_text(self, name: str) -> str | None:
            return text if name == "direct_url.json" else None

    monkeypatch.setattr(installed_from, "distribution", lambda _name: Installed())
    return installed_from.requirements()


@pytest.mark.parametrize(
    ("recorded", "source"),
    [
        (
            {"url": "https://forge.example/p.git", "vcs_info": GIT},
            f"git+https://forge.example/p.git@{COMMIT}",
        ),
        (
            {"url": "https://me:hidden@forge.example:8443/p.git", "vcs_info": GIT},
            f"git+https://forge.example:8443/p.git@{COMMIT}",
        ),
        (
            {"url": "ssh://git@forge.example/p.git", "vcs_info": GIT},
            f"git+ssh://git@forge.example/p.git@{COMMIT}",
        ),
        (
            {"url": "https://forge.example/p.git", "vcs_info": GIT, "subdirectory": "python"},
            f"git+https://forge.example/p.git@{COMMIT}#subdirectory=python",
        ),
        (
            {"url": WHEEL, "archive_info": {"hashes": {"sha256": DIGEST}}},
            f"{WHEEL}#sha256={DIGEST}",
        ),
        (
            {
                "url": WHEEL.replace("//", "//hidden@"),
                "archive_info": {"hash": f"sha256={DIGEST}"},
            },
            f"{WHEEL}#sha256={DIGEST}",
        ),
    ],
)
def test_the_source_has_its_commit_or_hash_and_no_user(
    monkeypatch: pytest.MonkeyPatch, recorded: dict[str, object], source: str
) -> None:
    """A branch is not enough: what it holds may change."""
    written = requirements(monkeypatch, json.dumps(recorded))
    assert written == f"pulumi-mixpanel @ {source}\n"
    assert "hidden" not in written


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "{",
        "[]",
        "{}",
        json.dumps({"url": "file:///home/me/p", "dir_info": {"editable": True}}),
        json.dumps({"url": WHEEL, "archive_info": {}}),
        json.dumps({"url": WHEEL, "archive_info": {"hash": "md5=abc"}}),
        json.dumps({"url": f"{WHEEL}?token=hidden", "archive_info": {"hash": f"sha256={DIGEST}"}}),
        json.dumps({"url": "https://forge.example/p", "vcs_info": {"vcs": "git"}}),
        json.dumps({"url": "https://forge.example/p\nother", "vcs_info": GIT}),
        json.dumps({"url": "https://[/p", "vcs_info": GIT}),
        json.dumps({"url": WHEEL, "vcs_info": GIT, "subdirectory": "a\nb"}),
    ],
)
def test_else_a_comment_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, text: str | None
) -> None:
    """A folder, an index, no hash, a secret in the address: every line is a comment."""
    assert requirements(monkeypatch, text) == COMMENT
