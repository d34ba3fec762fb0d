"""A released shell holds what it imports, and nothing of another shell."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tools.release.contents import FORBIDDEN, PULUMI, ROOMS_LEFT_OUT, SHELLS, TERRAFORM, Shell
from tools.release.frozen import refuse_foreign

ROOT = Path(__file__).resolve().parents[2]
IMPORT_EVERYTHING = """
import importlib, json, pkgutil, sys
from importlib.metadata import distributions

packages, left_out = json.loads(sys.argv[1])
started_with = set(sys.modules)

def load(name):
    found = importlib.import_module(name)
    for module in pkgutil.iter_modules(getattr(found, "__path__", ()), f"{name}."):
        if module.name not in left_out:
            load(module.name)

for package in packages:
    load(package)
files = {
    str(found.locate_file(file)): found.metadata["Name"]
    for found in distributions()
    for file in found.files or ()
}
loaded = {
    getattr(sys.modules[name], "__file__", None) for name in set(sys.modules) - started_with
}
print(json.dumps(sorted({files[file] for file in loaded if file in files})))
"""


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell.command)
def test_it_holds_the_distributions_that_its_modules_import(shell: Shell) -> None:
    """All of them, in every module that a call may reach, and no other."""
    left_out = [
        f"{package}.{room}" for package in shell.packages for room in ROOMS_LEFT_OUT[package]
    ]
    ran = subprocess.run(
        [sys.executable, "-c", IMPORT_EVERYTHING, json.dumps([shell.packages, left_out])],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = json.loads(ran.stdout)
    assert loaded == sorted(shell.distributions)
    assert set(loaded) & set(FORBIDDEN) == set()


def test_an_executable_with_something_foreign_is_refused(tmp_path: Path) -> None:
    """PyInstaller follows every import, also one that never happens."""
    contents = tmp_path / "PYZ-00.toc"
    modules = [("pulumi.runtime", "", ""), ("pulumi_mixpanel.program.account", "", "")]
    contents.write_text(repr(("", [("pulumi_mixpanel.plugin", "", ""), *modules])))
    refused = r"^pulumi-resource-mixpanel must not hold pulumi, pulumi_mixpanel\.program$"
    with pytest.raises(ValueError, match=refused):
        refuse_foreign(PULUMI, contents)
    contents.write_text(repr(("", [("terraform_mixpanel", "", ""), ("cryptography", "", "")])))
    refuse_foreign(TERRAFORM, contents)


def test_what_is_released_is_what_is_tested() -> None:
    """The pins of the releasing environment are those of this one, as far as both have them."""
    pins = dict(
        line.split("==")
        for file in ("requirements.txt", "requirements-dev.txt")
        for line in (ROOT / file).read_text().splitlines()
        if "==" in line
    )
    released = dict(
        line.split("==")
        for line in (ROOT / "tools/release/requirements.txt").read_text().splitlines()
        if "==" in line
    )
    made_with = {"pyinstaller", "pyinstaller-hooks-contrib"}
    assert {name: pins.get(name) for name in released.keys() - made_with} == {
        name: pin for name, pin in released.items() if name not in made_with
    }
