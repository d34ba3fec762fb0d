"""The login of a service account, straight into HashiCorp Vault, at every rotation anew."""

import pulumi
import pulumi_vault as vault
from pulumi_mixpanel import RotatingServiceAccount

config = pulumi.Config()
exporter = RotatingServiceAccount(
    "exports",
    role="consumer",
    validity_period_hours=2160,
    early_renewal_hours=336,
    overlap_hours=48,  # in which every consumer reads the vault again
    rotate_when_changed={"reason": config.get("rotate") or ""},
    projects=[{"project_id": config.get_int("projectId") or 2001, "role": "analyst"}],
)
vault.kv.SecretV2(
    "exports",
    mount=config.get("mount") or "secret",
    name="mixpanel/exports",
    data_json=pulumi.Output.json_dumps({"username": exporter.username, "secret": exporter.secret}),
)
