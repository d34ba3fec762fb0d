"""Lookups in a unit test: the mocks of the test answer instead of Mixpanel.

They are asked as a native Pulumi package would ask: by its tokens, with keys in camelCase.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi.runtime import invoke, invoke_output

from mixpanel_service_accounts.resources.queries import ProjectServiceAccount, ServiceAccountDetails

_TOKEN = "mixpanel:index:{}"  # noqa: S105 (Pulumi's word)


def ask_mocks(
    function: str, arguments: Mapping[str, Any], provider: pulumi.ProviderResource | None
) -> Any:  # noqa: ANN401 (each function has its own type)
    """Return what the mocks answer to the plain form of a lookup.

    Args:
        function: The lookup's public name.
        arguments: Plain values; those that are None are left out.
        provider: The explicit provider, which the mocks are told.
    """
    options = pulumi.InvokeOptions(provider=provider)
    return _result(function, invoke(*_call(function, arguments), options).value)


def ask_mocks_output(
    function: str, arguments: Mapping[str, Any], provider: pulumi.ProviderResource | None
) -> pulumi.Output[Any]:
    """Return what the mocks answer to the output form of a lookup; the arguments may be outputs."""
    options = pulumi.InvokeOptions(provider=provider)
    answer = invoke_output(*_call(function, arguments), options)
    return answer.apply(lambda known: _result(function, known))


def _call(function: str, arguments: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    given = {_camel(key): value for key, value in arguments.items() if value is not None}
    return _TOKEN.format(_camel(function)), given


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


def _result(function: str, answer: Mapping[str, Any] | None) -> Any:  # noqa: ANN401
    """Convert an answer; what it leaves out is None, or an empty tuple for a list."""
    answer = answer or {}
    if function == "get_service_account":
        return _details(answer)
    rows: Sequence[Any] = next((one for one in answer.values() if isinstance(one, list)), ())
    if function == "get_service_accounts":
        return tuple(map(_details, rows))
    return tuple(map(_row, rows))


def _details(answer: Mapping[str, Any]) -> ServiceAccountDetails:
    fields = _fields(ServiceAccountDetails, answer)
    return ServiceAccountDetails(**{**fields, "not_told": tuple(fields["not_told"] or ())})


def _row(answer: Mapping[str, Any]) -> ProjectServiceAccount:
    fields = _fields(ProjectServiceAccount, answer)
    return ProjectServiceAccount(**{**fields, "account": _details(fields["account"] or {})})


def _fields(kind: type[Any], answer: Mapping[str, Any]) -> dict[str, Any]:
    names = [field.name for field in dataclasses.fields(kind)]
    return {name: _whole(answer.get(_camel(name))) for name in names}


def _whole(value: Any) -> Any:  # noqa: ANN401
    """Return a whole number as an int: Pulumi hands every number over as a float."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
