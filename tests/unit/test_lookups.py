"""What lookups find, and what they say where they find none or several, in both dialects."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator

import pytest
from tests.rules import new_session
from tests.unit.conftest import Reply, Seen, TinyServer

from mixpanel_service_accounts.api import Client, Credentials, MixpanelError, Secret
from mixpanel_service_accounts.configuration import resolve
from mixpanel_service_accounts.emulator import Emulator
from mixpanel_service_accounts.resources import queries
from mixpanel_service_accounts.resources.session import Session
from pulumi_mixpanel import LookupFailed, ProjectServiceAccount, ServiceAccountDetails
from pulumi_mixpanel import get_project_service_accounts as project
from pulumi_mixpanel import get_service_account as one
from pulumi_mixpanel import get_service_accounts as many


class World:
    """An emulator, and the context of one run of a program on it."""

    def __init__(self, emulator: Emulator, dialect: str) -> None:
        self.emulator = emulator
        configured = {"dialect": dialect}
        self.context = new_session(resolve(configured.get, emulator.env))
        login = Credentials(username=emulator.username, secret=Secret(emulator.secret))
        self.client = Client(emulator.base_url, login, dialect=dialect)
        self.where = f"organization 1001 at {emulator.base_url}"

    def make(self, name: str) -> int:
        """Make an account by hand."""
        number = self.client.create_service_account(1001, name).account.id
        self.emulator.forget_calls()
        return number

    def calls(self) -> list[str]:
        """Tell the calls since the last time, and forget them."""
        found = [call["path"].replace("/api/app", "") for call in self.emulator.calls()]
        self.emulator.forget_calls()
        return found

    def find(self, **arguments: object) -> ServiceAccountDetails:
        """Find one account."""
        return queries.find_account(self.context, arguments)

    def names(self, pattern: str | None = None) -> list[str]:
        """List the names that fit."""
        found = queries.list_accounts(self.context, {"name_pattern": pattern})
        return [account.name for account in found]

    def members(self, project: object) -> tuple[ProjectServiceAccount, ...]:
        """List who is in a project."""
        return queries.list_project_accounts(self.context, {"project_id": project})


@pytest.fixture(params=["bulk", "nested"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """Run an emulator of each dialect."""
    with Emulator(request.param) as emulator:
        yield World(emulator, request.param)


@pytest.fixture
def bulk() -> Iterator[World]:
    """Run an emulator that speaks `bulk`."""
    with Emulator() as emulator:
        yield World(emulator, "bulk")


@pytest.fixture
def nested() -> Iterator[World]:
    """Run an emulator that speaks `nested`."""
    with Emulator("nested") as emulator:
        yield World(emulator, "nested")


def said(world: World, **arguments: object) -> str:
    """Tell why an account was not found."""
    with pytest.raises(MixpanelError) as caught:
        world.find(**arguments)
    return str(caught.value)


# ---- one account ------------------------------------------------------------------------------


def test_an_account_is_found_by_id_username_and_name(world: World) -> None:
    """The same one, whichever is asked by; the first id costs one call, all the rest one list."""
    number = world.make("bot")
    other = world.make("other")
    by_id = world.find(id=number)
    assert world.calls() == [f"/organizations/1001/service-accounts/{number}"]
    assert (by_id.id, by_id.name, by_id.organization_id) == (number, "bot", 1001)
    assert world.find(username=by_id.username).id == number
    assert world.find(name="bot").id == number
    assert world.find(id=other).name == "other"
    assert world.calls() == ["/organizations/1001/service-accounts"]


def test_bulk_tells_all_of_an_account(bulk: World) -> None:
    """Instants as resources write them; the role where the server shows it."""
    bulk.emulator.clock("2026-11-24T12:00:00Z")
    bulk.emulator.faults([{"kind": "switch", "name": "org-role", "value": "absent"}])
    number = bulk.make("bot")
    found = bulk.find(id=number)
    assert re.fullmatch(r"bot\.[0-9a-f]{6}\.mp-service-account", found.username)
    assert dataclasses.asdict(found) == {
        "id": number,
        "username": found.username,
        "name": "bot",
        "organization_id": 1001,
        "created": "2026-11-24T12:00:00Z",
        "user": 900000 + number,
        "creator": 905001,
        "creator_email": "user-905001@example.invalid",
        "creator_name": "User 905001",
        "expires": None,
        "last_used": None,
        "role": None,
        "not_told": ("role",),
    }


def test_nested_says_what_it_does_not_tell(nested: World) -> None:
    """So that nobody takes an account for one that never expires or was never used."""
    nested.emulator.clock("2026-11-24T12:00:00Z")
    found = nested.find(id=nested.make("bot"))
    assert found.created == "2026-11-24T12:00:00Z"
    assert found.not_told == (
        "user",
        "creator",
        "creator_email",
        "creator_name",
        "expires",
        "last_used",
        "role",
    )
    assert {getattr(found, field) for field in found.not_told} == {None}


def test_results_are_frozen(bulk: World) -> None:
    """What one lookup found, others of the run find too."""
    bulk.make("bot")
    (row,) = bulk.members(2001)
    for result, field in ((row, "role"), (row.account, "username")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(result, field, "other")


def test_several_of_a_name_are_listed(bulk: World) -> None:
    """With what tells them apart."""
    bulk.emulator.clock("2026-11-24T12:00:00Z")
    twins = [bulk.find(id=number) for number in (bulk.make("twin"), bulk.make("twin"))]
    maker = "made 2026-11-24T12:00:00Z by user-905001@example.invalid"
    assert said(bulk, name="twin") == (
        f"2 service accounts of {bulk.where} have the name 'twin'. Look one up by its id or username: "
        f"{twins[0].id} ({twins[0].username}, {maker}); {twins[1].id} ({twins[1].username}, {maker})."
    )


def test_several_of_a_name_are_listed_without_what_nested_does_not_tell(nested: World) -> None:
    """It knows no creator."""
    nested.emulator.clock("2026-11-24T12:00:00Z")
    twins = [nested.find(id=number) for number in (nested.make("twin"), nested.make("twin"))]
    maker = "made 2026-11-24T12:00:00Z by an unknown login"
    assert said(nested, name="twin") == (
        f"2 service accounts of {nested.where} have the name 'twin'. Look one up by its id or "
        f"username: {twins[0].id} ({twins[0].username}, {maker}); {twins[1].id} "
        f"({twins[1].username}, {maker})."
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "nobody"}, "no service account of {where} has the name 'nobody'; it has 2 in all."),
        ({"name": "Bot"}, "no service account of {where} has the name 'Bot'; it has 2 in all."),
        ({"username": "bot"}, "no service account of {where} has the username 'bot'; it has 2 in all."),
        ({"id": 99}, "no service account of {where} has the id 99; it has 2 in all."),
        ({}, "it takes exactly one of id, username and name; none was given."),
        (
            {"id": 1, "name": "bot"},
            "it takes exactly one of id, username and name; id and name were given.",
        ),
        (
            {"id": "bot"},
            "id must be a service account's number, a whole number above 0 such as 2195193; 'bot' was "
            "given.",
        ),
        ({"name": ""}, "name must be a text that is not empty; '' was given."),
        ({"username": 5}, "username must be a text that is not empty; 5 was given."),
        (
            {"name": "bot", "organization_id": 0},
            "organization_id must be an organization's number, a whole number above 0 such as 2195193; "
            "0 was given.",
        ),
        (
            {"name": "bot", "region": "mars"},
            "region must be one of us, eu, in; 'mars' was given.",
        ),
        (
            {"name": "bot", "region": ["us"]},
            "region must be one of us, eu, in; ['us'] was given.",
        ),
    ],
)  # fmt: skip
def test_what_is_not_found_or_not_asked_well(
    world: World, arguments: dict[str, object], message: str
) -> None:
    """What was looked for, where, and how many there are."""
    world.make("bot")
    assert said(world, **arguments) == message.format(where=world.where)


def test_an_account_of_an_organization_that_is_not_ours(bulk: World) -> None:
    """The server's own word, not that there is none."""
    assert said(bulk, name="bot", organization_id=1002) == (
        "GET /organizations/1002/service-accounts answered 403: User 905001 is not a member of "
        "organization 1002. The login lacks the right to do this: it needs the role admin or owner in "
        "the organization, and membership of the project in question."
    )


