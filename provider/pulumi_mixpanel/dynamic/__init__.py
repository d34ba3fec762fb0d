"""The dynamic providers: a thin shell over `resources`, in a process of their own.

The path of `_load` and the kinds are in the state of every stack, inside recorded pickles: they are
a permanent contract (docs/decisions/0001-dynamic-providers-and-pickles.md). A program needs nothing
else of this package, so nothing else is here: every preview waits for what a program imports.
"""

from __future__ import annotations

from collections.abc import Callable

from pulumi.dynamic import ResourceProvider


def _load(kind: str) -> ResourceProvider:
    """Load a provider out of a recorded pickle: the one name that pickles refer to."""
    from pulumi_mixpanel.dynamic.providers import PROVIDERS  # noqa: PLC0415 (see above)

    return PROVIDERS[kind]()


class RecordedProvider(ResourceProvider):
    """A provider that is pickled as the name of its kind alone.

    Attributes:
        kind: What `_load` loads it by.
    """

    serialize_as_secret_always = False
    kind = ""

    def __reduce__(self) -> tuple[Callable[[str], ResourceProvider], tuple[str]]:
        return _load, (self.kind,)
