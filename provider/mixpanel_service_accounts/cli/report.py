"""`pulumi-mixpanel report`: what an organization holds, and what is to be said of it."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click

from mixpanel_service_accounts.cli.connection import NO_PROJECTS, dialect_option, read_organization
from mixpanel_service_accounts.cli.edge import EXIT_FOUND, EXIT_UNKNOWN
from mixpanel_service_accounts.cli.exports import EXPORT, read_exports
from mixpanel_service_accounts.cli.orphans import ASK, report_orphans
from mixpanel_service_accounts.report.document import Report, document_of, make_report
from mixpanel_service_accounts.report.findings import (
    FINDINGS,
    NEEDED_TO_READ,
    Entry,
    Limits,
    knows_projects,
)
from mixpanel_service_accounts.resources.stored import held_accounts

_MOST_DAYS = 36_500
_DAYS = click.IntRange(1, _MOST_DAYS)


class _Findings(click.ParamType[tuple[str, ...]]):
    """Names of findings, with commas between them."""

    name = "findings"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        if isinstance(value, tuple):
            return value
        names = tuple(name.strip() for name in str(value).split(","))
        for name in names:
            if name not in FINDINGS:
                self.fail(f"{name!r} is no finding; there are {', '.join(FINDINGS)}.", param, ctx)
        return names


@dataclass(frozen=True)
class _Wanted:
    """What the options of a report ask for."""

    stacks: tuple[Path, ...]
    projects: tuple[int, ...]
    limits: Limits
    fail_on: tuple[str, ...]
    as_json: bool
    html: Path | None


@click.command()
@click.option(
    "--stack",
    "stacks",
    multiple=True,
    type=EXPORT,
    metavar="EXPORT",
    help="What `pulumi stack export` printed, or a state of Terraform or OpenTofu; once for each. "
    "Then accounts that none of them manages are a finding.",
)
@click.option(
    "--project",
    "projects",
    multiple=True,
    type=click.IntRange(min=1),
    metavar="N",
    help="A project beside those that the login is a member of; may be repeated.",
)
@click.option(
    "--expiring-within",
    type=_DAYS,
    default=30,
    show_default=True,
    metavar="DAYS",
    help="An expiry that near is a finding.",
)
@click.option(
    "--unused-for",
    type=_DAYS,
    default=90,
    show_default=True,
    metavar="DAYS",
    help="So long without a login, or without one since it was made, is a finding.",
)
@click.option(
    "--many-projects",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    metavar="N",
    help="More projects than that are a finding.",
)
@click.option(
    "--fail-on",
    type=_Findings(),
    default=(),
    metavar="FINDING,…",
    help=f"Exit with 3 where there are such: {', '.join(FINDINGS)}.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write one page that needs nothing beside itself.",
)
@click.argument("exports", nargs=-1, type=EXPORT, metavar="[EXPORT...]")
@click.option(
    "--orphans",
    is_flag=True,
    help="Instead: list what killed runs may have left behind, by the states given as EXPORTs.",
)
@click.option(
    "--delete",
    "delete",
    multiple=True,
    type=click.IntRange(min=ASK),
    is_flag=False,
    flag_value=ASK,
    metavar="[N]",
    help="With --orphans: ask for each, on a terminal; or delete account N, and may be repeated. "
    "Stands after the EXPORTs.",
)
@dialect_option
@click.pass_context
def report(
    ctx: click.Context,
    *,
    stacks: tuple[Path, ...],
    projects: tuple[int, ...],
    expiring_within: int,
    unused_for: int,
    many_projects: int,
    fail_on: tuple[str, ...],
    html: Path | None,
    exports: tuple[Path, ...],
    dialect: str,
    as_json: bool,
    orphans: bool,
    delete: tuple[int, ...],
) -> None:
    """Report on every service account of an organization.

    Which have no expiry, have expired or soon will, are unused, rule, reach too many projects or
    sensitive data, or are in no state. Organization and login come from the environment.
    What a server does not tell is shown as unknown.

    \b
    Examples:
      pulumi-mixpanel report
      pulumi-mixpanel report --html report.html --unused-for 180
      pulumi-mixpanel report --json | jq -r '.accounts[] | select(.expires == null) | .username'
      pulumi stack export --stack prod > prod.json
      pulumi-mixpanel report --stack prod.json --fail-on expired,no-expiry,unmanaged
      pulumi-mixpanel report --orphans prod.json dev.json --delete

    \b
    Exit status:
      0    done, and nothing of --fail-on
      1    an error, in one line on stderr
      2    options that do not go together
      3    accounts with a finding of --fail-on; with --orphans: some are left
      4    a project could not be read, or nobody tells a finding of --fail-on; with --orphans:
           some are too young to tell (3 comes first)
      130  interrupted
    """  # noqa: D301 (click wants the character itself)
    _check_options(ctx)
    if orphans:
        raise SystemExit(report_orphans(read_exports(exports), dialect, delete))
    limits = Limits(timedelta(days=expiring_within), timedelta(days=unused_for), many_projects)
    wanted = _Wanted(stacks, projects, limits, fail_on, as_json, html)
    raise SystemExit(_report(wanted, dialect))


_OF_ORPHANS = {"orphans", "exports", "delete", "dialect"}


def _check_options(ctx: click.Context) -> None:
    """Refuse what does not go together, before any call."""
    given = {
        name
        for name in ctx.params
        if ctx.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT
    }
    if "orphans" in given and given - _OF_ORPHANS:
        raise click.UsageError("--orphans goes with --delete and --dialect alone.")
    if ctx.params["orphans"] and not ctx.params["exports"]:
        raise click.UsageError("--orphans needs the states: an EXPORT of each.")
    if ctx.params["exports"] and not ctx.params["orphans"]:
        raise click.UsageError("An EXPORT goes with --orphans, or after --stack.")
    if "delete" in given and "orphans" not in given:
        raise click.UsageError("--delete goes with --orphans alone.")
    if {"as_json", "html"} <= given:
        raise click.UsageError("--json and --html are two forms of one report: give one of them.")
    if "unmanaged" in ctx.params["fail_on"] and "stacks" not in given:
        raise click.UsageError("--fail-on unmanaged needs the states: --stack EXPORT for each.")


def _report(wanted: _Wanted, dialect: str) -> int:
    """Read, judge, show, and tell the exit status."""
    states = read_exports(wanted.stacks)
    inventory = read_organization(dialect, wanted.projects)
    managed = held_accounts(states, inventory.organization_id) if states else None
    made = make_report(inventory, wanted.limits, managed)
    _show(made, wanted)
    return _status(made, wanted.fail_on)


def _show(made: Report, wanted: _Wanted) -> None:
    if wanted.html is not None:
        from mixpanel_service_accounts.cli.page import write_page  # noqa: PLC0415 (for this form alone)

        write_page(wanted.html, made)
        click.echo(f"wrote {wanted.html}", err=True)
    elif wanted.as_json:
        click.echo(json.dumps(document_of(made), indent=2))
    else:
        from mixpanel_service_accounts.cli.table import print_report  # noqa: PLC0415 (see above)

        print_report(made)


def _status(made: Report, fail_on: Collection[str]) -> int:
    """Return the exit status, and on stderr why it is not 0."""
    counted = [(name, entry) for entry in made.entries for name in fail_on if _counts(name, entry)]
    found = {entry.account.id for name, entry in counted if name in entry.findings}
    unknown = {entry.account.id for name, entry in counted if name in entry.unknown}
    inventory = made.inventory
    projects = len(inventory.projects)
    for count, line in (
        (len(found), f"of {len(made.entries)} accounts have a finding of --fail-on"),
        (len(unknown), f"of {len(made.entries)} accounts may have one: that is unknown"),
        (len(inventory.unreadable), f"of {projects} projects could not be read"),
    ):
        if count:
            click.echo(f"{count} {line}", err=True)
    if not knows_projects(inventory):
        click.echo(NO_PROJECTS, err=True)
    if found:
        return EXIT_FOUND
    read = knows_projects(inventory) and not inventory.unreadable
    return 0 if read and not unknown else EXIT_UNKNOWN


def _counts(name: str, entry: Entry) -> bool:
    """Return whether a finding is a reason to fail: of the login that reads, not all are."""
    return not (entry.is_own_login and name in NEEDED_TO_READ)
