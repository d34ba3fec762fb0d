"""A local Mixpanel: a real HTTP server with both dialects over one store.

It knows nothing of the rest of the package.
"""

from pulumi_mixpanel.emulator.server import Control, Emulator

__all__ = ["Control", "Emulator"]
