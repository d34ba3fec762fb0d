"""Archives as Terraform's and Pulumi's commands want them, the same bytes for the same files."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from tools.release.contents import PULUMI, TERRAFORM, VERSION, target

HOSTS = ("registry.terraform.io", "registry.opentofu.org")
"""The hosts that `mixpanel/mixpanel` stands for: Terraform's, OpenTofu's."""

_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The date of every file in a zip: an archive says nothing of the machine that made it."""


def zip_name() -> str:
    """Return the name of the provider's archive for this machine."""
    return "{}_{}_{}_{}.zip".format(TERRAFORM.command, VERSION, *target())


def tar_name() -> str:
    """Return the name of the plugin's archive for this machine."""
    return "{}-v{}-{}-{}.tar.gz".format(PULUMI.command, VERSION, *target())


def pack_zip(folder: Path, archive: Path) -> None:
    """Pack the content of a folder for Terraform and OpenTofu."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in _files(folder):
            entry = zipfile.ZipInfo(str(file.relative_to(folder)), _EARLIEST)
            entry.external_attr = (stat.S_IFREG | _mode(file)) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, file.read_bytes())


def pack_tar(folder: Path, archive: Path) -> None:
    """Pack the content of a folder for Pulumi."""
    with (
        archive.open("wb") as file,
        gzip.GzipFile("", "wb", compresslevel=6, fileobj=file, mtime=0) as compressed,
        tarfile.open(fileobj=compressed, mode="w") as packed,
    ):
        for source in _files(folder):
            entry = tarfile.TarInfo(str(source.relative_to(folder)))
            entry.size, entry.mode = source.stat().st_size, _mode(source)
            with source.open("rb") as content:
                packed.addfile(entry, content)


def _files(folder: Path) -> Iterator[Path]:
    """Return the files of a folder in order; a link counts as the file behind it."""
    return (one for one in sorted(folder.rglob("*")) if one.is_file())


def _mode(file: Path) -> int:
    return 0o755 if file.stat().st_mode & stat.S_IXUSR else 0o644


def make_mirror(archive: Path, mirror: Path) -> None:
    """Create a filesystem mirror that holds the provider's archive for both commands."""
    for host in HOSTS:
        folder = mirror / host / "mixpanel" / "mixpanel"
        folder.mkdir(parents=True)
        shutil.copyfile(archive, folder / archive.name)


def write_sums(folder: Path) -> None:
    """Write SHA256SUMS of the files in a folder, in the form that `sha256sum --check` reads."""
    sums = [
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n"
        for file in sorted(folder.iterdir())
        if file.is_file() and file.name != "SHA256SUMS"
    ]
    (folder / "SHA256SUMS").write_text("".join(sums))
