"""What lives as long as one run of a program, and no longer.

Two runs may be in one process: with the Automation API a preview and an up, or two stacks. Each
makes its stack's resource anew, so that carries what belongs to the run.
"""

from collections.abc import Callable
from typing import TypeVar

from pulumi.runtime import get_root_resource

T = TypeVar("T")


def of_this_run(name: str, make: Callable[[], T]) -> T:
    """Give what the run that is under way carries by a name, made when it is first asked for.

    Without a run, as in unit tests with mocks, it is made anew each time.
    """
    root = get_root_resource()
    carried = {} if root is None else vars(root)
    if name not in carried:
        carried[name] = make()
    found: T = carried[name]
    return found
