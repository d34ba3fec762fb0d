"""Make everything that is released into dist/, for this machine, and try what was made.

The wheel and the sdist; both executables with a Python of their own, and as launchers for the
Python that runs this; a mirror for Terraform and OpenTofu; the SDKs of the native plugin.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from pathlib import Path

from tools.engine.hosts import HOSTS, find_or_build
from tools.release import trials
from tools.release.archives import make_mirror, pack_tar, pack_zip, tar_name, write_sums, zip_name
from tools.release.contents import PULUMI, TERRAFORM, VERSION
from tools.release.frozen import freeze
from tools.release.launcher import PYTHON
from tools.sdks.sdks import make_all

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "dist"
SCRATCH = ROOT / ".release"
SDK = ROOT / "sdk"


def say(line: str) -> None:
    """Talk to the user."""
    print(f"── {line}", file=sys.stderr, flush=True)


def run(command: Sequence[str], folder: Path = ROOT) -> None:
    """Run a command, and stop if it fails."""
    subprocess.run(command, cwd=folder, check=True, stdout=sys.stderr)


def make_distributions() -> None:
    """Build the sdist and the wheel."""
    say("sdist and wheel")
    run([sys.executable, "-m", "build", "--no-isolation", "--outdir", str(DIST)])


def make_environment() -> Path:
    """Create an environment of the plugins' libraries and the wheel alone; return its Python."""
    say("an environment without Pulumi's SDK and the command line")
    venv.create(SCRATCH / "environment", with_pip=True, clear=True)
    python = SCRATCH / "environment" / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run([*pip, "--requirement", "tools/release/requirements.txt"])
    # By its name: a path would be noted in the metadata, which the executables hold.
    wheel = ["--no-index", "--find-links", str(DIST), f"pulumi-mixpanel=={VERSION}"]
    run([*pip, "--no-deps", *wheel])
    return python


def make_executables(python: Path) -> None:
    """Create the archives that need no Python, and those for one version of it."""
    say("executables with their Python")
    pack_zip(freeze(TERRAFORM, python, SCRATCH / "terraform"), DIST / zip_name())
    pack_tar(freeze(PULUMI, python, SCRATCH / "pulumi"), DIST / tar_name())
    say(f"executables for {PYTHON}")
    launchers, target = SCRATCH / "launchers", DIST / f"for-{PYTHON}"
    run([str(python), "-m", "tools.release.launcher", str(launchers)])
    target.mkdir()
    pack_zip(launchers / TERRAFORM.command, target / zip_name())
    pack_tar(launchers / PULUMI.command, target / tar_name())
    write_sums(target)


def make_sdks(python: Path) -> None:
    """Create and check the SDKs, and pack each as its language's users install it."""
    say("SDKs of the native plugin")
    with tempfile.TemporaryDirectory() as scratch:
        make_all(VERSION, SDK, Path(scratch))
    pip = [str(python), "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(DIST)]
    run([*pip, str(SDK / "python")])
    pack_zip(SDK / "go", DIST / f"pulumi-mixpanel-native-go-{VERSION}.zip")
    if (SDK / "nodejs" / "bin").exists():
        run(["npm", "pack", "--silent", "--pack-destination", str(DIST)], SDK / "nodejs" / "bin")


def try_everything() -> None:
    """Install and run what was made, as a user would."""
    folder = SCRATCH / "trials"
    folder.mkdir()
    engine = shutil.which("pulumi") or ""
    for language in HOSTS:
        find_or_build(language, Path(engine).parent)
    cli = trials.terraform_cli()
    say(f"{zip_name()} out of its mirror, by {Path(cli).name}")
    trials.try_terraform(cli, DIST / "mirror", folder / "terraform")
    say(f"{tar_name()}, by pulumi plugin install")
    home = trials.install_plugin(DIST / tar_name(), folder / "home")
    for language in trials.languages():
        say(f"examples/native/{language} with it")
        trials.try_pulumi(language, SDK, folder / language, home)
    say("what a start costs")
    run([sys.executable, "-m", "tools.release.starts", str(SCRATCH)])


def main() -> int:
    """Make and try everything."""
    for folder in (DIST, SCRATCH):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    try:
        make_distributions()
        python = make_environment()
        make_executables(python)
        make_mirror(DIST / zip_name(), DIST / "mirror")
        make_sdks(python)
        write_sums(DIST)
        try_everything()
    except subprocess.CalledProcessError as error:
        said = f"\n{error.stdout or ''}{error.stderr or ''}".rstrip()
        sys.exit(f"script/release failed: {shlex.join(map(os.fspath, error.cmd))}{said}")
    except (OSError, ValueError) as error:
        sys.exit(f"script/release failed: {error}")
    say("done: dist/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
