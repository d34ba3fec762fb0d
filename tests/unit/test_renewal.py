"""Early renewal, rotation on demand and adoption of one account, in time that the test moves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from tests.rules import rotating_service_account, service_account
from tests.tiny_engine import CheckError, TinyEngine

from mixpanel_service_accounts.api import Client, Credentials, Grant, Refused, Secret
from mixpanel_service_accounts.emulator import Emulator
from mixpanel_service_accounts.resources.fields import UNKNOWN

TERMS: dict[str, Any] = {"name": "bot", "validity_period_hours": 720, "early_renewal_hours": 48}


@pytest.fixture(scope="module")
def emulators() -> Iterator[dict[str, Emulator]]:
    """Run one emulator of each dialect for the module."""
    with Emulator() as bulk, Emulator("nested") as nested:
        yield {"bulk": bulk, "nested": nested}


def engine(emulators: dict[str, Emulator], dialect: str = "bulk") -> TinyEngine:
    """Make a stack with a clock of its own."""
    emulator = emulators[dialect]
    emulator.reset()
    made = TinyEngine(emulator, service_account, dialect)
    made.wait(0)
    return made


@pytest.fixture
def bot(emulators: dict[str, Emulator]) -> TinyEngine:
    """Make a stack under `bulk`."""
    return engine(emulators)


def client(bot: TinyEngine) -> Client:
    """Log in as somebody who works by hand."""
    login = Credentials(username=bot.emulator.username, secret=Secret(bot.emulator.secret))
    return Client(bot.emulator.base_url, login, dialect=bot.dialect)


def by_hand(
    bot: TinyEngine, expires: datetime | None = None, projects: tuple[Grant, ...] = ()
) -> tuple[int, str]:
    """Make an account by hand."""
    made = client(bot).create_service_account(1001, "bot", expires=expires, projects=projects)
    bot.emulator.forget_calls()
    return made.account.id, made.secret.reveal()


def writes(bot: TinyEngine) -> list[str]:
    """Tell the calls that changed something."""
    calls = bot.emulator.calls()
    return [f"{c['method']} {c['path'].rsplit('/', 1)[1]}" for c in calls if c["method"] != "GET"]


# -- renewal ------------------------------------------------------------------------------------


def test_the_expiry_is_set_from_the_clock_and_kept(bot: TinyEngine) -> None:
    """Until the renewal is due, nothing changes."""
    assert bot.up(**TERMS) == ["create"]
    (row,) = [row for row in bot.emulator.state()["accounts"] if row["name"] == "bot"]
    assert row["expires"][:19] + "Z" == bot.at(720)
    assert (bot.state["issued_at"], bot.state["expires"]) == (bot.at(0), bot.at(720))
    bot.wait(671)
    assert bot.up(**TERMS) == []
    bot.refresh()
    assert bot.up(**TERMS) == []


def test_a_renewal_that_is_due_replaces_the_account(bot: TinyEngine) -> None:
    """From `early_renewal_hours` before the expiry on: the new one first, and the reason is said."""
    bot.up(**TERMS)
    first = bot.state["service_account_id"]
    bot.wait(672)
    bot.emulator.forget_calls()
    assert bot.up(**TERMS) == ["replace for expires", "create"]
    assert bot.lines == [
        f"'bot' is due for renewal since {bot.at(672)}: it expires at {bot.at(720)}"
    ]
    assert writes(bot) == ["POST service-accounts", f"DELETE {first}"]
    assert (bot.state["issued_at"], bot.state["expires"]) == (bot.at(672), bot.at(672 + 720))
    assert bot.works()
    assert bot.up(**TERMS) == []


def test_long_after_the_expiry_it_is_renewed_too(bot: TinyEngine) -> None:
    """Irregular deploys work."""
    bot.up(**TERMS)
    bot.wait(5000)
    assert bot.up(**TERMS) == ["replace for expires", "create"]
    assert bot.works()


def test_a_changed_early_renewal_is_recorded_without_a_call(bot: TinyEngine) -> None:
    """Unless it makes the renewal due."""
    bot.up(**TERMS)
    bot.emulator.forget_calls()
    assert bot.up(**{**TERMS, "early_renewal_hours": 100}) == ["update"]
    assert writes(bot) == []
    assert bot.works()
    bot.wait(1)
    assert "replace" in bot.up(**{**TERMS, "early_renewal_hours": 719})[0]


def test_a_changed_validity_replaces(bot: TinyEngine) -> None:
    """No route changes an expiry."""
    bot.up(**TERMS)
    bot.wait(1)
    assert bot.up(**{**TERMS, "validity_period_hours": 1000}) == ["replace for expires", "create"]
    assert bot.state["expires"] == bot.at(1001)


def test_from_a_date_to_a_period(bot: TinyEngine) -> None:
    """The date was another one."""
    bot.up(name="bot", expires="2030-01-01T00:00:00Z")
    assert bot.up(**TERMS)[0] == "replace for expires"


def test_a_clock_that_runs_backwards_renews_nothing(bot: TinyEngine) -> None:
    """And is told; a few minutes are not."""
    bot.up(**TERMS)
    bot.hours = -0.05
    assert bot.up(**TERMS) == []
    assert bot.lines == []
    bot.hours = -1
    assert bot.up(**TERMS) == []
    assert bot.lines == [
        f"this machine's clock says {bot.at(-1)}, and 'bot' was issued at {bot.at(0)}, which is later. "
        "Nothing is taken for due before the clock has caught up: check the clock."
    ]


def test_rotation_on_demand_replaces(bot: TinyEngine) -> None:
    """Any change of the map; an empty one is none."""
    bot.up(name="bot", rotate_when_changed={})
    assert bot.up(name="bot") == []
    assert bot.up(name="bot", rotate_when_changed={"incident": "1"})[0] == (
        "replace for rotate_when_changed"
    )
    assert bot.up(name="bot", rotate_when_changed={"incident": "1"}) == []
    bot.refresh()
    assert bot.up(name="bot", rotate_when_changed={"incident": "1"}) == []
    assert bot.up(name="bot", rotate_when_changed={"incident": "2"})[0].startswith("replace")


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (
            {**TERMS, "early_renewal_hours": 720},
            "early_renewal_hours: early_renewal_hours must be less than validity_period_hours: 720 hours "
            "before an expiry that comes after 720 hours an account would be renewed at every up.",
        ),
        (
            {**TERMS, "expires": "2030-01-01T00:00:00Z"},
            "expires: expires and validity_period_hours exclude one another: a date that stays, or a "
            "period that is renewed. Give one of them.",
        ),
        (
            {"name": "bot", "early_renewal_hours": 5},
            "early_renewal_hours: early_renewal_hours goes with validity_period_hours, which was not "
            "given.",
        ),
        (
            {**TERMS, "early_renewal_hours": -1},
            "early_renewal_hours: early_renewal_hours must be a number of hours at least 0 and at most "
            "876000, such as 720 for thirty days; -1 was given.",
        ),
        (
            {**TERMS, "validity_period_hours": True},
            "validity_period_hours: validity_period_hours must be a number of hours above 0 and at most "
            "876000, such as 720 for thirty days; True was given.",
        ),
        (
            {"name": "bot", "rotate_when_changed": {"a": True}},
            "rotate_when_changed: rotate_when_changed must be a map of texts, such as {'ticket': "
            "'OPS-12'}; something else was given.",
        ),
    ],
)
def test_what_is_refused(bot: TinyEngine, inputs: dict[str, Any], message: str) -> None:
    """Each with what would do."""
    with pytest.raises(CheckError) as caught:
        bot.up(**inputs)
    assert str(caught.value) == message


def test_a_validity_under_nested_is_refused(emulators: dict[str, Emulator]) -> None:
    """That dialect knows no expiry; rotation on demand it can do."""
    nested = engine(emulators, "nested")
    with pytest.raises(CheckError, match="validity_period_hours cannot be set under the dialect"):
        nested.up(name="bot", validity_period_hours=720)
    nested.up(name="bot", rotate_when_changed={"a": "1"})
    assert nested.up(name="bot", rotate_when_changed={"a": "2"})[0].startswith("replace")


# -- adoption -----------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", ["bulk", "nested"])
def test_an_account_is_adopted_without_a_write(
    emulators: dict[str, Emulator], dialect: str
) -> None:
    """Its secret comes along where somebody still has it; destroy deletes it."""
    bot = engine(emulators, dialect)
    number, secret = by_hand(bot)
    assert bot.up(name="bot", adopt=number, secret=secret) == ["create"]
    assert (bot.id, bot.there(), writes(bot)) == (str(number), [number], [])
    assert bot.works()
    assert bot.lines == []
    bot.refresh()
    assert bot.works()
    assert bot.up(name="bot", adopt=number, secret=secret) == []
    assert bot.up(name="bot") == []
    assert bot.up(name="bot", adopt=number + 1) == []
    assert bot.works()
    bot.destroy()
    assert bot.there() == []


def test_without_the_secret_the_output_is_null_and_the_up_says_so(bot: TinyEngine) -> None:
    """It may be given later, and corrected."""
    number, secret = by_hand(bot)
    bot.up(name="bot", adopt=number)
    assert "secret" not in bot.state
    (username,) = [
        row["username"] for row in bot.emulator.state()["accounts"] if row["name"] == "bot"
    ]
    assert bot.lines == [
        f"service account {number} ({username}) was adopted without its secret, which Mixpanel shows only "
        "once: the output `secret` is null. Whoever still has it can give secret=."
    ]
    assert bot.up(name="bot", adopt=number, secret="mistyped") == ["update"]
    assert bot.up(name="bot", secret=secret) == ["update"]
    assert bot.works()
    assert bot.up(name="bot") == []
    assert bot.works()


def test_a_secret_that_mixpanel_gave_is_never_overwritten(bot: TinyEngine) -> None:
    """Adding adopt and secret later is no change."""
    bot.up(name="bot")
    number = bot.state["service_account_id"]
    assert bot.up(name="bot", adopt=number, secret="made-up") == []
    assert bot.works()
    assert bot.up(name="bot", adopt=number, secret="made-up", projects=[]) == ["update"]
    assert bot.works()


def test_listed_projects_are_adopted_or_given(bot: TinyEngine) -> None:
    """Those that it has with that role cost no write."""
    have = (Grant(project_id=2001, role="analyst"), Grant(project_id=2003, role="admin"))
    number, _ = by_hand(bot, projects=have)
    wanted = [{"project_id": 2001, "role": "analyst"}, {"project_id": 2002, "role": "consumer"}]
    bot.up(name="bot", adopt=number, projects=wanted[:1])
    assert writes(bot) == []
    bot.destroy()
    number, _ = by_hand(bot, projects=have)
    bot.up(name="bot", adopt=number, projects=wanted)
    assert writes(bot) == ["POST add-to-project"]
    rows = bot.emulator.state()["memberships"]
    assert {row["project"]: row["role"] for row in rows if row["account"] == number} == {
        2001: "analyst",
        2002: "consumer",
        2003: "admin",
    }
    assert bot.up(name="bot", adopt=number, projects=wanted) == []


def test_other_terms_are_told_and_never_replaced(bot: TinyEngine) -> None:
    """No route changes an expiry."""
    number, _ = by_hand(bot)
    bot.up(name="bot", adopt=number, expires="2030-01-01T00:00:00Z")
    assert "expires 2030-01-01T00:00:00Z was asked for and is never" in bot.lines[1]
    assert bot.there() == [number]


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (
            {"name": "bot", "adopt": 9999},
            "there is no service account 9999 in organization 1001 at {url}: adopt= takes the number of "
            "one that exists there. Without adopt= a new one is made. Nothing was changed.",
        ),
        (
            {"name": "other", "adopt": "{number}"},
            "service account {number} is '{username}', whose name is 'bot' and not 'other': give "
            "name='bot', or the number of another account. Nothing was changed.",
        ),
    ],
    ids=["wrong id", "name that does not fit"],
)
def test_what_cannot_be_adopted(bot: TinyEngine, inputs: dict[str, Any], message: str) -> None:
    """Refused, and nothing is made instead."""
    number, _ = by_hand(bot)
    (row,) = [row for row in bot.emulator.state()["accounts"] if row["id"] == number]
    if inputs["adopt"] != 9999:
        inputs = {**inputs, "adopt": number}
    with pytest.raises(Refused) as caught:
        bot.up(**inputs)
    assert str(caught.value) == message.format(
        url=bot.emulator.base_url, number=number, username=row["username"]
    )
    assert bot.there() == [number]


def test_an_account_of_another_organization_cannot_be_adopted(bot: TinyEngine) -> None:
    """It is not there, as far as this organization is concerned."""
    (other,) = [row for row in bot.emulator.state()["accounts"] if row["organization"] == 1002]
    with pytest.raises(Refused, match=f"there is no service account {other['id']} in organization"):
        bot.up(name="bot", adopt=other["id"])


@pytest.mark.parametrize(
    "change",
    [{"name": "renamed"}, {"role": "admin"}, {"rotate_when_changed": {"a": "1"}},
     {"expires": "2031-01-01T00:00:00Z"}, {"organization_id": 1002}],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_while_adopt_is_set_nothing_replaces(bot: TinyEngine, change: dict[str, Any]) -> None:
    """create() would return the very account that the engine deletes afterwards."""
    number, secret = by_hand(bot)
    bot.up(name="bot", adopt=number, secret=secret)
    (key,) = change
    with pytest.raises(CheckError) as caught:
        bot.up(**{"name": "bot", "adopt": number, **change})
    assert str(caught.value) == (
        f"adopt: a change of {key} would replace the account, and adopt= would take over the very account "
        "that is being replaced: remove adopt= first. It has done its work."
    )
    assert bot.there() == [number]


@pytest.mark.parametrize("key", ["role", "expires"])
def test_what_is_left_out_while_adopt_is_set_is_kept(bot: TinyEngine, key: str) -> None:
    """As after `adopt` is removed: it asks for nothing."""
    number, _ = by_hand(bot)
    given = {"role": "consumer", "expires": "2031-01-01T00:00:00Z"}
    bot.up(name="bot", adopt=number, **given)
    bot.emulator.forget_calls()
    bot.up(
        name="bot", adopt=number, **{name: value for name, value in given.items() if name != key}
    )
    assert bot.there() == [number]
    assert bot.emulator.calls() == []


def test_without_adopt_it_is_replaced(bot: TinyEngine) -> None:
    """Which makes an account, and deletes the one that was adopted."""
    number, _ = by_hand(bot)
    bot.up(name="bot", adopt=number)
    bot.up(name="renamed")
    assert bot.works()
    assert number not in bot.there()


def test_a_renewal_that_is_due_while_adopt_is_set_is_refused(bot: TinyEngine) -> None:
    """An adopted account keeps its expiry; a period is for accounts that are made."""
    number, _ = by_hand(bot)
    with pytest.raises(CheckError) as caught:
        bot.up(**TERMS, adopt=number)
    assert str(caught.value) == (
        "adopt: adopt= takes over an account with the expiry that it has, and validity_period_hours sets "
        "one for an account that is made. Adopt first and remove adopt= before you give "
        "validity_period_hours, or use RotatingServiceAccount(adopt=…), which moves on from an account "
        "made by hand without an outage."
    )
    bot.up(**TERMS)
    made = bot.state["service_account_id"]
    assert bot.up(**TERMS, adopt=made) == []
    bot.wait(700)
    with pytest.raises(CheckError, match="remove adopt= first"):
        bot.up(**TERMS, adopt=made)


def test_what_the_stack_s_state_holds_is_not_adopted_anew(bot: TinyEngine) -> None:
    """The program says who holds it; that is no input, and nothing where the resource itself does."""
    number, _ = by_hand(bot)
    here = {"base_url": bot.emulator.base_url, "organization_id": 1001}
    inputs = {"name": "bot", "adopt": number}
    with pytest.raises(CheckError) as caught:
        bot.up(**inputs, held_by=[{"by": "ServiceAccount 'heir'", "home": here}])
    assert str(caught.value) == (
        f"adopt: service account {number} is in the state of this stack already, held by ServiceAccount "
        "'heir': adopt= would take over the very account that is being replaced, and the engine would "
        "delete it. Remove adopt= first, it has done its work; a resource that was renamed keeps its "
        "account with aliases=."
    )
    assert bot.up(**inputs) == ["create"]
    assert bot.up(**inputs, held_by=[{"by": "ServiceAccount 'bot'", "home": here}]) == []
    assert "held_by" not in bot.inputs


@pytest.mark.parametrize(
    ("home", "refused"),
    [
        ({"base_url": "https://eu.mixpanel.com/api/app", "organization_id": 1001}, False),
        ({"organization_id": 1002}, False),
        ({"organization_id": 1001}, True),
        ({}, True),
        (None, True),
    ],
    ids=[
        "another host",
        "another organization",
        "the same",
        "an organization not known",
        "unknown",
    ],
)
def test_a_number_means_an_account_of_one_place(
    bot: TinyEngine,
    home: dict[str, Any] | None,
    refused: bool,  # noqa: FBT001
) -> None:
    """Nobody knows whether the regions share their numbers; in doubt it is the same account."""
    number, _ = by_hand(bot)
    there = None if home is None else {"base_url": bot.emulator.base_url, **home}
    holding = {"by": "ServiceAccount 'other'", "home": there}
    if refused:
        with pytest.raises(CheckError, match="held by ServiceAccount 'other'"):
            bot.up(name="bot", adopt=number, held_by=[holding])
    else:
        assert bot.up(name="bot", adopt=number, held_by=[holding]) == ["create"]


def test_one_account_is_adopted_by_one_resource(bot: TinyEngine) -> None:
    """Whatever their providers; the deletion of the other would delete it."""
    number, _ = by_hand(bot)
    with pytest.raises(CheckError) as caught:
        bot.up(name="bot", adopt=number, held_by=[{"by": "RotatingServiceAccount 'one'"}])
    assert str(caught.value) == (
        f"adopt: service account {number} is adopted by RotatingServiceAccount 'one' of this program "
        "too: the deletion of either resource would delete the account of both. Where these are two "
        "accounts in two places, adopt one after the other, and remove adopt= in between."
    )


@pytest.mark.parametrize("given", ["bot.abc123", "", "a-secret", -1, 1.5, True, [5001]], ids=str)
def test_what_is_no_number_is_refused_and_not_shown(bot: TinyEngine, given: object) -> None:
    """It may be the secret, in the wrong place."""
    with pytest.raises(CheckError) as caught:
        bot.up(name="bot", adopt=given)
    assert str(caught.value) == (
        ": adopt must be a service account's number, a whole number above 0 such as 5001; "
        "something else was given."
    )


def test_a_place_that_a_preview_does_not_know_yet_replaces_nothing(bot: TinyEngine) -> None:
    """The organization's number comes out of a resource that is to be made anew, say."""
    number, _ = by_hand(bot)
    inputs = {"name": "bot", "adopt": number, "organization_id": 1001}
    bot.up(**inputs)
    bot.check(bot.context(), bot.inputs, {**inputs, "organization_id": UNKNOWN})
    with pytest.raises(CheckError, match="a change of organization_id would replace the account"):
        bot.up(**{**inputs, "organization_id": 1002})


