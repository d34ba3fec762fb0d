"""Behaviors of a gRPC server that find a thread, however many calls wait for one."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, cast

Behavior = TypeVar("Behavior", bound=Callable[..., Any])


def with_own_thread(behavior: Behavior) -> Behavior:
    """Return a behavior that a thread of its own serves.

    The server's other threads may all be in calls that wait for minutes. A call that cuts their
    waits would otherwise stand in the queue behind them.

    Args:
        behavior: A plain function; gRPC reads the pool off its attribute.
    """
    pool = ThreadPoolExecutor(1, thread_name_prefix="at-once")
    cast("Any", behavior).experimental_thread_pool = pool
    return behavior
