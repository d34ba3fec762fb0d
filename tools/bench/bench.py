"""Calls, wall time and memory of whole operations on the emulator, beside a floor without calls.

script/bench [table] [accounts] [large] [imports] [batches] [advice] [native] [terraform]: the named
parts, by default the first four; `--advice` is the same as `advice`, `--quick` makes one round and
leaves out 500 accounts. Each part replaces its place in docs/performance.md.
"""

from __future__ import annotations

import importlib
import os
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tools.bench import report
from tools.bench.plugins import measure_native, measure_terraform
from tools.bench.stacks import PARALLEL, Life, Measured, Stack, floor, median, ours

from mixpanel_service_accounts.emulator import Emulator

MEMBERSHIPS = 3
UNBATCHED = {"PYTHONPATH": str(Path(__file__).parent / "unbatched")}


def one_life(
    program: str, latency: int, *, others: int = 0, env: Mapping[str, str] | None = None
) -> Life:
    """Measure the life of one stack, in a folder and on an emulator of its own."""
    with tempfile.TemporaryDirectory() as name, Emulator(latency_ms=latency) as emulator:
        emulator.reset(accounts=others)
        stack = Stack(Path(name) / "stack", emulator, env or {})
        stack.write(program)
        return stack.life()


# ---- the table --------------------------------------------------------------------------------


def measure_table(*, quick: bool) -> str:
    """Measure ours in turn with the floor: the table, and whether the goals hold."""
    rows: list[list[object]] = []
    goals = ""
    plan = [(1, (0, 100, 800), 3), (100, (0, 100, 800), 3), (500, (0, 100), 1)]
    for accounts, latencies, rounds in plan[: 2 if quick else 3]:
        floors: list[Life] = []
        for latency in latencies:
            lives = []
            for _ in range(1 if quick else rounds):
                if accounts < 500 or not floors:
                    floors.append(one_life(floor(accounts, MEMBERSHIPS), 0))
                lives.append(one_life(ours(accounts, MEMBERSHIPS), latency))
            for operation in lives[0]:
                row, goal = compare(accounts, latency, operation, lives, floors)
                rows.append(row)
                goals += goal
                print(*row, flush=True)
    head = ("accounts", "latency ms", "operation", "calls", "wall s", "floor s", "ratio", "peak MB")
    return (
        f"{MEMBERSHIPS} membership resources an account over 20 projects; a `Provider` with "
        f"{PARALLEL} threads, `--parallel {PARALLEL}`; file backend. The floor is the same stack "
        "(the same properties and dependencies, through an explicit provider too) made of dynamic "
        "resources that do nothing, without a secret. Medians of "
        f"{1 if quick else 3} rounds in turn with the floor; one round with 500 accounts. "
        "*Peak* is that of the provider's process.\n\n"
        + report.table(head, rows)
        + "\nGoals, with "
        f"{PARALLEL} calls under way (one for one account, whose calls wait for one another):\n\n"
        + goals
    )


def compare(
    accounts: int, latency: int, operation: str, lives: Sequence[Life], floors: Sequence[Life]
) -> tuple[list[object], str]:
    """Make one operation's row and its goal."""
    own, base = median(lives, operation), median(floors, operation).seconds
    row = [
        accounts,
        latency,
        operation,
        own.calls,
        report.seconds(own.seconds),
        report.seconds(base),
        f"{own.seconds / base:.2f}",
        report.megabytes(own.memory),
    ]
    under_way = 1 if accounts == 1 else PARALLEL
    if latency:
        most = (base + own.calls * latency / 1000 / under_way) * 1.1
    else:
        most = base + 0.25 if accounts == 1 else base * 1.15
    name = f"{accounts} accounts, {latency} ms, {operation}, seconds"
    return row, report.verdict(name, own.seconds, most)


