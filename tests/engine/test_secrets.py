"""After a whole life, secrets are looked for everywhere, in clear and in base64."""

from __future__ import annotations

import base64
import shutil
from pathlib import Path

from tests.engine.harness import Stack

from mixpanel_service_accounts.emulator import Emulator

PROGRAM = """
    bot = ServiceAccount("export", name={name!r}, role="consumer",
                         projects=[{{"project_id": 2002, "role": "analyst"}}])
    ProjectMembership("web", service_account=bot, project_id=2001, role={role!r})
    other = Provider("other", organization_id=1001, base_url={url!r}, username={user!r}, secret={secret!r})
    ServiceAccount("second", opts=pulumi.ResourceOptions(provider=other))
    pulumi.export("secret", bot.secret)
    pulumi.export("username", bot.username)
"""  # fmt: skip


def spellings(secret: str) -> list[bytes]:
    """Write a secret in clear, and in base64 at each of the three offsets it may stand at."""
    shifted = [base64.b64encode(b"x" * shift + secret.encode())[4:-4] for shift in range(3)]
    return [secret.encode(), *shifted]


def found_in(text: bytes, secrets: list[str]) -> list[bytes]:
    """Tell which spellings of which secrets a text has."""
    return [spelling for secret in secrets for spelling in spellings(secret) if spelling in text]


def test_the_search_itself_finds_secrets() -> None:
    """A search that cannot find anything would prove nothing."""
    secret = "a-secret-of-twenty-four!"
    for text in (secret, f"user:{secret}", f"us:{secret}", f"u:{secret}!"):
        assert found_in(text.encode(), [secret])
        assert found_in(base64.b64encode(text.encode()), [secret])


def test_no_secret_is_in_clear_anywhere(emulator: Emulator, stack: Stack, tmp_path: Path) -> None:
    """State, history, screen with and without --diff and --json, events, and a log of level 8."""
    seen: set[str] = {emulator.secret}
    logs = tmp_path / "logs"
    logs.mkdir()
    stack.env["TMPDIR"] = str(logs)
    stack.env["PULUMI_DEBUG_COMMANDS"] = "true"  # shows the flag --event-log
    stack.config("mixpanel:username", emulator.username)
    stack.config("mixpanel:secret", emulator.secret, secret=True)
    stack.env.pop("MIXPANEL_SERVICE_ACCOUNT_USERNAME")
    stack.env.pop("MIXPANEL_SERVICE_ACCOUNT_SECRET")
    stack.env.pop("MIXPANEL_EMULATOR_TOKEN")

    def write(name: str, role: str) -> None:
        values = {"url": emulator.base_url, "user": emulator.username, "secret": emulator.secret}
        stack.write(PROGRAM.format(name=name, role=role, **values))

    events = f"--event-log={stack.folder}/events.json"
    write("bot", "analyst")
    stack.run("preview", "--json")
    stack.up("-v=8", events)
    seen.add(stack.outputs()["secret"])
    account = next(row for row in emulator.state()["accounts"] if row["name"] == "bot")
    emulator.grant(account["id"], 2001, "consumer")
    stack.refresh("-v=8")
    write("bot", "admin")
    stack.run("up", "--yes", "--skip-preview", "--json")
    write("renamed", "admin")
    stack.run("up", "--yes", "--skip-preview")
    seen.add(stack.outputs()["secret"])
    emulator.faults([{"kind": "500-before-effect", "method": "POST", "path": "add-to"}])
    write("renamed", "analyst")
    stack.config("mixpanel:totalTimeout", "1")
    stack.up("-v=8", fails=True)
    emulator.faults([])
    seen.update(row["secret"] for row in emulator.state()["accounts"])
    stack.run("stack", "export")
    stack.run("stack", "history", "--json")
    stack.run("stack", "output", "--json")
    stack.destroy("-v=8", events)

    # This test's program holds the provider's secret, and so does what Python compiles of it.
    (stack.folder / "__main__.py").unlink()
    shutil.rmtree(stack.folder / "__pycache__", ignore_errors=True)
    files = [path for path in [*stack.folder.rglob("*"), *logs.rglob("*")] if path.is_file()]
    kinds = {path.suffix for path in files}
    assert len(files) > 10, kinds
    assert any("pulumi" in path.name and path.is_relative_to(logs) for path in files)
    leaks = {str(path): found_in(path.read_bytes(), list(seen)) for path in files}
    leaks["screen"] = found_in("".join(stack.printed).encode(), list(seen))
    assert {path: leak for path, leak in leaks.items() if leak} == {}
