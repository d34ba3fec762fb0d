"""The file for `pulumi import --file`: resources in the state that adopting them would leave."""

from __future__ import annotations

import json

from mixpanel_service_accounts.export.plan import Plan
from mixpanel_service_accounts.resources.fields import encode
from pulumi_mixpanel.type_tokens import DYNAMIC_TOKEN
from pulumi_mixpanel.written.imported import imported_resources
from pulumi_mixpanel.written.pickled_providers import PROVIDER_KEY, pickled_providers


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
            "type": DYNAMIC_TOKEN.format(one.kind),
            "name": one.name,
            "id": one.id,
            "inputs": {**encode(one.inputs), PROVIDER_KEY: providers[one.kind]},
            "outputs": {**encode(one.state), PROVIDER_KEY: providers[one.kind]},
        }
        for one in imported_resources(plan)
    ]
    return json.dumps({"resources": entries}, indent=2) + "\n"