def measure_accounts(*, quick: bool) -> str:
    """Measure a hundred accounts without memberships at the latency that the API has."""
    lives, floors = [], []
    for _ in range(1 if quick else 3):
        floors.append(one_life(floor(100, 0), 0))
        lives.append(one_life(ours(100, 0), 800))
    goals = {"up": 7.0, "preview": 1.3, "refresh": 2.6, "destroy": 7.0}
    rows = []
    for operation in lives[0]:
        one = median(lives, operation)
        cells = [report.seconds(one.seconds), report.seconds(median(floors, operation).seconds)]
        rows.append([operation, one.calls, *cells, goals.get(operation, report.NONE)])
    verdicts = [
        report.verdict(f"{k}, seconds", median(lives, k).seconds, v) for k, v in goals.items()
    ]
    head = ("operation", "calls", "wall s", "floor s", "goal s")
    return (
        f"100 accounts alone, 800 ms a call, {PARALLEL} threads, `--parallel {PARALLEL}`; medians "
        f"of {1 if quick else 3} rounds in turn with the floor. The floor makes no call.\n\n"
        + report.table(head, rows)
        + "\n"
        + "".join(verdicts)
    )


def measure_large(*, quick: bool) -> str:
    """Measure a part of an organization: one list, and memory in proportion."""
    rows = []
    for there, held in ((100, 100), (5000, 100)) if quick else ((1000, 1000), (5000, 1000)):
        life = one_life(ours(held, 0), 0, others=there - held)
        for operation, one in life.items():
            cells = [report.seconds(one.seconds), report.megabytes(one.memory)]
            rows.append([there, held, operation, one.calls, *cells])
    head = ("accounts there", "of them in the stack", "operation", "calls", "wall s", "peak MB")
    return "A stack that holds a part of an organization, without latency.\n\n" + report.table(
        head, rows
    )


def measure_imports(*, quick: bool) -> str:
    """Measure what the package costs every program to import, after `pulumi.dynamic`."""
    code = (
        "import time, pulumi.dynamic; began = time.perf_counter(); "
        "from pulumi_mixpanel import ProjectMembership, RotatingServiceAccount, ServiceAccount; "
        "print(time.perf_counter() - began)"
    )
    found = []
    for _ in range(4 if quick else 10):
        told = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"},
        ).stdout
        found.append(float(told) * 1000)
    return report.verdict(
        "Importing the three resource classes after `pulumi.dynamic` (median), milliseconds",
        statistics.median(found[1:]),
        15.0,
    )


# ---- batches ----------------------------------------------------------------------------------


def measure_batches(*, quick: bool) -> str:
    """Measure changes of memberships in turn with the same changes sent each alone."""
    accounts = 10 if quick else 20
    rows = []
    for threads in (0, PARALLEL):
        for latency, limit in ((0, None), (100, None), (800, None), (0, "20/second")):
            lives: dict[str, list[Life]] = {"batched": [], "alone": []}
            for _ in range(1 if quick or limit or latency == 800 else 3):
                for how, env in (("batched", {}), ("alone", UNBATCHED)):
                    lives[how].append(changes(accounts, threads, latency, limit, env))
            for operation in lives["batched"][0]:
                rows.append([threads or 4, latency, limit or report.NONE, operation])
                for ones in lives.values():
                    one = median(ones, operation)
                    rows[-1] += [one.calls, report.seconds(one.seconds)]
                print(*rows[-1], flush=True)
    head = [
        "threads",
        "latency ms",
        "limit",
        "change",
        "calls",
        "wall s",
        "calls alone",
        "wall s alone",
    ]
    return (
        f"{accounts} accounts that are there already, {MEMBERSHIPS} membership resources each: "
        "added, given another role, removed; "
        + ("one round" if quick else "medians of three rounds (one at 800 ms and under a limit)")
        + " in turn with the same run that sends every change alone. Four threads are the default "
        "provider's, with the engine's own number of steps at once; "
        f"{PARALLEL} an explicit provider's with `--parallel {PARALLEL}`.\n\n"
        + report.table(head, rows)
    )


