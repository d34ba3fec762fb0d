"""How a call ends that failed: one sentence, without cause or traceback."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mixpanel_plugin_rpc.handlers import Rejected
from mixpanel_plugin_rpc.messages import Message, load
from mixpanel_service_accounts.api.errors import GaveUp, MixpanelError, NoAnswer
from mixpanel_service_accounts.bugs import describe_bug
from pulumi_mixpanel.plugin.spelling import spelled
from pulumi_mixpanel.plugin.wire_values import pack

_UNKNOWN = 2
"""The gRPC code of an error that is none of the protocol's own."""


class OperationFailed(Exception):  # noqa: N818 (reads as a sentence in the engine's output)
    """What the user sees of an error."""


class PartlyMade(Exception):  # noqa: N818
    """A resource that exists, although something failed after it was created.

    Attributes:
        id: Its id.
        outputs: What there is of it, as on the wire.
        inputs: What was asked for, as on the wire.
        reasons: What failed.
    """

    def __init__(
        self,
        id_: str,
        outputs: Mapping[str, Any],
        inputs: Mapping[str, Any],
        reasons: Sequence[str],
    ) -> None:
        super().__init__("partly made")
        self.id = id_
        self.outputs = outputs
        self.inputs = inputs
        self.reasons = reasons


def sentence(doing: str, problem: BaseException, left: str = "") -> OperationFailed:
    """Return the error that describes another one, without what a foreign text may hold.

    Args:
        doing: What failed, such as `Creating a ServiceAccount`.
        problem: The error.
        left: What the operation leaves behind if it gave up.
    """
    if not isinstance(problem, MixpanelError):
        return OperationFailed(f"{doing}: {describe_bug(problem)}; the state is kept.")
    gave_up = bool(left) and isinstance(problem, (GaveUp, NoAnswer))
    text = f"{doing}: {spelled(str(problem))}"
    return OperationFailed(f"{text} {left}" if gave_up else text)


def failed_call(_response_class: Message, problem: BaseException) -> Rejected:
    """Return how a call ends that raised an error."""
    if isinstance(problem, PartlyMade):
        return _partly_made(problem)
    if isinstance(problem, OperationFailed):
        return Rejected(str(problem))
    return Rejected(f"The provider failed: {describe_bug(problem)}.")


def _partly_made(problem: PartlyMade) -> Rejected:
    """Return the status that makes the engine keep a resource and try to complete it."""
    protocol, text = load("pulumirpc"), "; ".join(problem.reasons)
    detail = protocol.message("pulumirpc.ErrorResourceInitFailed")(
        id=problem.id,
        properties=pack(problem.outputs),
        inputs=pack(problem.inputs),
        reasons=problem.reasons,
    )
    status = protocol.message("google.rpc.Status")(code=_UNKNOWN, message=text)
    status.details.add(
        type_url="type.googleapis.com/pulumirpc.ErrorResourceInitFailed",
        value=detail.SerializeToString(),
    )
    return Rejected(text, status.SerializeToString())
