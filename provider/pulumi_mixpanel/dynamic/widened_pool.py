"""More calls at once than the four threads that the SDK gives the provider's process."""

import threading
from concurrent.futures import ThreadPoolExecutor


def widen_pool(calls: int) -> None:
    """Widen the host's pool beyond the four that the SDK gives it.

    There is no public way: configure() runs in a worker of the executor to widen, and CPython
    keeps the executor in that thread's arguments. Any surprise leaves the pool as it is.
    """
    try:
        executor = threading.current_thread()._args[0]()  # type: ignore[attr-defined]  # noqa: SLF001
        if isinstance(executor, ThreadPoolExecutor) and executor._max_workers < calls:  # noqa: SLF001
            executor._max_workers = calls  # noqa: SLF001
            # A refresh asks for much before we are configured. Threads start only at a submission,
            # and what was queued by then would keep later ones from starting (CPython before 3.12
            # takes each worker that ends a task for an idle one, also if the next one waits).
            all_there = threading.Event()
            try:
                for _ in range(100 * calls):
                    if len(executor._threads) >= calls:  # noqa: SLF001
                        break
                    executor.submit(all_there.wait)
            finally:
                all_there.set()
    except (AttributeError, LookupError, RuntimeError, TypeError):
        return
