"""What a released shell holds: its packages, the distributions that they import, its executable."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from importlib.metadata import version

ROOMS_LEFT_OUT = {
    "mixpanel_service_accounts": ("cli", "emulator", "export", "report"),
    "pulumi_mixpanel": ("dynamic", "program", "stored", "written"),
    "mixpanel_plugin_rpc": (),
    "terraform_mixpanel": (),
}
"""Of each package, the rooms that no plugin loads: folders, or modules."""

READ_AT_RUN_TIME = ("mixpanel_plugin_rpc", "pulumi_mixpanel")
"""The packages of which a plugin reads files that are no modules."""

FORBIDDEN = ("click", "pulumi", "rich", "starlette", "uvicorn")
"""What no released shell may hold: it belongs to the command line, the SDK or the emulator."""


@dataclass(frozen=True)
class Shell:
    """A shell that is released as an executable.

    Attributes:
        command: The name of the executable.
        module: The module whose `main` it runs.
        packages: The import packages of this repository that it holds.
        distributions: The installed distributions that these import, themselves or by another.
    """

    command: str
    module: str
    packages: tuple[str, ...]
    distributions: tuple[str, ...]


_COMMON = (
    "certifi",
    "charset-normalizer",
    "grpcio",
    "idna",
    "msgspec",
    "protobuf",
    "requests",
    "tenacity",
    "typing_extensions",
    "urllib3",
)
_PACKAGES = ("mixpanel_plugin_rpc", "mixpanel_service_accounts")

TERRAFORM = Shell(
    "terraform-provider-mixpanel",
    "terraform_mixpanel.command",
    (*_PACKAGES, "terraform_mixpanel"),
    (*_COMMON, "cffi", "cryptography", "msgpack"),
)
PULUMI = Shell(
    "pulumi-resource-mixpanel",
    "pulumi_mixpanel.plugin.command",
    (*_PACKAGES, "pulumi_mixpanel"),
    _COMMON,
)
SHELLS = (TERRAFORM, PULUMI)

VERSION = version("pulumi-mixpanel")


def excluded(shell: Shell) -> list[str]:
    """Return the modules that a released shell must not hold, whoever imports them."""
    others = {name for one in SHELLS for name in one.distributions} - set(shell.distributions)
    rooms = [f"{package}.{room}" for package in shell.packages for room in ROOMS_LEFT_OUT[package]]
    return sorted({*FORBIDDEN, *others, *rooms})


def target() -> tuple[str, str]:
    """Return this machine's operating system and architecture, as both commands spell them."""
    machine = platform.machine().lower()
    architectures = {"x86_64": "amd64", "aarch64": "arm64"}
    return platform.system().lower(), architectures.get(machine, machine)
