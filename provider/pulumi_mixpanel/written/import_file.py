"""The file for `pulumi import --file`: resources in the state that adopting them would leave."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from mixpanel_service_accounts.export.plan import Plan, PlannedAccount
from mixpanel_service_accounts.resources import project_membership, service_account
from mixpanel_service_accounts.resources.fields import encode
from pulumi_mixpanel.type_tokens import DYNAMIC_TOKEN
from pulumi_mixpanel.written.pickled_providers import PROVIDER_KEY, pickled_providers

IMPORT = "pulumi import --file import.json --protect=false --generate-code=false"
"""The command that takes the file."""


def import_file(plan: Plan) -> str:
    """Write the file.

    The engine takes inputs and outputs as they stand, and both need the provider, as the Pulumi
    SDK pickles it for a program.

    Args:
        plan: What is to be imported.
    """
    providers = pickled_providers()
    entries = [
        {
            "type": DYNAMIC_TOKEN.format(kind),
            "name": name,
            "id": id_,
            "inputs": {**inputs, PROVIDER_KEY: providers[kind]},
            "outputs": {**outputs, PROVIDER_KEY: providers[kind]},
        }
        for planned in plan.kept
        for kind, name, id_, inputs, outputs in _resources(planned)
    ]
    return json.dumps({"resources": entries}, indent=2) + "\n"


_Resource = tuple[str, str, str, Mapping[str, Any], Mapping[str, Any]]
"""Kind, name, id, inputs and outputs."""


def _resources(planned: PlannedAccount) -> Iterator[_Resource]:
    if planned.checked is not None:
        state = service_account.state_of_existing(planned.checked, planned.account)
        id_, inputs = str(planned.account.id), encode(planned.checked)
        yield "ServiceAccount", planned.name, id_, inputs, encode(state)
    for membership in planned.memberships:
        if membership.left_out is None and membership.checked is not None:
            id_, held = project_membership.state_of_existing(membership.checked)
            inputs = encode(membership.checked)
            yield "ProjectMembership", membership.name, id_, inputs, encode(held)
