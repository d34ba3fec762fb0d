"""The wheel in an empty environment outside the checkout runs the README's program."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

from tests.engine.harness import Stack

from mixpanel_service_accounts.emulator import Emulator

ROOT = Path(__file__).resolve().parents[2]


def program_of_the_readme() -> str:
    """Take the first Python program out of README.md."""
    found = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert found is not None
    return found[1]


def test_the_wheel_runs_the_readme_s_program(
    emulator: Emulator, make_stack: Callable[..., Stack], tmp_path: Path
) -> None:
    """Without the emulator's extra, and without anything of the checkout."""
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    home = tmp_path / "environment"
    venv.create(home, with_pip=True)
    pip = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", str(wheel)]
    subprocess.run(pip, check=True, capture_output=True, cwd=tmp_path)
    installed = subprocess.run(
        [str(home / "bin" / "pip"), "list"], check=True, capture_output=True, text=True
    ).stdout
    assert "pulumi-mixpanel" in installed
    assert "starlette" not in installed

    stack = make_stack(emulator.env)
    stack.path_first = str(home / "bin")
    program = program_of_the_readme().replace("2195193", "2001")
    assert len(program.strip().splitlines()) <= 10
    (stack.folder / "__main__.py").write_text(program)
    looks = stack.run("preview", "-v=9", "--logtostderr").text
    assert "GetRequired" in looks
    assert "pulumi-resource-mixpanel" not in looks
    stack.up()
    assert stack.outputs()["username"].startswith("data-pipeline-bot.")
    stack.destroy()

    page = tmp_path / "report.html"
    reported = subprocess.run(
        [str(home / "bin" / "pulumi-mixpanel"), "report", "--html", str(page)],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, **emulator.env},
    )
    assert (reported.returncode, reported.stderr) == (0, f"wrote {page}\n")
    assert "<title>Mixpanel service accounts</title>" in page.read_text()

    refused = subprocess.run(
        [str(home / "bin" / "pulumi-mixpanel"), "emulator"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert refused.returncode == 1
    assert "pip install 'pulumi-mixpanel[emulator]'" in refused.stderr
