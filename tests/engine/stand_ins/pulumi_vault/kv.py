"""The one class of Vault's KV engine that the example uses, with its arguments."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider, UpdateResult


def _store(props: dict[str, Any]) -> Path:
    path = Path(os.environ["STAND_IN_VAULT"], props["mount"], props["name"])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(props["data_json"])
    return path


class _Provider(ResourceProvider):
    def create(self, props: dict[str, Any]) -> CreateResult:
        return CreateResult(str(_store(props)), props)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        _store(_news)
        return UpdateResult(_news)

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        Path(_id).unlink()


class SecretV2(Resource, module="vault", name="SecretV2"):
    """Keep a secret in a file."""

    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        mount: pulumi.Input[str],
        name: pulumi.Input[str],
        data_json: pulumi.Input[str],
    ) -> None:
        """Take the arguments that the real one takes, and make the same output a secret."""
        secret = pulumi.ResourceOptions(additional_secret_outputs=["data_json"])
        super().__init__(
            _Provider(),
            resource_name,
            {"mount": mount, "name": name, "data_json": data_json},
            pulumi.ResourceOptions.merge(secret, opts),
        )
