"""What lives as long as one run of a program, and no longer.

Two runs may be in one process: with the Automation API a preview and an up, or two stacks. Each
makes its stack's resource anew, so that carries what belongs to the run.
"""

from collections.abc import Callable
from typing import TypeVar

from pulumi.runtime import get_root_resource
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_monitor

T = TypeVar("T")


def is_mocked() -> bool:
    """Return whether `pulumi.runtime.set_mocks` put mocks in the place of the engine."""
    return isinstance(get_monitor(), MockMonitor)


def of_this_run(name: str, make: Callable[[], T]) -> T:
    """Return the current run's value for `name`, creating it on first use.

    Without a run it is created anew each time. In unit tests with mocks a run begins with
    `pulumi.runtime.set_mocks`, which keeps the stack's resource.
    """
    root, monitor = get_root_resource(), get_monitor()
    carried: dict[str, tuple[object, T]] = {} if root is None else vars(root)
    if name not in carried or carried[name][0] is not monitor:
        carried[name] = monitor, make()
    return carried[name][1]
