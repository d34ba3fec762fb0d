"""Secrets are on no screen, in no log at the most talkative level, and in no diagnostic."""

from __future__ import annotations

from pathlib import Path

from tests.terraform.cli import Workspace
from tests.terraform.test_accounts import ACCOUNT, EXPORTER, accounts
from tests.terraform.test_rotating_accounts import ROTATING

from mixpanel_service_accounts.emulator import Emulator

OWN = "kept-by-hand-0123456789"
"""A secret that the user still has."""

ROTATING_ADDRESS = "mixpanel_rotating_service_account.exporter"


def traced(started: Workspace, tmp_path: Path) -> Path:
    """Log all that there is to be logged; return the file."""
    log = tmp_path / "log"
    started.env.update(TF_LOG="trace", TF_LOG_PATH=str(log))
    return log


def test_no_secret_that_mixpanel_gave_is_told(
    started: Workspace, emulator: Emulator, tmp_path: Path
) -> None:
    """Of an account, and of both accounts of a rotation; nor the login's own."""
    log = traced(started, tmp_path)
    both = EXPORTER + ROTATING
    shown = started.apply(both)
    kept = both.replace("overlap_hours ", 'rotate_when_changed = { of = "one" }\n  overlap_hours ')
    shown += started.plan(kept) + started.apply() + started.run("show", "-no-color")
    state = started.state()
    secrets = {
        state[ACCOUNT]["secret"],
        state[ROTATING_ADDRESS]["secret"],
        state[ROTATING_ADDRESS]["previous_secret"],
        emulator.secret,
    }
    assert len(secrets) == 4
    assert None not in secrets
    told = shown + log.read_text()
    assert "kept-by-hand" not in told
    assert [one for one in secrets if one in told] == []


def test_no_secret_that_the_user_had_is_told(
    started: Workspace, emulator: Emulator, tmp_path: Path
) -> None:
    """`existing_secret` becomes `secret` in the state, and is nowhere else."""
    started.apply(EXPORTER)
    number = accounts(emulator)["exporter"]["id"]
    (started.folder / "terraform.tfstate").unlink()
    log = traced(started, tmp_path)
    own = EXPORTER.replace("  role     =", f'  existing_secret = "{OWN}"\n  role =', 1)
    block = f'import {{\n  to = {ACCOUNT}\n  id = "{number}"\n}}\n'
    started.write(own + block)
    shown = started.run("plan", "-no-color", "-out=planned")
    shown += started.run("apply", "-no-color", "planned") + started.run("show", "-no-color")
    assert started.state()[ACCOUNT]["secret"] == OWN
    assert started.state()[ACCOUNT]["existing_secret"] is None
    assert OWN not in shown + log.read_text()


def test_no_secret_is_in_a_diagnostic(
    started: Workspace, emulator: Emulator, tmp_path: Path
) -> None:
    """Neither where an argument is refused, nor where an update fails, nor in its log."""
    log = traced(started, tmp_path)
    own = EXPORTER.replace("  role     =", f'  existing_secret = "{OWN}"\n  role =', 1)
    started.write(own)
    shown = started.run("apply", "-auto-approve", "-no-color", fails=True)
    assert (
        "existing_secret goes with an import, and has to be left out where an account is created: it is "
        "for an existing account whose secret you still have. The secret of an account that is made comes from Mixpanel."
    ) in shown
    started.apply(EXPORTER)
    secret = accounts(emulator)["exporter"]["secret"]
    emulator.faults([{"method": "POST", "path": "add-to-project", "kind": "forbidden", "times": 9}])
    started.write(EXPORTER.replace("2001", "2003"))
    shown += started.run("apply", "-auto-approve", "-no-color", fails=True)
    assert "Error: Cannot update mixpanel_service_account" in shown
    emulator.faults([{"method": "GET", "path": "", "kind": "unauthorized"}])
    shown += started.run("plan", "-no-color", fails=True)
    told = shown + log.read_text()
    assert [one for one in (OWN, secret, emulator.secret) if one in told] == []
