"""A Pulumi project for what a plan holds: its program, its settings, and its import file."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from mixpanel_service_accounts.export.plan import Plan
from mixpanel_service_accounts.report.reading import Inventory
from pulumi_mixpanel.written.imported import IMPORT
from pulumi_mixpanel.written.program import program

_PROGRAM = "__main__.py"


class WrittenProject(Struct, frozen=True):
    """The files of a project; see the core's `Written`."""

    files: Mapping[str, str]
    next_step: str | None
    main: str = _PROGRAM


def write_project(plan: Plan, requirements: str, *, adopt: bool) -> WrittenProject:
    """Write the project.

    Args:
        plan: What its program is to have.
        requirements: The text of requirements.txt.
        adopt: Whether the program takes the accounts over; else they are imported beforehand.
    """
    files = {"Pulumi.yaml": _project_file(plan.inventory), "requirements.txt": requirements}
    text = program(plan, adopt=adopt)
    if adopt:
        return WrittenProject({**files, _PROGRAM: text}, None)
    # Here, and not above: Pulumi takes long to import, and the other form does without.
    from pulumi_mixpanel.written.import_file import import_file  # noqa: PLC0415

    return WrittenProject({**files, "import.json": import_file(plan), _PROGRAM: text}, IMPORT)


def _project_file(inventory: Inventory) -> str:
    """Write Pulumi.yaml; the dialect is in it, for a program cannot say it."""
    lines = [
        f"name: mixpanel-{inventory.organization_id}",
        f"description: Service accounts of Mixpanel's organization {inventory.organization_id}.",
        "runtime: python",
    ]
    if inventory.dialect != "bulk":
        lines += ["config:", "  mixpanel:dialect:", f"    value: {inventory.dialect}"]
    return "\n".join(lines) + "\n"
