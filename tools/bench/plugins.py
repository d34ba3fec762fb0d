"""The native plugin and the Terraform provider, each in turn with one that does nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tools.bench import native, report, terraform
from tools.bench.stacks import Life, median
from tools.bench.starts import median_start


def measure_native(*, quick: bool) -> str:
    """Measure the native plugin in turn with one that does nothing, and with the dynamic shell."""
    rows: list[list[object]] = []
    goals = ""
    for accounts, projects, latency, parallel, pure in (
        (40, 0, 500, 64, 1.0),
        (100, 3, 800, 32, (1 + 4) * 0.8 * 1.1),
    ):
        shells = ("idle", "native", "dynamic")
        lives: dict[str, list[Life]] = {shell: [] for shell in shells}
        for _ in range(1 if quick else 5):
            for shell in shells:
                lives[shell].append(
                    native.life(
                        accounts,
                        projects=projects,
                        latency=latency,
                        parallel=parallel,
                        shell=shell,
                    )
                )
        for operation in lives["native"][0]:
            idle, plugin, dynamic = (median(lives[shell], operation) for shell in shells)
            faster = "native" if plugin.seconds < dynamic.seconds else "dynamic"
            cells = [report.seconds(one.seconds) for one in (plugin, dynamic, idle)]
            setting = [accounts, projects, latency, parallel, operation]
            rows.append([*setting, plugin.calls, *cells, faster, report.megabytes(plugin.memory)])
            print(*rows[-1], flush=True)
        up, floor_up = (median(lives[shell], "up").seconds for shell in ("native", "idle"))
        goals += report.verdict(
            f"{accounts} accounts, {latency} ms, up, seconds", up, floor_up + pure
        )
    head = ("accounts", "projects each", "latency ms", "parallel", "operation", "calls")
    seconds = ("native s", "dynamic s", "floor s", "faster", "native peak MB")
    return (
        f"Medians of {1 if quick else 5} rounds in turn. The floor is the native plugin with rules "
        "that make no call; the dynamic provider is explicit, with as many threads as steps.\n\n"
        + report.table((*head, *seconds), rows)
        + "\n"
        + goals
        + _starts("`pulumi-resource-mixpanel`", 180, quick=quick)
    )


def measure_terraform(*, quick: bool) -> str:
    """Measure the Terraform provider in turn with one that does nothing."""
    rows: list[list[object]] = []
    lives: dict[tuple[int, int], list[tuple[Life, Life]]] = {}
    plan = [(100, 0, 0, 5), (100, 0, 100, 5), (1000, 3, 0, 1)]
    for accounts, projects, latency, rounds in plan[: 2 if quick else 3]:
        for _ in range(1 if quick else rounds):
            pair = (
                terraform.life(accounts, projects=projects, idle=True),
                terraform.life(accounts, projects=projects, latency=latency),
            )
            lives.setdefault((accounts, latency), []).append(pair)
        pairs = lives[accounts, latency]
        for operation in pairs[0][0]:
            idle, own = (median([pair[at] for pair in pairs], operation) for at in (0, 1))
            cells = [report.seconds(own.seconds), report.seconds(idle.seconds)]
            rows.append([accounts, projects, latency, operation, own.calls, *cells])
            rows[-1].append(report.megabytes(own.memory))
            print(*rows[-1], flush=True)
    head = ("accounts", "projects each", "latency ms", "operation", "calls", "wall s", "floor s")
    return (
        f"{terraform.version()}, `-parallelism=10`. Medians of {1 if quick else 5} rounds in turn "
        "with the floor, one round with 1,000 accounts. The floor is the same provider with rules "
        "that make no call.\n\n"
        + report.table((*head, "peak MB"), rows)
        + "\n"
        + _goals_of_terraform(lives)
        + _starts("`terraform-provider-mixpanel`", 200, quick=quick)
    )


def _goals_of_terraform(pairs: Mapping[tuple[int, int], Sequence[tuple[Life, Life]]]) -> str:
    """Return the verdicts of what was measured: pairs of the floor and ours."""
    lives = {key: [own for _, own in ones] for key, ones in pairs.items()}
    at_100 = lives[100, 100]
    goals = report.verdict(
        "100 accounts, 100 ms, create, seconds", median(at_100, "create").seconds, 1.1 + 1.0
    ) + report.verdict(
        "100 accounts, 100 ms, refresh and plan, seconds",
        median(at_100, "refresh and plan").seconds,
        1.0,
    )
    if (1000, 0) in lives:
        for operation in lives[1000, 0][0]:
            floor_ = median([idle for idle, _ in pairs[1000, 0]], operation).seconds
            own = median(lives[1000, 0], operation).seconds
            goals += report.verdict(f"1000 accounts, {operation}, seconds", own, floor_ + 15)
    return goals


def _starts(name: str, most: float, *, quick: bool) -> str:
    """Return what the starts of a plugin and of the dynamic host cost."""
    rounds = 3 if quick else 9
    own = median_start(name, rounds)
    host = median_start("the dynamic host with our provider", rounds)
    return report.verdict(f"{name}, start, milliseconds of CPU", own.milliseconds, most) + (
        f"- {name} starts with {own.megabytes:.0f} MB; the dynamic host, in the same minutes, "
        f"with {host.milliseconds:.0f} ms and {host.megabytes:.0f} MB.\n"
    )
