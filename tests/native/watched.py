"""Every command's output, and every file of a stack, searched for every secret of the organization."""

from __future__ import annotations

from tests.engine.harness import Result, Stack
from tests.engine.test_secrets import found_in

from mixpanel_service_accounts.emulator import Emulator

_SHOWN_ON_DEMAND = "--show-secrets"


class WatchedStack(Stack):
    """A stack whose commands may show no secret, and whose files may hold none in clear."""

    def watch(self, *emulators: Emulator) -> None:
        """Search from now on for the secrets of all accounts of emulators, those to come too."""
        self._emulators: tuple[Emulator, ...] = emulators
        self._secrets: set[str] = set()

    def run(self, *arguments: str, fails: bool = False, stdin: str | None = None) -> Result:
        """Run a command, and search what it printed, whether it failed or not."""
        self._note_secrets()
        try:
            return super().run(*arguments, fails=fails, stdin=stdin)
        finally:
            self._note_secrets()
            if _SHOWN_ON_DEMAND not in arguments:
                leak = found_in(self.printed[-1].encode(), sorted(self._known()))
                assert not leak, f"pulumi {arguments[0]} shows a secret"

    def search_files(self) -> None:
        """Search the state, its history and its backups."""
        files = [path for path in (self.folder / "state").rglob("*") if path.is_file()]
        assert files
        leaks = [path.name for path in files if found_in(path.read_bytes(), sorted(self._known()))]
        assert leaks == []

    def _known(self) -> set[str]:
        return getattr(self, "_secrets", set())

    def _note_secrets(self) -> None:
        for emulator in getattr(self, "_emulators", ()):
            self._secrets.update(str(row["secret"]) for row in emulator.state()["accounts"])
