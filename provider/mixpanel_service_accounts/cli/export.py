"""`pulumi-mixpanel export`: a program or a configuration for what an organization holds."""

from __future__ import annotations

from pathlib import Path

import click
from click.core import ParameterSource

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
from terraform_mixpanel.written import write_configuration

_PROJECT = click.IntRange(min=1)


@click.command()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write a project into this folder, instead of the program to stdout. A file that "
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
    "--terraform",
    is_flag=True,
    help="Write a configuration for Terraform and OpenTofu instead, with import blocks.",
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
    "--native",
    is_flag=True,
    help="Write a project of the native plugin, for every language: a program in YAML, which "
    "`pulumi convert` turns into another language, and import.json. Needs --out.",
)
@click.option(
    "--dynamic",
    type=EXPORT,
    metavar="STATE",
    help="Read no organization: rewrite what `pulumi stack export` printed of a stack of the "
    "native plugin for a Python program, to stdout, for `pulumi stack import`.",
)
@dialect_option
@click.pass_context
def export(
    ctx: click.Context,
    *,
    out: Path | None,
    names: tuple[str, ...],
    member_of: tuple[int, ...],
    projects: tuple[int, ...],
    dialect: str,
    adopt: bool,
    terraform: bool,
    native: bool,
    dynamic: Path | None,
) -> None:
    """Write a Pulumi program for every account and membership of an organization.

    `pulumi up` of it, or `terraform apply`, changes nothing in Mixpanel. Accounts that have
    expired, the login at hand, and what the provider could not manage stand in it as comments,
    each with the reason. The organization is only read. Organization and login come from the
    environment.

    \b
    Examples:
      pulumi-mixpanel export > __main__.py
      pulumi-mixpanel export --out accounts --name 'ci-*' --name 'export-*'
      pulumi-mixpanel export --out accounts --import --member-of 2195193
      pulumi-mixpanel export --terraform > main.tf
      pulumi-mixpanel export --out accounts --native
      pulumi-mixpanel export --dynamic state.json > back.json

    \b
    Exit status:
      0    done
      1    an error, in one line on stderr
      2    options that do not go together
      4    done, but some project could not be read: who is in it is unknown
      130  interrupted
    """  # noqa: D301 (click wants the character itself)
    _check_options(ctx)
    if dynamic is not None:
        write_dynamic(dynamic)
        return
    if out is None and (native or not adopt):
        form = "--native" if native else "--import"
        raise click.UsageError(f"{form} writes files that go together: say where with --out DIR.")
    inventory = read_organization(dialect, projects + member_of)
    plan = make_plan(inventory, names, member_of, apart=terraform)
    _refuse_nothing(plan)
    written: Written
    if terraform:
        written = write_configuration(plan)
    elif native:
        from pulumi_mixpanel.written.native import write_native  # noqa: PLC0415 (loads protobuf)

        written = write_native(plan)
    else:
        written = write_project(plan, requirements(), adopt=adopt)
    _write(written, out)
    _tell(plan, out, written.next_step)
    if inventory.unreadable or not knows_projects(inventory):
        raise SystemExit(EXIT_UNKNOWN)


def _check_options(ctx: click.Context) -> None:
    """Refuse what does not go together, before any call."""
    given = {
        name for name in ctx.params if ctx.get_parameter_source(name) is not ParameterSource.DEFAULT
    }
    if {"terraform", "adopt"} <= given:
        raise click.UsageError("--adopt and --import are for Pulumi, and --terraform is not.")
    if {"terraform", "native"} <= given:
        raise click.UsageError("--native and --terraform are two forms: give one of them.")
    if "dynamic" in given and len(given) > 1:
        raise click.UsageError("--dynamic reads no organization, and goes with no other option.")


def _refuse_nothing(plan: Plan) -> None:
    inventory = plan.inventory
    if inventory.accounts and not plan.accounts:
        raise click.ClickException(
            f"none of the {len(inventory.accounts)} accounts of organization "
            f"{inventory.organization_id} was chosen by --name and --member-of."
        )


def _write(written: Written, out: Path | None) -> None:
    if out is None:
        # Python source and HCL are UTF-8, whatever the terminal is.
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