# ---- lists ------------------------------------------------------------------------------------


def test_a_pattern_chooses_by_name(world: World) -> None:
    """Case counts, and the suffix of the username does not; one list serves all."""
    for name in ("export-web", "export-app", "Export", "ci"):
        world.make(name)
    assert world.names("export-*") == ["export-web", "export-app"]
    assert world.names("c?") == ["ci"]
    assert world.names("[Ee]xport*") == ["export-web", "export-app", "Export"]
    assert world.names("*.mp-service-account") == []
    assert world.names() == ["emulator-login", "export-web", "export-app", "Export", "ci"]
    assert world.calls() == ["/organizations/1001/service-accounts"]
    with pytest.raises(MixpanelError, match=r"^name_pattern must be a text that is not empty; ''"):
        world.names("")


def test_the_members_of_a_project_in_bulk(bulk: World) -> None:
    """A row for each grant, one call for each project."""
    number = bulk.make("bot")
    bulk.emulator.grant(number, 2001, "analyst")
    bulk.emulator.grant(number, 2001, "admin", "team")
    rows = [
        (row.account.name, row.role, row.target_type, row.has_sensitive_access)
        for row in (*bulk.members(2001), *bulk.members(2001))
    ]
    assert rows[:3] == rows[3:]
    assert rows[:3] == [
        ("emulator-login", "admin", "individual", False),
        ("bot", "analyst", "individual", False),
        ("bot", "admin", "team", False),
    ]
    assert bulk.calls() == ["/projects/2001/service-accounts"]


