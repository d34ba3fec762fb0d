"""The report as a table for a terminal."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import datetime

import click
from msgspec import UnsetType
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mixpanel_service_accounts.api.instants import format_instant
from mixpanel_service_accounts.report.document import Report
from mixpanel_service_accounts.report.findings import FINDINGS, Entry, knows_projects
from mixpanel_service_accounts.report.text import plain

_UNKNOWN = Text("unknown", style="dim italic")
_STYLES = {
    "expired": "bold red",
    "expiring": "yellow",
    "admin": "magenta",
    "sensitive": "magenta",
    "many-projects": "magenta",
}
_FILE_WIDTH = 10_000
"""Columns of what is no terminal: nothing is cut or wrapped there."""


def print_report(report: Report) -> None:
    """Print it to stdout: in colours where that is a terminal and NO_COLOR is not set."""
    console = Console(
        width=None if sys.stdout.isatty() else _FILE_WIDTH,
        highlight=False,
        markup=False,
        emoji=False,
    )
    with console.capture() as capture:
        _print(report, console)
    click.echo("\n".join(line.rstrip() for line in capture.get().splitlines()))


def _print(report: Report, console: Console) -> None:
    console.print(_heading(report), soft_wrap=True)
    console.print(_summary(report))
    console.print(_accounts(report))
    for project, why in sorted(report.inventory.unreadable.items()):
        name = plain(report.inventory.projects[project].name)
        line = f"Project {project} {name}".rstrip() + f" is unreadable: {plain(why)}"
        console.print(Text(line, style="yellow"), soft_wrap=True)


def _heading(report: Report) -> Text:
    inventory = report.inventory
    read = len(inventory.projects) - len(inventory.unreadable)
    projects = f"{read} of {len(inventory.projects)} projects read"
    return Text.assemble(
        (f"Organization {inventory.organization_id}", "bold"),
        f" at {plain(inventory.base_url)}, {format_instant(inventory.read_at)}: "
        f"{len(report.entries)} accounts, "
        f"{projects if knows_projects(inventory) else 'no project known'}",
    )


def _summary(report: Report) -> Table:
    found, unknown = report.found(), report.unknown()
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name in report.asked:
        said = FINDINGS[name]
        if unknown[name]:
            said += f" (unknown of {unknown[name]})"
        table.add_row(str(found[name]), _finding(name), Text(said, style="dim"))
    return table


def _finding(name: str) -> Text:
    return Text(name, style=_STYLES.get(name, ""))


def _accounts(report: Report) -> Table:
    """Show the accounts with the most findings first."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column("id", justify="right", no_wrap=True)
    for heading in ("account", "role", "projects", "expires", "last used", "findings"):
        table.add_column(heading, overflow="fold")
    for entry in sorted(report.entries, key=_order):
        table.add_row(
            str(entry.account.id),
            _name(entry),
            _role(entry.account.role),
            _projects(entry, report),
            _instant(entry.account.expires),
            _instant(entry.account.last_used),
            Text(", ").join(_finding(name) for name in entry.findings),
        )
    return table


def _order(entry: Entry) -> tuple[int, str, int]:
    return -len(entry.findings), entry.account.username, entry.account.id


def _name(entry: Entry) -> Text:
    name = Text(plain(entry.account.name))
    return name.append(" (this login)", style="bold cyan") if entry.is_own_login else name


def _role(role: str | UnsetType | None) -> Text:
    if isinstance(role, UnsetType):
        return _UNKNOWN
    return Text("none" if role is None else plain(role))


def _instant(instant: datetime | UnsetType | None) -> Text:
    if isinstance(instant, UnsetType):
        return _UNKNOWN
    return Text("never" if instant is None else f"{instant:%Y-%m-%d}")


def _projects(entry: Entry, report: Report) -> Text:
    """Count the projects, and apart from the account's own grants those through others."""
    if not knows_projects(report.inventory):
        return _UNKNOWN
    least = "≥ " if report.inventory.unreadable else ""
    others = Counter(
        row.through
        for row in entry.access
        if isinstance(row.through, str) and row.through != "individual"
    )
    parts = [
        f"{count} through {_SHORT.get(kind, plain(kind))}" for kind, count in sorted(others.items())
    ]
    return Text(f"{least}{len(entry.projects)}" + (f" ({', '.join(parts)})" if parts else ""))


_SHORT = {"team": "a team", "organization": "the organization"}
