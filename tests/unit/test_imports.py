"""What the provider's process imports, every preview waits for."""

from __future__ import annotations

import subprocess
import sys

import pulumi_mixpanel


def imported(code: str) -> set[str]:
    """Run a program and tell which modules it imports beyond those of `pulumi.dynamic`."""
    told = f"import sys, pulumi.dynamic; there = set(sys.modules); {code}; "
    told += "print(*(set(sys.modules) - there))"
    run = [sys.executable, "-c", told]
    return set(subprocess.run(run, capture_output=True, text=True, check=True).stdout.split())


def test_a_preview_does_not_import_what_only_calls_need() -> None:
    """Nor what only the command line and the emulator need."""
    loaded = imported("import pulumi_mixpanel")
    assert "pulumi_mixpanel.dynamic" in loaded
    foreign = {name.partition(".")[0] for name in loaded}
    assert foreign - set(sys.stdlib_module_names) == {
        "mixpanel_service_accounts",
        "pulumi_mixpanel",
        "msgspec",
    }
    only_for_calls = {"organization", "recovery", "reads", "writes", "batches", "pace"}
    only_for_calls |= {"transport", "limiter"}
    assert {f"mixpanel_service_accounts.api.{name}" for name in only_for_calls} & loaded == set()


def test_a_call_imports_nothing_of_the_command_line_or_the_emulator() -> None:
    """Neither is there in the provider's process."""
    login = "Credentials(username='bot', secret=Secret('x'))"
    loaded = imported(
        "from mixpanel_service_accounts.api import Client, Credentials, Secret; "
        f"Client('http://localhost:1/api', {login}); import mixpanel_service_accounts.api.organization"
    )
    assert {"requests", "tenacity", "mixpanel_service_accounts.api.batches"} <= loaded
    assert {
        "click",
        "rich",
        "starlette",
        "uvicorn",
        "sqlite3",
        "mixpanel_service_accounts.emulator",
    } & loaded == set()


def test_what_is_imported_makes_no_dataclass() -> None:
    """Each takes most of a millisecond to make; a msgspec struct takes nearly nothing."""
    code = "import dataclasses; made = []; make = dataclasses._process_class; "
    code += "dataclasses._process_class = lambda c, *a: made.append(c.__module__) or make(c, *a)"
    run = f"import sys, pulumi.dynamic; {code}; import pulumi_mixpanel; print(*sorted(made))"
    told = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, check=True)
    assert set(told.stdout.split()) <= {"mixpanel_service_accounts.resources.lookups"}


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
