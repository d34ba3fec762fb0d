"""How OpenTofu is found, or built."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tools.tofu import tofu


def executable(path: Path, *lines: str) -> Path:
    """Write a shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(("#!/bin/sh", *lines, "")))
    path.chmod(0o755)
    return path


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make an empty PATH of one folder, and a checkout without OpenTofu."""
    monkeypatch.setattr(tofu, "ROOT", tmp_path / "checkout")
    monkeypatch.setattr(tofu, "FOLDER", tmp_path / "checkout" / ".engine" / "opentofu" / "1")
    monkeypatch.setenv("PATH", str(tmp_path / "tools"))
    return tmp_path / "tools"


def test_one_on_path_is_taken(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the user has comes first."""
    executable(path / "tofu", "echo 'OpenTofu v1.11.0'")
    assert tofu.main() == 0
    assert capsys.readouterr().out == f"{path}\n"


@pytest.mark.parametrize("version", ["OpenTofu v1.10.9", "OpenTofu v0.12.0", ""])
def test_one_that_is_too_old_is_left(
    path: Path, capsys: pytest.CaptureFixture[str], version: str
) -> None:
    """The user is told why."""
    found = executable(path / "tofu", f"echo '{version}'")
    assert tofu.on_path() is None
    assert capsys.readouterr().err == f"{found} is not used: it is older than v1.11\n"


def test_our_own_script_on_path_is_not_taken(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With script/ on PATH, script/tofu does not ask itself without end."""
    ours = executable(tmp_path / "checkout" / "script" / "tofu")
    monkeypatch.setenv("PATH", str(ours.parent))
    assert tofu.on_path() is None


@pytest.mark.parametrize(
    ("go", "told"),
    [
        (None, "There is no Go on PATH."),
        ("exit 1", "Go could not build OpenTofu (see above)."),
    ],
)
def test_without_a_build_one_message_says_what_to_do(
    path: Path, capsys: pytest.CaptureFixture[str], go: str | None, told: str
) -> None:
    """Neither OpenTofu nor a Go that builds it: how to get one, and a failure."""
    if go:
        executable(path / "go", go)
    assert tofu.main() == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert f"{told}\nNo OpenTofu was found. Install it (" in said.err
    assert [entry.name for entry in tofu.FOLDER.parent.iterdir()] == ["lock"]


def test_two_at_once_build_it_once(path: Path) -> None:
    """The second process waits for the first and takes what it built."""
    executable(
        path / "go",
        'echo built >>"$0.log"',
        'while [ "$1" != -o ]; do shift; done',
        '/bin/mkdir -p "${2%/*}" && echo tofu >"$2"',
    )
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: tofu.make(), range(4)))
    assert found == [tofu.FOLDER] * 4
    assert (tofu.FOLDER / "tofu").read_text() == "tofu\n"
    assert (path / "go.log").read_text() == "built\n"