def changes(
    accounts: int, threads: int, latency: int, limit: str | None, env: Mapping[str, str]
) -> Life:
    """Measure three changes of all memberships of a stack."""

    def program(memberships: int, role: str = "analyst") -> str:
        account = "service_account_id=bot.service_account_id"
        return ours(accounts, memberships, role=role, account=account, concurrency=threads)

    with (
        tempfile.TemporaryDirectory() as name,
        Emulator(latency_ms=latency, rate_limit=limit) as emulator,
    ):
        stack = Stack(Path(name) / "stack", emulator, env, threads)
        life = {}
        stack.write(program(0))
        stack.up()
        for change, given in {
            "add": program(MEMBERSHIPS),
            "change role": program(MEMBERSHIPS, "admin"),
            "remove": program(0),
        }.items():
            stack.write(given)
            life[change] = stack.up()
        return life


# ---- advice -----------------------------------------------------------------------------------


def measure_advice(*, quick: bool) -> str:
    """Measure what a user can do about the engine's own curve."""
    many, few, rounds = (50, 10, 1) if quick else (500, 100, 3)
    rows: list[list[object]] = []

    def add(name: str, lives: Sequence[Life]) -> None:
        for operation in lives[0]:
            one = median(lives, operation)
            rows.append([name, operation, one.calls, report.seconds(one.seconds)])
            print(*rows[-1], flush=True)

    add(f"{many} accounts with `projects`, one stack", [one_life(ours(many, 3, projects=True), 0)])
    add(f"the same, five stacks of {many // 5}, one after the other", [five_stacks(many // 5)])
    for name, projects in (("`projects`", True), ("membership resources, file backend", False)):
        lives = [one_life(ours(few, 3, projects=projects), 0) for _ in range(rounds)]
        add(f"{few} accounts with {name}", lives)
    # One round: a stack of the same name is there already in the next.
    with postgresql() as env:
        if env is not None:
            lives = [one_life(ours(few, 3), 0, env=env)]
            add(f"{few} accounts with membership resources, PostgreSQL backend", lives)
    return "Without latency.\n\n" + report.table(("stack", "operation", "calls", "wall s"), rows)


def five_stacks(accounts: int) -> Life:
    """Measure five stacks one after the other, and add up."""
    lives = [one_life(ours(accounts, 3, projects=True), 0) for _ in range(5)]
    return {
        operation: Measured(
            sum(life[operation].seconds for life in lives),
            sum(life[operation].calls for life in lives),
            None,
        )
        for operation in lives[0]
    }


@contextmanager
def postgresql() -> Iterator[Mapping[str, str] | None]:
    """Run a server for a backend with what the tests have for it; None where there is none."""
    with ExitStack() as stack:
        env = None
        try:
            running = importlib.import_module("tests.engine.postgresql").running
            env = stack.enter_context(running()).env
        except BaseException as error:  # noqa: BLE001 (pytest's skip is no Exception)
            print(f"PostgreSQL is not measured: {error}", flush=True)
        yield env


PARTS: dict[str, Callable[..., str]] = {
    "table": measure_table,
    "accounts": measure_accounts,
    "large": measure_large,
    "imports": measure_imports,
    "batches": measure_batches,
    "advice": measure_advice,
    "native": measure_native,
    "terraform": measure_terraform,
}
_USUAL = ("table", "accounts", "large", "imports")


def main(arguments: Sequence[str]) -> int:
    """Measure, print and write down."""
    # Started in the background it would hand on an ignored SIGINT, by which the engine ends its
    # language host: each command would wait five seconds for that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    asked = [argument.removeprefix("--") for argument in arguments]
    quick = "quick" in asked
    parts = [part for part in asked if part != "quick"] or list(_USUAL)
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        print(f"the parts are {', '.join(PARTS)}; {unknown[0]!r} is none", file=sys.stderr)
        return 2
    for part in parts:
        command = f"script/bench {part}{' --quick' if quick else ''}"
        report.write(part, report.machine(command) + PARTS[part](quick=quick))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
