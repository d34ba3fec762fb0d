"""Rules that do nothing, behind the shells as they are: the floor of the bench for the plugins.

python -m tools.bench.idle terraform|native: serves the provider with rules whose create, read,
update and delete make no call. Schema, checks and diffs are the real ones.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable
from typing import Any

from mixpanel_service_accounts.api.models import Place
from mixpanel_service_accounts.resources import service_account
from mixpanel_service_accounts.resources.contract import Created, Read

HOME = Place(base_url="http://127.0.0.1:12345/api/app", organization_id=1001)
_numbers = itertools.count(5001)


def _create(_session: object, inputs: service_account.Inputs) -> Created[service_account.State]:
    number = next(_numbers)
    own = {key: getattr(inputs, key) for key in service_account.Inputs.__struct_fields__}
    state = service_account.State(
        **{**own, "home": inputs.home or HOME, "secret": "0123456789abcdef0123456789abcdef"},
        service_account_id=number,
        username=f"{inputs.name}.e42a00.mp-service-account",
        created="2026-01-01T00:00:00Z",
        creator=905001,
        creator_email="user-905001@example.invalid",
        creator_name="User 905001",
        actual_name=inputs.name,
    )
    return Created(str(number), state)


def _read(
    _session: object, id_: str, state: service_account.State
) -> Read[service_account.Inputs, service_account.State]:
    own = {key: getattr(state, key) for key in service_account.Inputs.__struct_fields__}
    return Read(id_, state, service_account.Inputs(**{**own, "secret": None}))


def _nothing(*_arguments: object) -> None:
    """Delete nothing."""


def make_idle() -> None:
    """Replace what makes calls."""
    idle: dict[str, Callable[..., Any]] = {"create": _create, "read": _read, "delete": _nothing}
    for name, function in idle.items():
        setattr(service_account, name, function)


def main() -> int:
    """Serve the shell that is named first."""
    shell = sys.argv.pop(1)
    make_idle()
    if shell == "terraform":
        from terraform_mixpanel.command import main as serve  # noqa: PLC0415 (only if it is asked for)
    else:
        from pulumi_mixpanel.plugin.command import main as serve  # noqa: PLC0415
    return serve()


if __name__ == "__main__":
    sys.exit(main())
