"""The edge of the provider's process: one sentence for each error, without cause or traceback."""

from collections.abc import Callable
from typing import TypeVar

from mixpanel_service_accounts.api.errors import GaveUp, MixpanelError, NoAnswer
from mixpanel_service_accounts.bugs import describe_bug
from mixpanel_service_accounts.resources.reporter import Reporter, reporting_to
from pulumi_mixpanel.dynamic.engine_log import announce, warn

T = TypeVar("T")


class OperationFailed(Exception):  # noqa: N818 (reads as a sentence in the engine's output)
    """What the user sees of an error: one sentence, without cause or traceback."""


def edge(doing: str, act: Callable[[], T], left: str = "") -> T:
    """Run an operation; let nothing out of it but a sentence, and what it leaves behind.

    The host shows the text of an exception with its traceback and its whole chain, and hangs on
    whatever is no `Exception`.
    """
    failure: OperationFailed | None = None
    try:
        with reporting_to(Reporter(warn, announce)):
            return act()
    except MixpanelError as error:
        gave_up = isinstance(error, (GaveUp, NoAnswer))
        failure = OperationFailed(f"{doing}: {error}" + (f" {left}" if left and gave_up else ""))
    except BaseException as error:  # noqa: BLE001 (a foreign error's text may hold anything)
        failure = OperationFailed(f"{doing}: {describe_bug(error)}; the state is kept.")
    raise failure from None
