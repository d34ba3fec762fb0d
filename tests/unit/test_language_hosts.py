"""How the hosts of other languages are found, or what is said if there is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools.engine import hosts


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of an engine without hosts, alone on PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "pulumi").touch(mode=0o755)
    return tmp_path


def test_a_host_beside_the_engine_is_taken(
    engine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is built, and nothing is said."""
    (engine / "pulumi-language-yaml").touch(mode=0o755)
    assert hosts.main(["yaml"]) == 0
    assert capsys.readouterr().err == ""


def test_an_installed_engine_gets_nothing_built_into_it(
    engine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It comes with its hosts."""
    assert hosts.main(["nodejs"]) == 1
    said = f"{engine} has no pulumi-language-nodejs: install Pulumi again, which brings it\n"
    assert capsys.readouterr().err == said


def test_without_go_the_message_says_how_to_get_it(engine: Path) -> None:
    """For an engine that was built here."""
    missing = (
        r"^pulumi-language-go is missing, and Go, which builds it, too \(https://go\.dev/dl/\)$"
    )
    with pytest.raises(OSError, match=missing):
        hosts.find_or_build("go", engine, built=engine)


def test_without_an_engine_there_is_no_place_for_a_host(
    engine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The way to get one is named."""
    (engine / "pulumi").unlink()
    assert hosts.main(["yaml"]) == 1
    assert capsys.readouterr().err == "pulumi is not on PATH: run script/bootstrap first\n"
