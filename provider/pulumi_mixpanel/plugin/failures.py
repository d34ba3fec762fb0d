"""How a call ends that failed: one sentence, without cause or traceback."""

from __future__ import annotations

from mixpanel_plugin_rpc.bugs import describe_bug
from mixpanel_plugin_rpc.handlers import Rejected
from mixpanel_plugin_rpc.messages import Message
from mixpanel_service_accounts.api.errors import GaveUp, MixpanelError, NoAnswer
from pulumi_mixpanel.plugin.spelling import spelled


class OperationFailed(Exception):  # noqa: N818 (reads as a sentence in the engine's output)
    """What the user sees of an error."""


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
    if isinstance(problem, OperationFailed):
        return Rejected(str(problem))
    return Rejected(f"The provider failed: {describe_bug(problem)}.")
