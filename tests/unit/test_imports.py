"""What a program and the provider's process import: every preview waits for both."""

from __future__ import annotations

import subprocess
import sys

import pytest

import pulumi_mixpanel

ROOMS_OF_THE_CORE = (
    "api.organization",
    "configuration",
    "emulator",
    "report.findings",
    "export.plan",
    "resources.queries",
    "resources.orphans",
    "resources.stored",
    "resources.project_membership",
    "resources.rotating_service_account",
    "resources.service_account",
)

PROGRAM = {
    "mixpanel_service_accounts",
    "mixpanel_service_accounts.api",
    "mixpanel_service_accounts.api.errors",
    "mixpanel_service_accounts.api.instants",
    "mixpanel_service_accounts.api.secret",
    "mixpanel_service_accounts.api.whole_numbers",
    "mixpanel_service_accounts.configuration_keys",
    "mixpanel_service_accounts.lazy_names",
    "mixpanel_service_accounts.resources",
    "mixpanel_service_accounts.resources.default_name",
    "pulumi_mixpanel",
    "pulumi_mixpanel.dynamic",
    "pulumi_mixpanel.program",
    "pulumi_mixpanel.program.account",
    "pulumi_mixpanel.program.account_arguments",
    "pulumi_mixpanel.program.adopt_guard",
    "pulumi_mixpanel.program.arguments",
    "pulumi_mixpanel.program.class_arguments",
    "pulumi_mixpanel.program.component_providers",
    "pulumi_mixpanel.program.explicit_provider",
    "pulumi_mixpanel.program.in_organization",
    "pulumi_mixpanel.program.membership",
    "pulumi_mixpanel.program.memberships_of_run",
    "pulumi_mixpanel.program.per_run",
    "pulumi_mixpanel.program.program_errors",
    "pulumi_mixpanel.program.rotating_account",
}
"""What declares resources; no rule, no lookup, no call."""

PREVIEW = {
    "mixpanel_service_accounts",
    "mixpanel_service_accounts.configuration_keys",
    "mixpanel_service_accounts.lazy_names",
    "pulumi_mixpanel",
    "pulumi_mixpanel.dynamic.providers",
    "mixpanel_service_accounts.resources.gone_projects",
    "mixpanel_service_accounts.api.wording",
    "pulumi_mixpanel.wording",
    "mixpanel_service_accounts.api",
    "mixpanel_service_accounts.api.client",
    "mixpanel_service_accounts.api.clock",
    "mixpanel_service_accounts.api.dialects",
    "mixpanel_service_accounts.api.dialects.account_routes",
    "mixpanel_service_accounts.api.dialects.bulk",
    "mixpanel_service_accounts.api.dialects.decoding",
    "mixpanel_service_accounts.api.dialects.nested",
    "mixpanel_service_accounts.api.dialects.pages",
    "mixpanel_service_accounts.api.errors",
    "mixpanel_service_accounts.api.forgiving_json",
    "mixpanel_service_accounts.api.instants",
    "mixpanel_service_accounts.api.models",
    "mixpanel_service_accounts.api.pasted",
    "mixpanel_service_accounts.api.secret",
    "mixpanel_service_accounts.api.vendor_errors",
    "mixpanel_service_accounts.api.whole_numbers",
    "mixpanel_service_accounts.api.wire",
    "mixpanel_service_accounts.bugs",
    "mixpanel_service_accounts.configuration",
    "mixpanel_service_accounts.resources",
    "mixpanel_service_accounts.resources.account_fields",
    "mixpanel_service_accounts.resources.adoption",
    "mixpanel_service_accounts.resources.checks",
    "mixpanel_service_accounts.resources.clock_comparison",
    "mixpanel_service_accounts.resources.contract",
    "mixpanel_service_accounts.resources.fields",
    "mixpanel_service_accounts.resources.grants",
    "mixpanel_service_accounts.resources.ledger",
    "mixpanel_service_accounts.resources.location",
    "mixpanel_service_accounts.resources.names",
    "mixpanel_service_accounts.resources.project_membership",
    "mixpanel_service_accounts.resources.renewal",
    "mixpanel_service_accounts.resources.reporter",
    "mixpanel_service_accounts.resources.rival_memberships",
    "mixpanel_service_accounts.resources.rotating_service_account",
    "mixpanel_service_accounts.resources.rotating_service_account.dates",
    "mixpanel_service_accounts.resources.rotating_service_account.ids",
    "mixpanel_service_accounts.resources.rotating_service_account.imported",
    "mixpanel_service_accounts.resources.rotating_service_account.inputs_and_state",
    "mixpanel_service_accounts.resources.rotating_service_account.issued",
    "mixpanel_service_accounts.resources.rotating_service_account.steps",
    "mixpanel_service_accounts.resources.service_account",
    "mixpanel_service_accounts.resources.service_account.changes",
    "mixpanel_service_accounts.resources.service_account.input_checks",
    "mixpanel_service_accounts.resources.service_account.inputs_and_state",
    "mixpanel_service_accounts.resources.service_account.observed",
    "mixpanel_service_accounts.resources.session",
    "mixpanel_service_accounts.resources.stoppable_clock",
    "mixpanel_service_accounts.resources.unconfirmed_removals",
    "pulumi_mixpanel.dynamic",
    "pulumi_mixpanel.dynamic.engine_log",
    "pulumi_mixpanel.dynamic.failures",
    "pulumi_mixpanel.dynamic.process",
    "pulumi_mixpanel.dynamic.property_values",
    "pulumi_mixpanel.dynamic.widened_pool",
}
"""Nothing that only calls need, and nothing of the program, the command line or the emulator."""


