"""The resources that an import file holds: as adopting them would leave them."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from mixpanel_service_accounts.export.plan import Plan
from mixpanel_service_accounts.resources import project_membership, service_account

IMPORT = "pulumi import --file import.json --protect=false --generate-code=false"
"""The command that takes the file."""


class Imported(Struct, frozen=True):
    """One resource that exists.

    Attributes:
        kind: Its kind.
        name: The resource's name in the program.
        id: Its id.
        inputs: As check() leaves them.
        state: Its whole state.
    """

    kind: str
    name: str
    id: str
    inputs: Struct
    state: Struct


def imported_resources(plan: Plan) -> Iterator[Imported]:
    """Return the resources of a plan, each account before its memberships."""
    for planned in plan.kept:
        if planned.checked is not None:
            state = service_account.state_of_existing(planned.checked, planned.account)
            id_ = str(planned.account.id)
            yield Imported(service_account.KIND, planned.name, id_, planned.checked, state)
        for one in planned.memberships:
            if one.left_out is None and one.checked is not None:
                id_, held = project_membership.state_of_existing(one.checked)
                yield Imported(project_membership.KIND, one.name, id_, one.checked, held)
