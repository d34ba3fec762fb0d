"""The native plugin comes out of its archive: from a file, and from a server of one's own."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path

import pytest
from tests.native.program import NativeStack
from tools.release.contents import VERSION
from tools.release.trials import INSTALLED_ONLY

from mixpanel_service_accounts.emulator import Emulator

PROGRAM = f"""
options = pulumi.ResourceOptions(version="{VERSION}")
bot = Resource("ServiceAccount", "bot", {{"name": "bot"}}, options)
pulumi.export("secret", bot.get("secret"))
"""
INSTALL = ("plugin", "install", "resource", "mixpanel", f"v{VERSION}")


@pytest.fixture
def stack(tmp_path: Path, emulator: Emulator) -> NativeStack:
    """Return a stack whose engine passes over plugins on PATH, as if the package were not installed."""
    found = NativeStack(
        tmp_path / "stack", {**emulator.env, **dict.fromkeys(INSTALLED_ONLY, "true")}
    )
    found.write(PROGRAM)
    return found


@pytest.fixture
def served(archive: Path) -> Iterator[str]:
    """Serve the archive's folder, and return the address."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(archive.parent))
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def lives(stack: NativeStack, emulator: Emulator) -> None:
    """Check whether the plugin that the engine finds makes an account, and deletes it."""
    stack.up()
    (account,) = (one for one in emulator.state()["accounts"] if not one["login"])
    assert stack.outputs() == {"secret": account["secret"]}
    stack.destroy()
    assert all(one["login"] for one in emulator.state()["accounts"])


def test_without_it_the_engine_finds_none(stack: NativeStack) -> None:
    """So what the other tests run is the archive's."""
    shown = stack.up(fails=True)
    missing = (
        "error: no resource plugin 'pulumi-resource-mixpanel' found in the workspace at version"
    )
    assert f"{missing} v{VERSION}" in shown.line


def test_from_a_file(stack: NativeStack, emulator: Emulator, archive: Path) -> None:
    """Its executable stands at the archive's root."""
    stack.run(*INSTALL, "--file", str(archive))
    assert f"mixpanel  resource  {VERSION}" in stack.run("plugin", "ls").text
    lives(stack, emulator)


def test_from_a_server(stack: NativeStack, emulator: Emulator, served: str) -> None:
    """Which has the archive under the name that the engine asks for."""
    stack.run(*INSTALL, "--server", served)
    lives(stack, emulator)


def test_from_a_folder_that_the_project_names(
    stack: NativeStack, emulator: Emulator, archive: Path
) -> None:
    """Such as an unpacked archive: nothing is installed, and every host can."""
    unpacked = stack.folder / "unpacked"
    unpacked.mkdir()
    subprocess.run(["tar", "-xzf", archive, "-C", unpacked], check=True)
    project = stack.folder / "Pulumi.yaml"
    named = "plugins:\n  providers:\n    - name: mixpanel\n      path: unpacked\n"
    project.write_text(project.read_text() + named)
    lives(stack, emulator)
