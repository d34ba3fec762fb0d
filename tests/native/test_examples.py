"""The examples without a generated SDK, and with one, live a whole life on the real engine."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.needs import needed
from tools.engine.hosts import find_or_build
from tools.release.contents import VERSION
from tools.release.native_examples import EXPECTED, LANGUAGES, live
from tools.sdks.sdks import check_package, generate

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def sdk(tmp_path: Path) -> Path:
    """Return the SDKs' sources, out of a schema that Pulumi has nothing to say against."""
    needed("go", how="install Go 1.24 or newer (https://go.dev/dl/)")
    generate(VERSION, tmp_path / "sdk")
    return tmp_path / "sdk"


def test_each_language_has_its_example() -> None:
    """And each example its language; script/release runs all of them."""
    folders = [one.name for one in (ROOT / "examples" / "native").iterdir() if one.is_dir()]
    assert sorted(folders) == sorted(LANGUAGES)


def test_yaml(tmp_path: Path) -> None:
    """A program that needs no SDK."""
    find_or_build("yaml", Path(needed("pulumi", how="script/bootstrap")).parent)
    assert live("yaml", tmp_path / "none", tmp_path / "example", {}) == EXPECTED


def test_python_with_the_generated_sdk(tmp_path: Path, sdk: Path) -> None:
    """Installed in an environment of its own, as a user would; its own code passes both checkers."""
    assert shutil.which("pulumi-resource-mixpanel")
    folder = tmp_path / "example"
    assert live("python", sdk, folder, {}) == EXPECTED
    python = folder / "examples" / "native" / "python" / ".venv" / "bin" / "python"
    check_package(sdk / "python", tmp_path / "package", python)