def test_the_members_of_a_project_in_nested(nested: World) -> None:
    """Derived from every account's projects, which are asked for once for all projects."""
    number = nested.make("bot")
    nested.emulator.grant(number, 2001, "analyst")
    rows = [(row.account.name, row.role, row.target_type) for row in nested.members(2001)]
    assert rows == [("emulator-login", "admin", None), ("bot", "analyst", None)]
    assert [row.account.name for row in nested.members(2002)] == ["emulator-login"]
    assert [row.has_sensitive_access for row in nested.members(2002)] == [None]
    accounts = "/organizations/1001/service-accounts"
    assert sorted(nested.calls()) == [
        accounts,
        f"{accounts}/5001/projects",
        f"{accounts}/{number}/projects",
    ]


def test_a_project_that_may_not_be_read_is_not_empty(bulk: World) -> None:
    """403 is told as what it is."""
    with pytest.raises(queries.Unanswered) as caught:
        bulk.members(2999)
    assert str(caught.value) == (
        "project 2999 cannot be read, which does not mean that it is empty: GET "
        "/projects/2999/service-accounts answered 403: User 905001 is not a member of project 2999. "
        "The login lacks the right to do this: it needs the role admin or owner in the organization, "
        "and membership of the project in question."
    )


def test_a_project_that_shows_nobody_has_to_be_ours(nested: World) -> None:
    """`nested` has no route that would refuse it."""
    with pytest.raises(MixpanelError) as caught:
        nested.members(2999)
    assert str(caught.value) == (
        "project 2999 shows no service account, but nothing proves that it has none: the login "
        f"{nested.emulator.username!r} is not known to be a member of it."
    )


@pytest.mark.parametrize("named", ["by /me", ""])
def test_an_empty_list_is_believed_of_a_project_that_me_names(
    serve: Callable[[Callable[[Seen], Reply]], TinyServer], named: str
) -> None:
    """Under `bulk` too, where lost rights may leave a list empty."""

    def answer(seen: Seen) -> Reply:
        me = b'{"status": "ok", "results": {"organizations": {}, "projects": {%s}}}'
        entry = b'"7": {"name": "seven", "organization_id": 1}' if named else b""
        return 200, {}, me % entry if "/me?" in seen.path else b'{"results": []}'

    url = serve(answer).url
    values = {"baseUrl": url, "organizationId": "1", "username": "bot", "secret": "s"}
    context = new_session(resolve(values.get, {}))
    if named:
        assert queries.list_project_accounts(context, {"project_id": 7}) == ()
    else:
        with pytest.raises(
            MixpanelError, match=r"^project 7 shows no service account, but nothing"
        ):
            queries.list_project_accounts(context, {"project_id": 7})


def test_an_answer_that_is_too_old_is_read_anew(world: World) -> None:
    """Which a lookup by what a resource tells asks for."""
    assert world.names() == ["emulator-login"]
    world.make("bot")
    assert world.names() == ["emulator-login"]
    found = queries.find_account(world.context, {"name": "bot"}, anew=True)
    assert world.names() == ["emulator-login", found.name]


def test_the_organization_that_me_names_is_asked_for_once(bulk: World) -> None:
    """However many lookups need it."""
    environment = {**bulk.emulator.env, "MIXPANEL_ORGANIZATION_ID": ""}
    context = new_session(resolve(lambda _key: None, environment))
    assert queries.list_accounts(context, {}) == queries.list_accounts(context, {})
    assert bulk.calls() == ["/me", "/organizations/1001/service-accounts"]


# ---- the public functions ---------------------------------------------------------------------


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, bulk: World) -> World:
    """Point the environment at an emulator."""
    for name, value in bulk.emulator.env.items():
        monkeypatch.setenv(name, value)
    return bulk


def test_the_public_functions_ask_each_its_own(environment: World) -> None:
    """Outside a run too, as in a notebook; nothing is kept between calls then."""
    number = environment.make("bot")
    assert one(name="bot").id == one(id=number).id == number
    assert [account.name for account in many(name_pattern="b*")] == ["bot"]
    assert [row.account.name for row in project(2001, organization_id=1001)] == ["emulator-login"]
    with pytest.raises(LookupFailed) as caught:
        one(username="bot", region="eu")
    assert str(caught.value) == (
        f"get_service_account: no service account of {environment.where} has the username 'bot'; it "
        "has 2 in all."
    )
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_bug_is_named_without_its_text(
    environment: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which may hold anything."""

    def explode(_context: object, _place: object) -> None:
        raise KeyError("hidden")

    monkeypatch.setattr(Session, "organization", explode)
    with pytest.raises(LookupFailed) as caught:
        many()
    assert re.fullmatch(
        r"get_service_accounts: a bug in pulumi-mixpanel: KeyError in explode, line \d+. Please report "
        r"it\.",
        str(caught.value),
    )
