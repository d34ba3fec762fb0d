"""Calls of the plugin protocol, made on a provider without a CLI."""

from __future__ import annotations

from typing import Any

from mixpanel_plugin_rpc.messages import Message, load
from terraform_mixpanel.provider import Provider
from terraform_mixpanel.wire_values import WireValue, pack, unpack


def call(provider: Provider, method: str, **fields: Any) -> Message:  # noqa: ANN401
    """Return the response of a call.

    Args:
        provider: What answers.
        method: The name of the method.
        fields: The request's; a dictionary or None becomes a value of Terraform.
    """
    request = load("tfplugin6").message(f"tfplugin6.{method}.Request")()
    for name, value in fields.items():
        if isinstance(value, dict) or value is None:
            getattr(request, name).msgpack = pack(value)
        else:
            setattr(request, name, value)
    return provider.methods[method](request)


def value(message: Message) -> WireValue:
    """Return the value in a message."""
    return unpack(message.msgpack)


def diagnostics(response: Message) -> list[tuple[str, str, list[str]]]:
    """Return summary, detail and path of each diagnostic."""
    return [
        (
            one.summary,
            one.detail,
            [step.attribute_name or step.element_key_string for step in one.attribute.steps],
        )
        for one in response.diagnostics
    ]


def attributes(**given: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a whole configuration of the stand-in, null where nothing is given."""
    names = (
        "id name role expires projects validity_period_hours rotate_when_changed existing_secret "
        "secret organization_id home issued_at service_account_id username granted_roles"
    )
    return {**dict.fromkeys(names.split()), **given}
