"""Ctrl-C and 64 creates at once under the native plugin."""

from __future__ import annotations

import signal

from tests.engine.test_budget import most_under_way
from tests.engine.test_faults import wait_for
from tests.engine.test_life import logs_in, made
from tests.native.attached import FunctionStack
from tests.native.monitor import Program

from mixpanel_service_accounts.emulator import Emulator

CREATES = {"method": "POST", "path": "service-accounts$"}


def bots(program: Program) -> dict[str, object]:
    """Register one account."""
    bot = program.add("ServiceAccount", "bot", {"name": "bot"})
    return {"username": bot["username"], "secret": bot["secret"]}


def interrupted_up(emulator: Emulator, stack: FunctionStack, *arguments: str) -> tuple[int, str]:
    """Interrupt an up once its create has reached the server; return how it ended."""
    emulator.forget_calls()
    process = stack.start("up", "--yes", "--skip-preview", *arguments)
    wait_for(lambda: any(call["method"] == "POST" for call in emulator.calls()))
    process.send_signal(signal.SIGINT)
    printed, _ = process.communicate(timeout=60)
    return process.returncode, " ".join(printed.split())


def test_an_interrupt_saves_the_create_that_is_under_way(
    emulator: Emulator, live: FunctionStack
) -> None:
    """Its secret reaches the state, nothing is pending, and the next up finds nothing to do."""
    live.program = bots
    emulator.faults([{**CREATES, "kind": "latency", "seconds": 3, "times": 1}])
    code, _ = interrupted_up(emulator, live)
    assert code != 0
    assert list(live.resources()) == ["bot"]
    assert not live.state()["deployment"].get("pending_operations")
    live.up()
    assert made(emulator) == ["bot"]
    outputs = live.outputs()
    assert logs_in(emulator, outputs["username"], outputs["secret"])


def test_an_interrupt_cuts_the_wait_before_a_retry(emulator: Emulator, live: FunctionStack) -> None:
    """The server asks for 59 seconds; the resource is not in the state, and the next up makes it."""
    live.program = bots
    emulator.faults([{**CREATES, "kind": "rate-limit", "retry_after": 59, "times": 9}])
    code, shown = interrupted_up(emulator, live)
    assert code != 0
    assert "Creating a ServiceAccount: The wait before the next try was interrupted." in shown
    assert live.resources() == {}
    assert made(emulator) == []
    emulator.faults([])
    live.up()
    assert made(emulator) == ["bot"]


def test_an_interrupt_cuts_more_waits_than_there_are_threads(
    emulator: Emulator, live: FunctionStack
) -> None:
    """A hundred creates at once: the cancellation does not stand in the queue behind them."""
    wanted: list[tuple[str, str, dict[str, object]]] = [
        ("ServiceAccount", f"bot-{number}", {}) for number in range(100)
    ]
    live.program = lambda program: program.add_all(wanted)
    emulator.faults([{**CREATES, "kind": "rate-limit", "retry_after": 50, "times": 999}])
    code, shown = interrupted_up(emulator, live, "--parallel", "100")
    assert code != 0
    assert "The wait before the next try was interrupted." in shown
    assert "asks to wait" not in shown
    assert live.resources() == {}
    assert not live.state()["deployment"].get("pending_operations")
    assert made(emulator) == []


def test_64_resources_are_created_at_once(emulator: Emulator, live: FunctionStack) -> None:
    """As many calls are under way as the engine asks for, and each account comes once."""
    wanted: list[tuple[str, str, dict[str, object]]] = [
        ("ServiceAccount", f"bot-{number}", {}) for number in range(48)
    ]
    live.program = lambda program: program.add_all(wanted)
    emulator.faults([{**CREATES, "kind": "latency", "seconds": 4, "times": 48}])
    live.up("--parallel", "64")
    assert most_under_way(emulator, "POST") > 40
    emulator.faults([])
    assert sorted(made(emulator)) == sorted(f"dev-{name}" for _, name, _ in wanted)
    assert live.planned() == []
