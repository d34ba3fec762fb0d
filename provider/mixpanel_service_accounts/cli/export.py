"""`pulumi-mixpanel export`: a Pulumi program for what an organization holds."""

from __future__ import annotations

from pathlib import Path

import click

from mixpanel_service_accounts.cli.connection import NO_PROJECTS, dialect_option, read_organization
from mixpanel_service_accounts.cli.edge import EXIT_UNKNOWN
from mixpanel_service_accounts.cli.exports import EXPORT
from mixpanel_service_accounts.cli.folder import write_folder
from mixpanel_service_accounts.cli.installed_from import requirements
from mixpanel_service_accounts.cli.way_back import write_dynamic
from mixpanel_service_accounts.export.plan import Plan, make_plan
from mixpanel_service_accounts.export.written import Written
from mixpanel_service_accounts.report.findings import knows_projects
from mixpanel_service_accounts.report.text import plain
from pulumi_mixpanel.written import write_project

_PROJECT = click.IntRange(min=1)


@click.command()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write a Pulumi project into this folder, instead of the program to stdout. A file that "
    "is there with another content is never changed.",
)
@click.option(
    "--adopt/--import",
    "adopt",
    default=True,
    show_default=True,
    help="Take the accounts over on the first up, by `adopt=` in the program; or leave the program "
    "clean of that and write import.json beside it, for `pulumi import` of 3.254 or newer.",
)
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="GLOB",
    help="Only accounts of a name such as `ci-*`; may be repeated. Case counts.",
)
@click.option(
    "--member-of",
    multiple=True,
    type=_PROJECT,
    metavar="N",
    help="Only accounts in this project; may be repeated.",
)
@click.option(
    "--project",
    "projects",
    multiple=True,
    type=_PROJECT,
    metavar="N",
    help="Read this project too, beside those that the login is a member of; may be repeated.",
)
@click.option(
    "--dynamic",
    type=EXPORT,
    metavar="STATE",
    help="Read no organization: rewrite what `pulumi stack export` printed of a stack of the "
    "native plugin for a Python program, to stdout, for `pulumi stack import`.",
)
@dialect_option
def export(
    *,
    out: Path | None,
    names: tuple[str, ...],
    member_of: tuple[int, ...],
    projects: tuple[int, ...],
    dialect: str,
    adopt: bool,
    dynamic: Path | None,
) -> None:
    """Write a Pulumi program for every account and membership of an organization.

    `pulumi up` of it changes nothing in Mixpanel. Accounts that have expired, the login at hand,
    and what the provider could not manage stand in it as comments, each with the reason. The
    organization is only read. Organization and login come from the environment.

    \b
    Examples:
      pulumi-mixpanel export > __main__.py
      pulumi-mixpanel export --out accounts --name 'ci-*' --name 'export-*'
      pulumi-mixpanel export --out accounts --import --member-of 2195193
      pulumi-mixpanel export --dynamic state.json > back.json

    \b
    Exit status:
      0    done
      1    an error, in one line on stderr
      2    options that do not go together
      4    done, but some project could not be read: who is in it is unknown
      130  interrupted
    """  # noqa: D301 (click wants the character itself)
    if dynamic is not None:
        write_dynamic(dynamic)
        return
    if out is None and not adopt:
        raise click.UsageError("--import writes files that go together: say where with --out DIR.")
    inventory = read_organization(dialect, projects + member_of)
    plan = make_plan(inventory, names, member_of)
    _refuse_nothing(plan)
    written = write_project(plan, requirements(), adopt=adopt)
    _write(written, out)
    _tell(plan, out, written.next_step)
    if inventory.unreadable or not knows_projects(inventory):
        raise SystemExit(EXIT_UNKNOWN)


def _refuse_nothing(plan: Plan) -> None:
    inventory = plan.inventory
    if inventory.accounts and not plan.accounts:
        raise click.ClickException(
            f"none of the {len(inventory.accounts)} accounts of organization "
            f"{inventory.organization_id} was chosen by --name and --member-of."
        )


def _write(written: Written, out: Path | None) -> None:
    if out is None:
        # Python source is UTF-8, whatever the terminal is.
        click.echo(written.files[written.main].encode(), nl=False)
    else:
        write_folder(out, written.files)


def _tell(plan: Plan, out: Path | None, next_step: str | None) -> None:
    """Print on stderr what was written, what was not, and what comes next."""
    inventory = plan.inventory
    where = f" in {out}" if out else ""
    _say(f"{_counted(len(plan.kept), plan.memberships) or 'no account'}{where}")
    left_out = _counted(len(plan.accounts) - len(plan.kept), plan.memberships_left_out)
    if left_out:
        _say(f"left out: {left_out}; the program says why")
    if not knows_projects(inventory):
        _say(NO_PROJECTS)
    for project, why in sorted(inventory.unreadable.items()):
        _say(f"project {project} could not be read, so who is in it is unknown: {why}")
    if out and next_step:
        _say(f"next: {next_step}")


def _counted(accounts: int, memberships: int) -> str:
    """Count what there is: `2 accounts, 1 membership`."""
    found = ((accounts, "account"), (memberships, "membership"))
    return ", ".join(f"{n} {what}{'' if n == 1 else 's'}" for n, what in found if n)


def _say(line: str) -> None:
    click.echo(plain(line), err=True)
