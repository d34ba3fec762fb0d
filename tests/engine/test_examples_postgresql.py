"""The example whose state is in PostgreSQL, with a real server."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator

import pytest
from tests.engine.harness import Stack
from tests.engine.postgresql import PostgreSQL, running
from tests.engine.test_examples import begin, end
from tests.engine.test_life import logs_in
from tests.engine.test_secrets import found_in

from mixpanel_service_accounts.emulator import Emulator


@pytest.fixture
def postgresql() -> Iterator[PostgreSQL]:
    """Run a server."""
    with running() as server:
        yield server


def kept(server: PostgreSQL) -> dict[str, bytes]:
    """Tell the whole content of the table that the engine made, by its key."""
    rows = server.ask("select key, replace(data->>'data', E'\\n', '') from pulumi_state").split()
    return {key: base64.b64decode(data) for key, data in (row.rsplit("|", 1) for row in rows)}


def test_the_state_is_in_postgresql_and_its_secrets_are_encrypted(
    emulator: Emulator, example: Callable[..., Stack], postgresql: PostgreSQL
) -> None:
    """A whole life; the table has the account in clear, and its secret nowhere."""
    stack = example("postgresql_state", **postgresql.env)
    outputs = begin(stack, emulator)
    assert logs_in(emulator, outputs["username"], outputs["secret"])
    stack.refresh()

    table = kept(postgresql)
    (current,) = [
        data
        for key, data in table.items()
        if key.endswith("/stacks/mixpanel-postgresql-state/dev.json")
    ]
    assert found_in(current, [outputs["username"]])
    assert b'"ciphertext"' in current
    whole = b"\n".join(table.values())
    assert found_in(whole, [outputs["secret"], emulator.secret]) == []
    assert list((stack.folder / "state").iterdir()) == []
    assert stack.state()["deployment"]["resources"]

    end(stack, emulator)
    whole = b"\n".join(kept(postgresql).values())
    assert found_in(whole, [outputs["secret"], emulator.secret]) == []
