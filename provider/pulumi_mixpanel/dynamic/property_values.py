"""The engine's values and ours: unknowns, and whole numbers, which arrive as floats."""

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi.output import Unknown as PulumiUnknown

from mixpanel_service_accounts.api.models import Place
from mixpanel_service_accounts.resources.fields import UNKNOWN, decode
from mixpanel_service_accounts.resources.ledger import Holding


def holdings_in(told: object) -> Sequence[Holding] | None:
    """Convert what the program says of who else holds the account that `adopt` names."""
    if not isinstance(told, (list, tuple)):
        return None
    return [
        Holding(one["by"], decode(Place, one["home"]) if one.get("home") else None, "home" in one)
        for one in told
    ]


def inward(value: Any) -> Any:  # noqa: ANN401 (property values are of any type)
    """Turn the engine's values into ours: unknowns, and whole numbers, which arrive as floats."""
    if isinstance(value, PulumiUnknown):
        return UNKNOWN
    if isinstance(value, Mapping):
        return {key: inward(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, (list, tuple)):
        return [inward(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def outward(value: Any) -> Any:  # noqa: ANN401
    """Turn our values into the engine's."""
    if value is UNKNOWN:
        return PulumiUnknown()  # type: ignore[no-untyped-call]
    if isinstance(value, Mapping):
        return {key: outward(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [outward(inner) for inner in value]
    return value
