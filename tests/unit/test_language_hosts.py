"""How the hosts of other languages are found, or what is said if there is none."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tools.engine import hosts


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of an engine without hosts, alone on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    (folder / "pulumi").touch(mode=0o755)
    return folder


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


def test_two_at_once_build_a_host_once(engine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """None of them sees one that is not whole."""
    built: list[str] = []

    def run_go(module: str, *arguments: str) -> str:
        target = Path(arguments[2])
        assert target.parent != engine
        target.touch(mode=0o755)
        built.append(module)
        return ""

    (engine / "go").touch(mode=0o755)
    monkeypatch.setattr(hosts, "run_go", run_go)
    with ThreadPoolExecutor(4) as pool:
        for done in [
            pool.submit(hosts.find_or_build, "yaml", engine, built=engine) for _ in "1234"
        ]:
            done.result()
    assert built == ["yaml-host"]
    assert (engine / "pulumi-language-yaml").exists()
