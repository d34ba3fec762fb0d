"""The emulator itself, fuzzed against a description of each dialect.

`nested` against the OpenAPI 1.0 text, where that stands beside the checkout (it is the vendor's and
no part of this repository); `bulk` against our own description of the vendor's routes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mixpanel_service_accounts.emulator import Emulator

HERE = Path(__file__).resolve().parent
NESTED = HERE.parents[2] / "shared" / "reference" / "service-accounts-1.0.openapi.yaml"
EXAMPLES = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
DESCRIPTIONS = {"bulk": HERE / "bulk.openapi.yaml"} | (
    {"nested": NESTED} if NESTED.exists() else {}
)
MODES: tuple[Any, ...] = (
    schemathesis.GenerationMode.POSITIVE,
    schemathesis.GenerationMode.NEGATIVE,
)


def described(dialect: str) -> dict[str, Any]:
    """Read a description; give `nested` the answers that its text leaves out.

    It names 403 and 404 for some routes only; an organization that is not there or not ours gives
    them on all, and so does a path whose number is none.
    """
    document: dict[str, Any] = yaml.safe_load(DESCRIPTIONS[dialect].read_text())
    if dialect == "nested":
        for path in document["paths"].values():
            for operation in path.values():
                for status in ("403", "404"):
                    operation["responses"].setdefault(status, {"description": "an error"})
    return document


def fuzz(emulator: Emulator, operation: Any, mode: Any) -> None:  # noqa: ANN401
    """Send cases of an operation, meant well or ill, now and then to another organization."""
    positive = mode is MODES[0]
    checks = [
        schemathesis.checks.not_a_server_error,
        *schemathesis.checks.CHECKS.get_by_names(
            ["response_schema_conformance", "status_code_conformance", "negative_data_rejection"]
        ),
    ]

    @EXAMPLES
    @given(
        case=operation.as_strategy(generation_mode=mode),
        organization=st.sampled_from([1001, 1001, 1002, 7]),
    )
    def send(case: Any, organization: int) -> None:  # noqa: ANN401
        for key in ("organization", "organizationId"):
            if positive and key in (case.path_parameters or {}):
                case.path_parameters[key] = organization
        response = case.call(auth=(emulator.username, emulator.secret))
        case.validate_response(response, checks=checks)

    send()


@pytest.mark.parametrize("dialect", DESCRIPTIONS)
def test_the_emulator_answers_as_described(dialect: str) -> None:
    """No crash, no wrong request accepted, no status or shape that is not described."""
    with Emulator(dialect) as emulator:
        schema = schemathesis.openapi.from_dict(described(dialect))
        schema.config.base_url = emulator.base_url
        operations: list[Any] = [result.ok() for result in schema.get_all_operations()]  # type: ignore[union-attr]
        for operation in operations:
            for mode in MODES:
                if mode is MODES[0] or operation.body or operation.path_parameters:
                    fuzz(emulator, operation, mode)
        calls = emulator.calls()
    assert len(calls) > 40 * len(operations)
    statuses = {call["status"] for call in calls}
    assert {200, 400, 403, 404} <= statuses
    assert max(statuses) < 500


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"{}",
        b"null",
        b'{"username": ""}',
        b'{"username": 3}',
        b'{"username": "a", "expires": "2030-06-30"}',
        b'{"username": "a", "expires": "2030-06-30T00:00:00.0Z"}',
        b'{"username": "a", "expires": "2030-06-30T00:00:00+00:00"}',
        b'{"username": "a", "expires": "2030-02-30T00:00:00Z"}',
        b'{"username": "a", "expires": "2020-01-01T00:00:00Z"}',
        b'{"username": "a", "projects": [{"id": true, "role": "admin"}]}',
        b'{"username": "a", "projects": [{"id": 2001}]}',
        b'{"username": "a", "projects": [{"id": 2001, "role": "admin", "name": "x"}]}',
        b'{"username": "\xff"}',
    ],
)
def test_a_wrong_request_is_a_400_in_the_vendor_s_shape(body: bytes) -> None:
    """Unknown keys, wrong types and bad dates; nothing is made of any of them."""
    with Emulator() as emulator:
        response = requests.post(
            f"{emulator.base_url}/organizations/1001/service-accounts",
            data=body,
            auth=(emulator.username, emulator.secret),
            timeout=10,
        )
        assert (response.status_code, response.json()["status"]) == (400, "error")
        assert len(emulator.state()["accounts"]) == 2
