"""A resource is read by its id alone, inputs included, as an import does; the next diff is empty."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import pytest
from msgspec.structs import replace
from tests.rules import new_session

from mixpanel_service_accounts.api import Client, Credentials, Refused, Secret
from mixpanel_service_accounts.configuration import resolve
from mixpanel_service_accounts.emulator import Emulator
from mixpanel_service_accounts.resources import (
    project_membership,
    rotating_service_account,
    service_account,
)
from mixpanel_service_accounts.resources.contract import Resource
from mixpanel_service_accounts.resources.fields import encode
from mixpanel_service_accounts.resources.session import Session

EXPIRES = "2031-01-01T00:00:00Z"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Run an organization."""
    with Emulator() as running:
        yield running


@pytest.fixture
def number(emulator: Emulator) -> int:
    """Create an account by hand, with a role, an expiry and a project."""
    login = Credentials(username=emulator.username, secret=Secret(emulator.secret))
    client = Client(emulator.base_url, login)
    expires = datetime(2031, 1, 1, tzinfo=timezone.utc)
    made = client.create_service_account(1001, "bot", role="consumer", expires=expires)
    client.add_to_project(1001, made.account.id, 2001, "analyst")
    return made.account.id


def session(emulator: Emulator, **without: None) -> Session:
    """Start a process; an organization may be left out of the configuration."""
    environment = {**emulator.env, **without}
    return new_session(resolve(lambda _key: None, {k: v for k, v in environment.items() if v}))


def imported(resource: Resource[Any, Any], one: Session, id_: str) -> Any:  # noqa: ANN401
    """Read by id alone."""
    found = resource.read(one, id_, None)
    assert found is not None
    return found


@pytest.mark.parametrize("form", ["1001/{}", "{}"])
def test_an_account_by_either_form_of_its_id(emulator: Emulator, number: int, form: str) -> None:
    """Its id in the state is the number; what Mixpanel says of it are its inputs."""
    found = imported(service_account, session(emulator), form.format(number))
    assert found.id == str(number)
    assert encode(found.inputs) == {
        "name": "bot",
        "role": "consumer",
        "expires": EXPIRES,
        "home": {"base_url": emulator.base_url, "organization_id": 1001},
    }
    assert (found.state.username[:4], found.state.secret, found.state.adopted) == (
        "bot.",
        None,
        True,
    )


def test_an_id_that_names_the_organization_needs_no_configured_one(
    emulator: Emulator, number: int
) -> None:
    """And no question to `/me`."""
    one = session(emulator, MIXPANEL_ORGANIZATION_ID=None)
    found = imported(service_account, one, f"1001/{number}")
    assert found.state.home.organization_id == 1001
    assert ("GET", "/me") not in [(row["method"], row["path"]) for row in emulator.calls()]


@pytest.mark.parametrize(
    ("given", "changed"),
    [
        ({"name": "bot", "role": "consumer", "expires": EXPIRES}, ()),
        ({"name": "bot"}, ()),
        ({"name": "bot", "expires": EXPIRES}, ()),
        ({"name": "other"}, ("name",)),
        ({"name": "bot", "role": "admin", "expires": EXPIRES}, ("role",)),
    ],
)
def test_what_equals_the_server_s_replaces_nothing(
    emulator: Emulator, number: int, given: dict[str, Any], changed: tuple[str, ...]
) -> None:
    """Only another value than the account has asks for another account; none asks for nothing."""
    one = session(emulator)
    found = imported(service_account, one, str(number))
    checked = service_account.check(one, found.inputs, given)
    assert checked.inputs is not None
    diff = service_account.diff(one, found.id, found.state, checked.inputs)
    assert (diff.replaces, diff.changes) == (changed, bool(changed))
    if not changed:  # an update for another reason keeps what the account has
        after = service_account.update(one, found.id, found.state, checked.inputs)
        assert (after.role, after.expires) == ("consumer", EXPIRES)


def test_a_state_that_lacks_an_input_takes_the_server_s(emulator: Emulator, number: int) -> None:
    """The account's own route tells no role; the first one that a configuration gives is recorded."""
    one = session(emulator)
    found = imported(service_account, one, str(number))
    state = replace(found.state, role=None, expires=None)
    keepers = {"ticket": "OPS-12"}
    given = {"name": "bot", "role": "consumer", "expires": EXPIRES, "rotate_when_changed": keepers}
    inputs = service_account.check(one, found.inputs, given).inputs
    assert inputs is not None
    diff = service_account.diff(one, found.id, state, inputs)
    assert (diff.replaces, diff.changed) == ((), ("role", "expires", "rotate_when_changed"))
    before = len(emulator.calls())
    assert service_account.update(one, found.id, state, inputs).role == "consumer"
    assert len(emulator.calls()) == before


def test_a_membership(emulator: Emulator, number: int) -> None:
    """Its id says all but the role."""
    one = session(emulator, MIXPANEL_ORGANIZATION_ID=None)
    found = imported(project_membership, one, f"1001/{number}/2001")
    given = {"service_account_id": number, "project_id": 2001, "role": "analyst"}
    inputs = project_membership.check(one, found.inputs, given).inputs
    assert inputs is not None
    assert not project_membership.diff(one, found.id, found.state, inputs).changes


