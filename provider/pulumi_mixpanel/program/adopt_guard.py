"""The accounts that the stack's own state holds, as the engine tells the program.

Where the user forces a replacement (`pulumi up --replace`, a taint) the engine asks the provider as
if the resource were new: nothing there tells that `adopt` names the account that is being replaced,
which the engine deletes afterwards. The program can know: the engine reads a stack's state for it,
as for a stack reference.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi.runtime.invoke import invoke_async
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_monitor

from mixpanel_service_accounts.api.whole_numbers import whole_number
from pulumi_mixpanel.program.per_run import of_this_run

_PAUSES = (0.1, 0.2, 0.4, 0.8)
"""Seconds before each further try: on a slow machine the engine met its own half-written file."""

Holding = Mapping[str, Any]
"""`by`: kind and name of a resource; `home`: where its account lives, as far as that is known."""
Holdings = Mapping[int, Sequence[Holding]]
"""The holdings of each account number, which two places may give to two accounts."""


def holders_of(adopt: pulumi.Input[int | str], claimant: str) -> pulumi.Output[Sequence[Holding]]:
    """Return which other resources hold, or adopt, the account that is to be adopted.

    Args:
        adopt: The account's number; what is none has no holders, and is refused by check().
        claimant: Kind and name of the resource that adopts it.

    Returns:
        Those in the state, and the one of this program that is to adopt it as well, which has no
        `home`. In unit tests with mocks no state is asked for. Costs no call to Mixpanel. Where the
        engine cannot tell, the program ends with a RunError: what is not known is not taken over.
    """
    run, me = of_this_run("_mixpanel_holdings", _Run), object()

    async def holders(given: object) -> Sequence[Holding]:
        number = whole_number(given)
        if number is None:
            return []
        recorded = (await run.holdings).get(number, ())
        first, name = run.claimed.setdefault(number, (me, claimant))
        # One that is in the state as well is told already, with its place.
        is_rival = first is not me and name not in [one["by"] for one in recorded]
        return [*recorded, *([{"by": name}] if is_rival else [])]

    return pulumi.Output.from_input(adopt).apply(holders)


class _Run:
    """One run of a program: what the engine told, once, and who adopts what."""

    def __init__(self) -> None:
        # Not asked for each: the engine reads all its state for the answer.
        self.holdings = asyncio.ensure_future(_ask_engine())
        self.claimed: dict[int, tuple[object, str]] = {}


async def _ask_engine() -> Holdings:
    if isinstance(get_monitor(), MockMonitor):
        return {}  # somebody's unit test has no state, and need not expect this question
    stack = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    told = await _told(stack, _PAUSES)
    return _holdings(told["outputs"])


async def _told(stack: str, pauses: Sequence[float]) -> Mapping[str, Any]:
    try:
        answer: Mapping[str, Any] = await invoke_async(
            "pulumi:pulumi:readStackResourceOutputs", {"stackName": stack}
        )
    except Exception as error:  # noqa: BLE001 (the SDK raises no other class)
        if not pauses:
            raise pulumi.RunError(
                "adopt= has to know what the state of the stack holds, and the engine cannot tell: "
                f"{error}"
            ) from None
    else:
        return answer
    await asyncio.sleep(pauses[0])
    return await _told(stack, pauses[1:])


def _holdings(resources: Mapping[str, Any]) -> Holdings:
    # Here, and not above: every program would wait for them, and few adopt.
    from mixpanel_service_accounts.resources.stored import (  # noqa: PLC0415
        Unreadable,
        accounts_held,
    )
    from pulumi_mixpanel.stored import stored_resource  # noqa: PLC0415

    holdings: dict[int, list[Holding]] = {}
    for urn, resource in resources.items():
        found = stored_resource({**resource, "urn": urn})
        if found is None:
            continue
        by = f"{found.kind} {urn.rpartition('::')[2]!r}"
        try:
            numbers = accounts_held(found)
        except Unreadable as error:
            raise pulumi.RunError(
                f"adopt= has to know what the state of the stack holds. {error}"
            ) from None
        for number in numbers:
            holdings.setdefault(number, []).append({"by": by, "home": found.outputs.get("home")})
    return holdings
