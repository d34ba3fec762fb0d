"""Several reads at once, each in the context of the call that asks for them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


def in_parallel(workers: int, read: Callable[[K], V], keys: Collection[K]) -> Iterator[tuple[K, V]]:
    """Yield each key with what was read for it, in the order of the keys.

    Args:
        workers: How many reads are under way at once.
        read: Reads one; it runs in another thread, with the caller's context variables.
        keys: What to read.
    """
    here = copy_context()
    with ThreadPoolExecutor(workers) as pool:
        found = pool.map(lambda key: here.copy().run(read, key), keys)
        yield from zip(keys, found, strict=True)