def test_a_rotating_account_counts_its_periods_from_the_import(
    emulator: Emulator, number: int
) -> None:
    """Periods are known to a configuration alone: one update in place, which makes no call."""
    one = session(emulator)
    id_ = f"1001/rotating/{number}"
    found = imported(rotating_service_account, one, id_)
    given = {"name": "bot", "role": "consumer", "validity_period_hours": 720, "overlap_hours": 24}
    inputs = rotating_service_account.check(one, found.inputs, given).inputs
    assert inputs is not None
    diff = rotating_service_account.diff(one, id_, found.state, inputs)
    assert (diff.replaces, diff.changed) == (
        (),
        ("validity_period_hours", "overlap_hours"),
    )
    before = len(emulator.calls())
    state = rotating_service_account.update(one, id_, found.state, inputs)
    assert (state.service_account_id, state.previous_service_account_id) == (number, None)
    assert state.next_rotation_at is not None
    assert len(emulator.calls()) == before


@pytest.mark.parametrize("keepers", [None, {"ticket": "OPS-12"}])
@pytest.mark.parametrize("role", [None, "consumer"])
def test_a_rotating_account_takes_what_a_configuration_says_first(
    emulator: Emulator, number: int, role: str | None, keepers: dict[str, str] | None
) -> None:
    """Keepers and a role that is left out rotate nothing; a role that differs does."""
    one = session(emulator)
    found = imported(rotating_service_account, one, f"1001/rotating/{number}")
    given = {"name": "bot", "validity_period_hours": 720, "overlap_hours": 24}
    given |= {"role": role, "rotate_when_changed": keepers}
    inputs = rotating_service_account.check(one, found.inputs, given).inputs
    assert inputs is not None
    before = len(emulator.calls())
    state = rotating_service_account.update(one, found.id, found.state, inputs)
    assert len(emulator.calls()) == before
    assert (state.service_account_id, state.role) == (number, "consumer")
    assert state.rotate_when_changed == keepers
    assert state.rotated_at == found.state.rotated_at
    assert not rotating_service_account.diff(one, found.id, state, inputs).changes
    other = rotating_service_account.check(one, found.inputs, {**given, "role": "admin"}).inputs
    assert other is not None
    assert "secret" in rotating_service_account.diff(one, found.id, state, other).unsettled


def test_the_role_that_is_left_out_goes_with_the_imported_account(
    emulator: Emulator, number: int
) -> None:
    """The next account has the role that the user asks for, none, and a plan shows that it changes."""
    one = session(emulator)
    found = imported(rotating_service_account, one, f"1001/rotating/{number}/720/24")
    given = {"name": "other", "validity_period_hours": 720, "overlap_hours": 24}
    inputs = rotating_service_account.check(one, found.inputs, given).inputs
    assert inputs is not None
    assert "role" in rotating_service_account.diff(one, found.id, found.state, inputs).unsettled
    state = rotating_service_account.update(one, found.id, found.state, inputs)
    assert (state.role, state.adopted) == (None, None)
    assert not rotating_service_account.diff(one, found.id, state, inputs).changes


@pytest.mark.parametrize(("early", "given"), [("", None), ("/1.5", 1.5)])
def test_the_id_of_a_rotating_account_may_say_the_periods(
    emulator: Emulator, number: int, early: str, given: float | None
) -> None:
    """A program with them changes nothing then; the id that is kept has none."""
    one = session(emulator)
    found = imported(rotating_service_account, one, f"1001/rotating/{number}/720/23.9995{early}")
    assert found.id == f"1001/rotating/{number}"
    assert (found.inputs.validity_period_hours, found.inputs.overlap_hours) == (720, 23.9995)
    assert found.inputs.early_renewal_hours == given
    assert found.state.next_rotation_at is not None
    program = {"name": "bot", "validity_period_hours": 720, "overlap_hours": 23.9995}
    program |= {"early_renewal_hours": given} if given else {}
    inputs = rotating_service_account.check(one, found.inputs, program).inputs
    assert inputs is not None
    assert not rotating_service_account.diff(one, found.id, found.state, inputs).changes


@pytest.mark.parametrize(
    ("resource", "id_", "missing"),
    [
        (service_account, "1001/7", "service account 1001/7"),
        (project_membership, "1001/7/2001", "membership 1001/7/2001"),
        (rotating_service_account, "1001/rotating/7", "service account 7"),
    ],
)
def test_what_does_not_exist_is_refused(
    emulator: Emulator, resource: Resource[Any, Any], id_: str, missing: str
) -> None:
    """Nothing was ours, so nothing is gone."""
    with pytest.raises(Refused) as caught:
        resource.read(session(emulator), id_, None)
    assert str(caught.value) == (
        f"{missing} was not found in organization 1001 at {emulator.base_url}, so there is nothing "
        "to read by that id."
    )
