"""How an engine is found, or made."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tools.engine import engine


def executable(path: Path, prints: str) -> Path:
    """Write a command that prints a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{prints}'\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make an empty PATH of one folder, and a checkout without an engine."""
    monkeypatch.setattr(engine, "ROOT", tmp_path / "checkout")
    monkeypatch.setattr(engine, "FOLDER", tmp_path / "checkout" / ".engine" / "1" / "bin")
    monkeypatch.setenv("PATH", str(tmp_path / "tools"))
    return tmp_path / "tools"


def make_engine(folder: Path) -> Path:
    """Make what stands for an engine."""
    return executable(folder / "pulumi", "v3.259.0").parent


def test_an_engine_on_path_is_taken(path: Path) -> None:
    """What the user has comes first."""
    executable(path / "pulumi", "v3.200.0")
    assert engine.on_path() == path


@pytest.mark.parametrize("version", ["v3.199.9", "v2.300.0", ""])
def test_an_engine_that_is_too_old_is_told_and_left(
    path: Path, capsys: pytest.CaptureFixture[str], version: str
) -> None:
    """An engine older than the oldest SDK is not used, and the user knows."""
    found = executable(path / "pulumi", version)
    assert engine.on_path() is None
    assert f"{found} is not used" in capsys.readouterr().err


def test_our_own_script_on_path_is_no_engine(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With script/ on PATH, script/pulumi does not ask itself for ever."""
    ours = executable(tmp_path / "checkout" / "script" / "pulumi", "v3.259.0")
    monkeypatch.setenv("PATH", str(ours.parent))
    assert engine.on_path() is None


def test_where_go_cannot_build_the_installer_is_tried(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A Go that is too old, or has no proxy, is not the end."""
    executable(path / "go", "").write_text("#!/bin/sh\nexit 1\n")
    monkeypatch.setattr(engine, "install", make_engine)
    assert engine.main() == 0
    said = capsys.readouterr()
    assert said.out == f"{engine.FOLDER}\n"
    assert "trying the official installer instead" in said.err


def test_without_anything_one_message_says_what_to_do(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No Pulumi, no Go, no download: how to get Pulumi, and a failure."""
    python = executable(tmp_path / "python", "")
    python.write_text("#!/bin/sh\necho 'Traceback' >&2; echo 'URLError: no route' >&2; exit 1\n")
    monkeypatch.setattr("sys.executable", str(python))
    assert engine.main() == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "\nThe official installer failed: URLError: no route\nNo Pulumi was found." in said.err
    assert "Traceback" not in said.err
    assert [entry.name for entry in engine.FOLDER.parent.parent.iterdir()] == ["lock"]


def test_two_at_once_make_it_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second waits for the first and takes what it made."""
    made: list[Path] = []

    def install(folder: Path) -> Path:
        made.append(folder)
        return make_engine(folder)

    monkeypatch.setattr(engine, "install", install)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: engine.make(), range(4)))
    assert found == [engine.FOLDER] * 4
    assert len(made) == 1
