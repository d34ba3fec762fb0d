"""A released shell holds what it imports, and nothing of another shell."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import grimp
import pytest
from tools.release.contents import FORBIDDEN, PULUMI, ROOMS_LEFT_OUT, SHELLS, TERRAFORM, Shell
from tools.release.frozen import refuse_foreign

ROOT = Path(__file__).resolve().parents[2]
IMPORT = """
import importlib, json, sys
from importlib.metadata import distributions

started_with = set(sys.modules)
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
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


def reachable(shell: Shell) -> list[str]:
    """Return every module of this repository that a shell imports, at its start or in a call."""
    graph = grimp.build_graph(*ROOMS_LEFT_OUT, exclude_type_checking_imports=True, cache_dir=None)
    return sorted({shell.module, *graph.find_upstream_modules(shell.module)})


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell.command)
def test_it_holds_the_distributions_that_its_modules_import(shell: Shell) -> None:
    """All of them, and no other."""
    ran = subprocess.run(
        [sys.executable, "-c", IMPORT, json.dumps(reachable(shell))],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = json.loads(ran.stdout)
    assert loaded == sorted(shell.distributions)
    assert set(loaded) & set(FORBIDDEN) == set()


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell.command)
def test_it_holds_every_module_that_it_imports(shell: Shell) -> None:
    """Of its packages, and of no room that is left out."""
    modules = reachable(shell)
    assert {name.partition(".")[0] for name in modules} == set(shell.packages)
    left_out = [
        f"{package}.{room}." for package in shell.packages for room in ROOMS_LEFT_OUT[package]
    ]
    assert [name for name in modules if f"{name}.".startswith(tuple(left_out))] == []


def test_every_room_that_is_left_out_is_there() -> None:
    """A room that moves is left out by its new name."""
    rooms = [f"{package}.{room}" for package, names in ROOMS_LEFT_OUT.items() for room in names]
    assert [room for room in rooms if find_spec(room) is None] == []


def test_an_executable_with_something_foreign_is_refused(tmp_path: Path) -> None:
    """PyInstaller follows every import, also one that never happens."""
    (tmp_path / "pulumi" / "runtime").mkdir(parents=True)
    (tmp_path / "pulumi_mixpanel").mkdir()
    (tmp_path / "pulumi_mixpanel" / "program.pyc").touch()
    refused = r"^pulumi-resource-mixpanel must not hold pulumi, pulumi_mixpanel\.program$"
    with pytest.raises(ValueError, match=refused):
        refuse_foreign(PULUMI, tmp_path)


def test_an_executable_may_hold_what_its_shell_imports(tmp_path: Path) -> None:
    """What is foreign in one may be needed by the other."""
    for name in ("cryptography", "terraform_mixpanel"):
        (tmp_path / name).mkdir()
    refuse_foreign(TERRAFORM, tmp_path)
    with pytest.raises(ValueError, match=r"^pulumi-resource-mixpanel must not hold cryptography$"):
        refuse_foreign(PULUMI, tmp_path)


def test_a_launcher_has_every_licence_and_no_trace_of_this_machine(mirror: Path) -> None:
    """Of this package, and of each distribution that it holds."""
    libraries = mirror.parent / "launcher" / "lib"
    licences = [
        file.relative_to(libraries).parts[0].partition("-")[0].lower().replace("_", "-")
        for file in libraries.glob("*.dist-info/**/*")
        if file.name.upper().startswith(("LICENSE", "COPYING"))
    ]
    wanted = {"pulumi-mixpanel", *TERRAFORM.distributions}
    assert {name.replace("_", "-") for name in wanted} == set(licences)
    assert list(libraries.rglob("direct_url.json")) == []


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