def test_an_adoption_of_which_the_program_knows_nothing_is_refused(bot: TinyEngine) -> None:
    """A transformation gave the number: nobody asked the engine who holds it."""
    number, _ = by_hand(bot)
    with pytest.raises(CheckError) as caught:
        bot.up(name="bot", adopt=number, held_by=None)
    assert str(caught.value) == (
        "adopt: adopt= has to be given where the resource is made, and not by a transformation: else "
        f"nothing tells whether a resource holds service account {number} already."
    )
    bot.up(name="bot", adopt=number)
    assert bot.up(name="bot", adopt=number, held_by=None) == []


def test_one_number_on_two_hosts_is_two_accounts_in_one_process(bot: TinyEngine) -> None:
    """With region=, one process is at home in both."""
    number, _ = by_hand(bot)
    bot.up(name="bot", adopt=number)
    context = bot.context()
    with Emulator() as far:
        place = {"base_url": far.base_url, "organization_id": 1001}
        login = Credentials(username=far.username, secret=Secret(far.secret))
        context.connections._clients[far.base_url] = client = Client(far.base_url, login)
        while client.create_service_account(1001, "bot").account.id < number:
            pass
        service_account.diff(context, bot.id, bot.state, bot.inputs)
        inputs = {"name": "bot", "adopt": number, "home": place}
        assert service_account.create(context, inputs).state["home"] == place
        service_account.delete(context, bot.id, bot.state)
        assert bot.there() == []
        assert far.state()["accounts"][-1]["id"] == number


