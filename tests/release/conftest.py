"""Both shells in their launcher form, made out of the environment that runs the tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tools.release.archives import make_mirror, pack_tar, pack_zip, tar_name, zip_name
from tools.release.contents import PULUMI, TERRAFORM
from tools.release.launcher import make

from mixpanel_service_accounts.emulator import Emulator


@pytest.fixture(scope="session")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a filesystem mirror with the Terraform provider."""
    folder = tmp_path_factory.mktemp("terraform")
    make(TERRAFORM, folder / "launcher")
    pack_zip(folder / "launcher", folder / zip_name())
    make_mirror(folder / zip_name(), folder / "mirror")
    return folder / "mirror"


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the native plugin's archive."""
    folder = tmp_path_factory.mktemp("pulumi")
    make(PULUMI, folder / "launcher")
    pack_tar(folder / "launcher", folder / tar_name())
    return folder / tar_name()


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Run an emulator that speaks `bulk`."""
    with Emulator() as running:
        yield running