def imported(code: str) -> set[str]:
    """Run a program and tell which modules it imports beyond those of `pulumi.dynamic`."""
    told = f"import sys, pulumi.dynamic; there = set(sys.modules); {code}; "
    told += "print(*(set(sys.modules) - there))"
    run = [sys.executable, "-c", told]
    return set(subprocess.run(run, capture_output=True, text=True, check=True).stdout.split())


def test_the_package_itself_loads_nothing() -> None:
    """So the native plugin, which is a part of it, loads no Pulumi SDK; each name loads its own."""
    there = "import sys; before = set(sys.modules); import pulumi_mixpanel; "
    run = [sys.executable, "-c", f"{there}print(*(set(sys.modules) - before))"]
    told = subprocess.run(run, capture_output=True, text=True, check=True).stdout.split()
    loaded = {name.partition(".")[0] for name in told}
    assert loaded - set(sys.stdlib_module_names) == {"mixpanel_service_accounts", "pulumi_mixpanel"}
    assert len([name for name in told if name.startswith(("mixpanel_", "pulumi_"))]) == 3


def test_the_core_loads_no_engine() -> None:
    """Neither Pulumi's SDK nor grpc nor protobuf, also with everything that a call needs."""
    code = "import sys, " + ", ".join(
        f"mixpanel_service_accounts.{room.strip()}" for room in ROOMS_OF_THE_CORE
    )
    run = [sys.executable, "-c", f"{code}; print(*sys.modules)"]
    told = subprocess.run(run, capture_output=True, text=True, check=True).stdout.split()
    assert {name.partition(".")[0] for name in told} & {"pulumi", "grpc", "google"} == set()


def test_the_provider_s_process_imports_just_this() -> None:
    """Every preview waits for it."""
    foreign, ours = split(
        imported("from pulumi_mixpanel.dynamic import _load; _load('ServiceAccount')")
    )
    assert foreign == {"msgspec"}
    assert ours == PREVIEW


def test_a_program_with_the_three_classes_imports_just_this() -> None:
    """Every preview waits for it too: neither a rule nor a library that only rules need."""
    classes = "ProjectMembership, RotatingServiceAccount, ServiceAccount"
    foreign, ours = split(imported(f"from pulumi_mixpanel import {classes}"))
    assert foreign == set()
    assert ours == PROGRAM


def split(loaded: set[str]) -> tuple[set[str], set[str]]:
    """Return the packages that are neither ours nor Python's, and our modules."""
    ours = {
        name for name in loaded if name.startswith(("mixpanel_service_accounts", "pulumi_mixpanel"))
    }
    foreign = {name.partition(".")[0] for name in loaded - ours} - set(sys.stdlib_module_names)
    return foreign, ours


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


@pytest.mark.parametrize(
    "command", ["terraform_mixpanel.command", "pulumi_mixpanel.plugin.command"]
)
def test_the_start_of_a_plugin_looks_for_no_garbage(command: str) -> None:
    """What it imports stays; afterwards garbage is looked for as ever."""
    code = "import gc, sys; seen = []; gc.callbacks.append(lambda *_: seen.append('grpc' in sys.modules)); "
    code += f"import {command}; print(any(seen), gc.isenabled(), gc.get_freeze_count() > 0)"
    run = [sys.executable, "-c", code]
    told = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert told.split() == ["False", "True", "True"]


def test_what_is_imported_makes_no_dataclass() -> None:
    """Each takes most of a millisecond to make; a msgspec struct takes nearly nothing."""
    code = "import dataclasses; made = []; make = dataclasses._process_class; "
    code += "dataclasses._process_class = lambda c, *a: made.append(c.__module__) or make(c, *a)"
    run = f"import sys, pulumi.dynamic; {code}; import pulumi_mixpanel.program.lookups; print(*sorted(made))"
    told = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, check=True)
    assert set(told.stdout.split()) <= {"mixpanel_service_accounts.resources.queries"}


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