def test_what_a_preview_does_not_know_yet_replaces_nothing(bot: TinyEngine) -> None:
    """The up knows it, and refuses then."""
    number, _ = by_hand(bot)
    inputs = {"name": "bot", "adopt": number}
    keepers = {"rotate_when_changed": {"host": "one"}}
    bot.up(**inputs, **keepers)
    bot.check(bot.context(), bot.inputs, {**inputs, "rotate_when_changed": {"host": UNKNOWN}})
    with pytest.raises(CheckError) as caught:
        bot.up(**inputs, secret="s", rotate_when_changed={"host": "two"})
    assert str(caught.value) == (
        "adopt: a change of rotate_when_changed would replace the account, and adopt= would take over "
        "the very account that is being replaced: remove adopt= first, and secret= with it. It has done "
        "its work."
    )


def test_dates_that_the_engine_is_told_to_ignore_stay(bot: TinyEngine) -> None:
    """With ignore_changes it hands us the last inputs for the new ones."""
    terms = {"name": "bot", "validity_period_hours": 720, "early_renewal_hours": 48}
    bot.up(**terms)
    dates = {key: bot.inputs[key] for key in ("issued_at", "expires")}
    bot.wait(700)
    assert bot.up(**terms, expires=dates["expires"]) == []
    assert {key: bot.inputs[key] for key in dates} == dates
    with pytest.raises(CheckError, match="expires and validity_period_hours exclude one another"):
        bot.up(**terms, expires=bot.at(9000))


