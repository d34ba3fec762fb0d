"""`pulumi-mixpanel emulator`: a local Mixpanel."""

from __future__ import annotations

import shlex
import signal

import click


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default="any free one",
    help="Port on 127.0.0.1.",
)
@click.option("--db", type=click.Path(dir_okay=False), help="SQLite file that keeps the state.")
@click.option(
    "--dialect",
    type=click.Choice(["bulk", "nested"]),
    default="bulk",
    show_default=True,
    help="Which of the two descriptions of the API it speaks.",
)
@click.option(
    "--latency-ms",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Milliseconds a call takes longer.",
)
@click.option("--rate-limit", metavar="N/second|N/minute", help="Refuse more calls than that.")
def emulator(
    port: int, db: str | None, dialect: str, latency_ms: int, rate_limit: str | None
) -> None:
    """Run a local Mixpanel and print the variables that point a program at it.

    \b
    Example:
      pulumi-mixpanel emulator --db mixpanel.sqlite > emulator.env &
      . ./emulator.env && pulumi up
    """  # noqa: D301 (click wants the character itself)
    try:
        from mixpanel_service_accounts.emulator import Emulator  # noqa: PLC0415 (an extra)
    except ImportError as error:
        raise click.ClickException(
            f"the emulator needs the extra `emulator` ({error.name} is missing): "
            "pip install 'pulumi-mixpanel[emulator]'"
        ) from None
    try:
        local = Emulator(dialect, db=db, port=port, latency_ms=latency_ms, rate_limit=rate_limit)
    except (ValueError, OSError) as error:
        raise click.ClickException(str(error)) from None
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with local:
            for name, value in local.env.items():
                click.echo(f"export {name}={shlex.quote(value)}")
            click.echo(f"listening on {local.base_url}; Ctrl-C stops it", err=True)
            local.wait()
    except KeyboardInterrupt:
        click.echo("stopped", err=True)
