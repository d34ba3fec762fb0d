"""Send each change of a membership alone: what the bench compares batches with.

On a stack's PYTHONPATH it reaches the provider's process. The product has no such option.
"""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any

_MODULE = "mixpanel_service_accounts.api.batches"


class _Finder(MetaPathFinder):
    """Changes one class of one module when that is imported."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:  # noqa: ANN401
        """Find the module, and take its batches away after it has been run."""
        spec = PathFinder.find_spec(name, path, target) if name == _MODULE else None
        if spec is None or spec.loader is None:
            return None
        run = spec.loader.exec_module

        def exec_module(module: Any) -> None:  # noqa: ANN401
            run(module)
            module.Batches.run = lambda self, item: self._send([item], None)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


sys.meta_path.insert(0, _Finder())