def test_a_replacement_that_the_engine_forces_never_adopts_what_it_replaces(
    bot: TinyEngine,
) -> None:
    """`--replace`, or another provider: check() with the old inputs was there before."""
    number, _ = by_hand(bot)
    inputs = {"name": "bot", "adopt": number}
    bot.up(**inputs)
    context = bot.context()
    bot.check(context, bot.inputs, inputs)
    again = bot.check(context, {}, inputs)
    with pytest.raises(Refused) as caught:
        service_account.create(context, again)
    assert str(caught.value) == (
        f"service account {number} is held by a resource of this stack already, so adopt= would take over "
        "the very account that is being replaced: remove adopt= first. Nothing was changed."
    )


def test_a_resource_that_was_renamed_does_not_delete_what_its_heir_adopted(
    bot: TinyEngine,
) -> None:
    """The engine creates the new resource and deletes the old one, in one process."""
    number, _ = by_hand(bot)
    inputs = {"name": "bot", "adopt": number}
    bot.up(**inputs)
    context = bot.context()
    service_account.create(context, bot.check(context, {}, inputs))
    service_account.delete(context, bot.id, bot.state)
    assert bot.there() == [number]
    assert bot.lines[-1] == (
        f"service account {number} was adopted by another resource in this very run: it stays."
    )


def test_the_secret_of_an_account_that_stays_is_looked_for_where_it_is(bot: TinyEngine) -> None:
    """A rotating account's previous one has a secret of its own, or none."""
    number, secret = by_hand(bot)
    state = {
        "home": {"base_url": bot.emulator.base_url, "organization_id": 1001},
        "service_account_id": number + 1,
        "secret": "of the current one",
        "previous_service_account_id": number,
        "name": "bot",
        "validity_period_hours": 720,
        "overlap_hours": 24,
    }
    for known, told in (({}, False), ({"previous_secret": secret}, True)):
        context = bot.context()
        service_account.create(context, bot.check(context, {}, {"name": "bot", "adopt": number}))
        bot.lines.clear()
        rotating_service_account.delete(context, "1001/rotating/1", {**state, **known})
        assert number in bot.there()
        assert ("Its secret is in earlier states" in bot.lines[0]) is told
