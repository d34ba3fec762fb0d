"""The login of a service account, straight into HashiCorp Vault: no person sees the secret."""

import pulumi
import pulumi_vault as vault
from pulumi_mixpanel import ServiceAccount

config = pulumi.Config()
exporter = ServiceAccount(
    "exports",
    role="consumer",
    expires=config.get("expires") or "2030-06-30T00:00:00Z",
    projects=[{"project_id": config.get_int("projectId") or 2001, "role": "analyst"}],
)
vault.kv.SecretV2(
    "exports",
    mount=config.get("mount") or "secret",
    name="mixpanel/exports",
    data_json=pulumi.Output.json_dumps({"username": exporter.username, "secret": exporter.secret}),
)
