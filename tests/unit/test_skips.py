"""In CI, a skipped test is a failure; what a test needs of the machine is found, or named."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.needs import needed

CONFTEST = Path(__file__).parent.parent / "conftest.py"
IN_A_TEST = 'import pytest\n\ndef test_it():\n    pytest.skip("no reason")\n'
AT_MODULE_LEVEL = 'import pytest\npytest.skip("no reason", allow_module_level=True)\n'


def run(folder: Path, tests: str, ci: str, *, workers: int) -> subprocess.CompletedProcess[str]:
    """Run one file of tests, and one that passes, under the project's conftest."""
    shutil.copy(CONFTEST, folder)
    (folder / "test_skipping.py").write_text(tests)
    (folder / "test_passing.py").write_text("def test_it():\n    pass\n")
    options = ["-pxdist", f"-n{workers}", "-c/dev/null", f"--rootdir={folder}"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(folder)],
        env={**os.environ, "CI": ci, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("tests", "workers"), [(IN_A_TEST, 0), (IN_A_TEST, 1), (AT_MODULE_LEVEL, 1)]
)
def test_a_skip_fails_in_ci_and_is_named(tmp_path: Path, tests: str, workers: int) -> None:
    """Both kinds of skips fail, with and without workers, and the message says which."""
    answer = run(tmp_path, tests, "true", workers=workers)
    assert answer.returncode == pytest.ExitCode.TESTS_FAILED
    assert "In CI nothing is skipped, but this was:\n  test_skipping.py" in answer.stdout
    assert "no reason" in answer.stdout


def test_a_skip_elsewhere_is_a_skip(tmp_path: Path) -> None:
    """Outside CI a test may be skipped."""
    assert run(tmp_path, IN_A_TEST, "", workers=0).returncode == pytest.ExitCode.OK


def test_what_is_needed_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first of the names that is on PATH counts."""
    for name in ("second", "third"):
        (tmp_path / name).touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert needed("first", "second", "third", how="…") == str(tmp_path / "second")


def test_what_is_needed_and_missing_is_named_with_the_way_to_get_it() -> None:
    """The reason of the skip says what to install; pytest shows it at the end."""
    with pytest.raises(pytest.skip.Exception) as skipped:
        needed("no-such-program", "nor-this", how="`apt-get install it`")
    assert str(skipped.value) == "needs no-such-program or nor-this: `apt-get install it`"
