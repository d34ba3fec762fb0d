"""`script/demo --terraform` shows the main job, or says in one sentence what it needs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.needs import needed
from tools.demo import terraform_demo
from tools.tofu import tofu

ROOT = Path(__file__).resolve().parents[2]


def test_the_main_job_is_shown_to_its_end() -> None:
    """Each of its steps stops the demo if it does not show what it should."""
    needed("terraform", "tofu", how="install Terraform or OpenTofu")
    ran = subprocess.run(
        [sys.executable, "-m", "tools.demo.terraform_demo"],
        cwd=ROOT,
        env={**os.environ, "MIXPANEL_REGION": "nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("\n── ") == 9
    assert "Destroy complete! Resources: 2 destroyed." in ran.stdout


def test_without_a_cli_one_sentence_says_what_it_needs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """With an exit status that a script sees."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(tofu, "FOLDER", tmp_path)
    assert terraform_demo.main([]) == 1
    assert capsys.readouterr().err == (
        "script/demo --terraform needs Terraform (https://developer.hashicorp.com/terraform/install) "
        "or OpenTofu (https://opentofu.org/docs/intro/install/) on PATH; `script/tofu version` builds "
        "the latter with Go.\n"
    )
