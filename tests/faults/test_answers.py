"""Answers that say yes and are not what the API describes: nothing is lost, nothing is believed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi.runtime.rpc import serialize_properties
from tests.faults.conftest import World
from tests.rules import home_of, service_account

from mixpanel_service_accounts.api import MixpanelError, Refused
from mixpanel_service_accounts.api.client import DIALECTS
from mixpanel_service_accounts.api.models import CreatedAccount, Place
from mixpanel_service_accounts.api.organization import Organization
from mixpanel_service_accounts.api.wire import Answer, Request
from mixpanel_service_accounts.configuration import Configuration
from mixpanel_service_accounts.resources.session import Connections, Session

Row = dict[str, Any]
SECRET = {"bulk": "token", "nested": "secret"}


def without(key: str) -> Callable[[Row], Row]:
    """Leave a key out."""
    return lambda row: {inner: value for inner, value in row.items() if inner != key}


def with_(key: str, value: object) -> Callable[[Row], Row]:
    """Put something else there."""
    return lambda row: {**row, key: value}


def garble(organization: Organization, change: Callable[[Row], Row]) -> None:
    """Change what the first create is answered, on the way."""
    dialect: Any = organization.client.dialect
    send, left = dialect._send, [1]

    def garbled(request: Request) -> Answer:
        answer: Answer = send(request)
        if not request.creates or not left:
            return answer
        left.pop()
        document = json.loads(answer.content)
        row = document.get("results", document)
        changed = {**document, "results": change(row)} if row is not document else change(row)
        return Answer(request, answer.status, json.dumps(changed).encode(), answer.content_type)

    dialect._send = garbled


@pytest.mark.parametrize(
    "spoil",
    [
        without,
        lambda secret: with_(secret, None),
        lambda secret: with_(secret, ""),
        lambda secret: with_(secret, 7),
        lambda _secret: without("id"),
        lambda _secret: with_("id", "5002"),
        lambda _secret: with_("id", value=True),
        lambda _secret: with_("id", 10**400),
        lambda _secret: without("username"),
        lambda _secret: with_("username", ""),
        lambda _secret: lambda _row: {"status": "ok"},
    ],
    ids=[
        "no secret",
        "secret null",
        "secret empty",
        "secret a number",
        "no id",
        "id a text",
        "id a bool",
        "id too large",
        "no username",
        "username empty",
        "nothing",
    ],
)
def test_a_yes_without_what_a_create_promises_loses_nothing(
    world: World, spoil: Callable[[str], Callable[[Row], Row]]
) -> None:
    """The account is there: it is deleted and made again, or, where that is in doubt, named."""
    one = world.organization()
    garble(one, spoil(SECRET[world.dialect]))
    if world.dialect == "nested":
        with pytest.raises(Refused) as caught:
            one.create_account("bot", None, None, ())
        (row,) = world.accounts("bot")
        assert f"{row['id']} ({row['username']}, made " in str(caught.value)
        assert row["secret"] not in str(caught.value)
        return
    created = one.create_account("bot", None, None, ())
    (row,) = world.accounts("bot")
    assert (row["id"], row["secret"]) == (created.account.id, created.secret.reveal())
    assert world.logs_in(created.account.username, created.secret.reveal())
    assert row["secret"] not in "".join(world.lines)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(10**400) | st.floats(-1e9, 1e9) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
KEYS = ["name", "created", "createdAt", "creator", "creator_email", "creator_name", "user"]
KEYS += ["expires", "last_used", "org_role", "status", "new"]
PROPER = {"id": 5002, "username": "bot.1a2b3c.mp-service-account", "token": "t", "secret": "t"}


@given(
    dialect=st.sampled_from(sorted(DIALECTS)),
    odd=st.dictionaries(st.sampled_from(KEYS), JSON | st.datetimes().map(str)),
    enveloped=st.booleans(),
)
@settings(derandomize=True, database=None, max_examples=300, deadline=None)
def test_whatever_else_an_answer_holds_its_secret_reaches_the_engine(
    dialect: str,
    odd: Row,
    enveloped: bool,  # noqa: FBT001
) -> None:
    """Nothing that was answered breaks anything between the wire and what the engine is sent."""
    row = {**odd, **PROPER}
    content = json.dumps({"status": "ok", "results": row} if enveloped else row).encode()

    def send(request: Request) -> Answer:
        return Answer(request, 201, content, "application/json")

    made = DIALECTS[dialect](send).create_account(1001, "bot", None, None, ())
    sent = asyncio.run(serialize_properties(_state_of(made), {}))
    assert (sent["secret"], sent["service_account_id"]) == ("t", 5002)


def _state_of(made: CreatedAccount) -> Row:
    """Make the state that the engine is given of an account."""

    class Stub:
        id = 1001
        place = Place("https://mixpanel.com/api/app", 1001)

        def create_account(self, *_: object) -> CreatedAccount:
            return made

    class Connected(Session):
        def organization(self, place: Place) -> Any:  # noqa: ANN401 (what the rules need of one)
            del place
            return Stub()

    context = Connected(Connections(Configuration()))
    inputs = {"name": "bot", "home": home_of(Stub.place)}
    return service_account.create(context, inputs).state


@pytest.mark.parametrize("status", [200, 204])
def test_an_error_that_comes_with_a_yes_is_no_yes(world: World, status: int) -> None:
    """`{"status": "error"}` to a deletion deleted nothing, whatever its status."""
    one = world.organization()
    account = one.create_account("bot", None, None, ()).account.id
    dialect: Any = one.client.dialect
    content = b'{"status": "error", "error": "Not now."}'
    send = dialect._send
    dialect._send = lambda request: (
        send(request)
        if request.method == "GET"
        else Answer(request, status, content, "application/json")
    )
    attempts: list[Callable[[], object]] = [
        lambda: one.delete_account(account),
        lambda: one.writes.set_role(account, 2001, "analyst"),
        lambda: one.writes.remove(account, 2001),
    ]
    for attempt in attempts:
        with pytest.raises(MixpanelError, match=r"not what this API describes \(an error\)"):
            attempt()
    assert len(world.accounts("bot")) == 1
