"""The tests of docs/testing.md run as they stand: with mocks, and with the emulator on the engine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "testing.md"
FILE = re.compile(r'^```python title="(.+?)"\n(.*?)^```', re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("test", ["test_team.py", "test_deployment.py"])
def test_the_page_s_tests_pass(test: str, tmp_path: Path) -> None:
    """In a folder of their own, without any Mixpanel in the environment."""
    files = dict(FILE.findall(PAGE.read_text()))
    assert sorted(files) == ["team.py", "test_deployment.py", "test_team.py"]
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("MIXPANEL_", "PULUMI_"))}
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test],
        cwd=tmp_path,
        env={**clean, "PULUMI_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "1 passed" in ran.stdout
