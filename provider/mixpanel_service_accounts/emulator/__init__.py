"""A local Mixpanel: a real HTTP server with both dialects over one store.

It knows nothing of the rest of the package.
"""

from mixpanel_service_accounts.emulator.server import Control, Emulator

__all__ = ["Control", "Emulator"]
