"""What the provider's process imports, every preview waits for."""

from __future__ import annotations

import subprocess
import sys

import pulumi_mixpanel


def test_a_preview_does_not_import_what_only_calls_need() -> None:
    """Nor what only the command line and the emulator need."""
    code = "import pulumi_mixpanel, sys; print(' '.join(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "pulumi_mixpanel.dynamic" in loaded
    heavy = {"requests", "urllib3", "tenacity", "click", "rich", "starlette", "uvicorn", "sqlite3"}
    assert heavy & set(loaded) == set()


def test_the_exported_names_are_the_public_ones() -> None:
    """Nothing more, nothing less."""
    assert pulumi_mixpanel.__all__ == [
        "LookupFailed",
        "ProjectMembership",
        "ProjectRole",
        "ProjectServiceAccount",
        "Provider",
        "RotatingServiceAccount",
        "ServiceAccount",
        "ServiceAccountDetails",
        "get_project_service_accounts",
        "get_project_service_accounts_output",
        "get_service_account",
        "get_service_account_output",
        "get_service_accounts",
        "get_service_accounts_output",
    ]
