"""Public names of a package, each loaded when it is first asked for (PEP 562)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module


def loader(package: str, modules: Mapping[str, Sequence[str]]) -> Callable[[str], object]:
    """Return the `__getattr__` of a package.

    Args:
        package: The package's full name.
        modules: The public names that each module below the package defines.
    """

    def load(name: str) -> object:
        module = next((one for one, names in modules.items() if name in names), None)
        if module is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found: object = getattr(import_module(f"{package}.{module}"), name)
        vars(sys.modules[package])[name] = found
        return found

    return load
