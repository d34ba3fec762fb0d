"""What every resource class has in common: it lives in an organization."""

from typing import Any

import pulumi


class InOrganization:
    """What every resource here has in common: it lives in an organization."""

    home: pulumi.Output[dict[str, Any]]

    @property
    def organization_id(self) -> pulumi.Output[int]:
        """The number of the organization that it lives in, wherever that came from."""
        # Mocks of a unit test may leave it out.
        return self.home.apply(lambda home: (home or {}).get("organization_id"))
