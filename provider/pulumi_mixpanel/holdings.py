"""The accounts that the stack's own state holds, as the engine tells the program.

Where the user forces a replacement (`pulumi up --replace`, a taint) the engine asks the provider as
if the resource were new: nothing there tells that `adopt` names the account that is being replaced,
which the engine deletes afterwards. The program can know: the engine reads a stack's state for it,
as for a stack reference.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.runtime import get_root_resource
from pulumi.runtime.invoke import invoke_async
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_monitor

from pulumi_mixpanel.resources.rotation import accounts_of
from pulumi_mixpanel.resources.values import TYPE_TOKEN

_KINDS = {TYPE_TOKEN.format(kind): kind for kind in ("ServiceAccount", "RotatingServiceAccount")}
_CARRIED = "_mixpanel_holdings"

Holdings = Mapping[int, str]
"""Kind and name of the resource by the account's number."""


def holder_of(adopt: pulumi.Input[int]) -> pulumi.Output[str | None]:
    """Tell which resource of the state holds the account that is to be adopted.

    Args:
        adopt: The account's number.

    Returns:
        Its kind and name; None where no resource does, and in unit tests with mocks. Costs no call.
        Where the engine cannot tell, the program ends with a RunError: what is not known is not
        taken over.
    """
    holdings = _of_this_run()

    async def holder(number: int) -> str | None:
        return (await holdings).get(int(number))

    return pulumi.Output.from_input(adopt).apply(holder)


def _of_this_run() -> asyncio.Future[Holdings]:
    """Ask once in a run, whose stack carries the answer: the engine reads all its state for it."""
    root = get_root_resource()
    if root is None:
        return asyncio.ensure_future(_ask_engine())
    carried = vars(root)
    if _CARRIED not in carried:
        carried[_CARRIED] = asyncio.ensure_future(_ask_engine())
    answer: asyncio.Future[Holdings] = carried[_CARRIED]
    return answer


async def _ask_engine() -> Holdings:
    if isinstance(get_monitor(), MockMonitor):
        return {}  # somebody's unit test has no state, and need not expect this question
    stack = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    try:
        told = await invoke_async("pulumi:pulumi:readStackResourceOutputs", {"stackName": stack})
    except Exception as error:  # noqa: BLE001 (the SDK raises no other class)
        raise pulumi.RunError(
            "adopt= has to know what the state of the stack holds, and the engine cannot tell: "
            f"{error}"
        ) from None
    return _holdings(told["outputs"])


def _holdings(resources: Mapping[str, Any]) -> Holdings:
    return {
        number: f"{kind} {urn.rpartition('::')[2]!r}"
        for urn, resource in resources.items()
        if (kind := _KINDS.get(resource["type"]))
        for number, _ in accounts_of(resource["outputs"])
    }
