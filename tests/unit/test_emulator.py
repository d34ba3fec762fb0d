"""The emulated API on the wire: logins and rights, what answers look like, what is atomic."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from mixpanel_service_accounts.emulator import Emulator
from mixpanel_service_accounts.emulator.limit import RateLimit

ACCOUNTS = "/organizations/1001/service-accounts"
LOGIN = "emulator-login"


class Caller:
    """A login on an emulator; redirects are not followed."""

    def __init__(self, emulator: Emulator, username: str = "", secret: str = "") -> None:
        self.emulator = emulator
        self._login = (username or emulator.username, secret or emulator.secret)

    def call(self, method: str, path: str, body: object = None) -> requests.Response:
        """Make one call."""
        return requests.request(
            method,
            self.emulator.base_url + path,
            json=body,
            auth=self._login,
            timeout=10,
            allow_redirects=False,
        )

    def create(self, name: str = "bot", **more: object) -> dict[str, Any]:
        """Make an account under `bulk`."""
        response = self.call("POST", ACCOUNTS, {"username": name, **more})
        assert response.status_code == 201, response.text
        account: dict[str, Any] = response.json()["results"]
        return account


def said(response: requests.Response) -> tuple[int, str]:
    """Take an error apart that has the vendor's shape."""
    document = response.json()
    assert set(document) == {"error", "status"}
    assert document["status"] == "error"
    return response.status_code, document["error"]


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """Run one emulator of the default dialect for all tests here."""
    with Emulator() as running:
        yield running


@pytest.fixture
def caller(emulator: Emulator) -> Caller:
    """Start afresh."""
    emulator.reset()
    return Caller(emulator)


def test_a_created_account_in_the_dialect_bulk(caller: Caller) -> None:
    """201, a suffixed username, a secret this once, nulls where nothing is known, a cookie."""
    response = caller.call("POST", ACCOUNTS, {"username": "data-export"})
    account = response.json()["results"]
    assert response.status_code == 201
    assert "csrftoken" in response.headers["Set-Cookie"]
    assert re.fullmatch(r"data-export\.[0-9a-f]{6}\.mp-service-account", account["username"])
    assert re.fullmatch(r"[\w-]{32}", account["token"])
    assert (account["expires"], account["last_used"]) == (None, None)
    assert isinstance(account["user"], int)
    assert account["user"] != account["id"]
    me = caller.call("GET", "/me").json()["results"]
    assert account["creator"] == me["user_id"]
    (listed,) = [
        row for row in caller.call("GET", ACCOUNTS).json()["results"] if row["id"] == account["id"]
    ]
    assert "token" not in listed
    assert account["token"] not in caller.call("GET", f"{ACCOUNTS}/{account['id']}").text


def test_who_is_in_the_projects_is_told_unless_declined(caller: Caller) -> None:
    """`/me` is slow with it; our client declines it (wire.md, fact 11)."""
    everything = caller.call("GET", "/me").json()["results"]
    declined = caller.call("GET", "/me?include_workspace_users=false").json()["results"]
    assert everything["user_id"] in everything["workspace_users"]["2001"]
    assert {**declined, "workspace_users": everything["workspace_users"]} == everything
    assert "workspace_users" not in declined
    assert caller.call("GET", "/me?include_workspace_users=no").status_code == 400


def test_a_created_account_in_the_dialect_nested() -> None:
    """200, flat, with a secret; memberships are rows with a project's name."""
    with Emulator("nested") as emulator:
        caller = Caller(emulator)
        response = caller.call("POST", ACCOUNTS, {"name": "bot"})
        account = response.json()
        assert response.status_code == 200
        assert set(account) == {"id", "name", "username", "organizationId", "createdAt", "secret"}
        path = f"{ACCOUNTS}/{account['id']}/projects"
        assert caller.call("POST", path, {"projectId": 2001, "role": "owner"}).status_code == 400
        assert caller.call("POST", path, {"projectId": 2001, "role": "analyst"}).status_code == 200
        row = {"projectId": 2001, "projectName": "Project 2001", "role": "analyst"}
        assert caller.call("GET", path).json() == {"results": [row]}
        assert caller.call("DELETE", f"{path}/2001").status_code == 200
        assert said(caller.call("DELETE", f"{path}/2001")) == (404, "Membership not found.")
        assert said(caller.call("DELETE", f"{path}/9")) == (404, "Membership not found.")
        assert caller.call("DELETE", f"{ACCOUNTS}/{account['id']}").status_code == 200
        assert caller.call("GET", f"{ACCOUNTS}/{account['id']}").status_code == 404


def test_a_member_of_a_project(caller: Caller) -> None:
    """An account with its role; teams and the organization have rows of their own."""
    account = caller.create(projects=[{"id": 2001, "role": "admin"}])
    caller.emulator.grant(account["id"], 2001, "analyst", "team")
    rows = caller.call("GET", "/projects/2001/service-accounts").json()["results"]
    own = [row for row in rows if row["id"] == account["id"]]
    assert [(row["target_type"], row["role"]) for row in own] == [
        ("individual", "admin"),
        ("team", "analyst"),
    ]
    assert own[0]["hasSensitiveAccess"] is False
    assert {"role_order", "email", "username"} <= set(own[0])


def test_a_created_account_logs_in_until_it_is_deleted(caller: Caller) -> None:
    """With the rights of its role in the organization and of its projects, and no more."""
    account = caller.create(role="consumer", projects=[{"id": 2002, "role": "admin"}])
    other = Caller(caller.emulator, account["username"], account["token"])
    me = other.call("GET", "/me").json()["results"]
    assert (me["user_id"], list(me["projects"])) == (account["user"], ["2002"])
    text = "You do not have permission to manage service accounts."
    assert said(other.call("POST", ACCOUNTS, {"username": "x"})) == (403, text)
    assert other.call("GET", "/projects/2002/service-accounts").status_code == 200
    stranger = f"User {account['user']} is not a member of project 2001."
    assert said(other.call("GET", "/projects/2001/service-accounts")) == (403, stranger)
    caller.call("DELETE", f"{ACCOUNTS}/{account['id']}")
    assert said(other.call("GET", "/me")) == (401, "Invalid service account credentials.")
    members = caller.call("GET", "/projects/2002/service-accounts").json()["results"]
    assert account["id"] not in {row["id"] for row in members}


def test_an_admin_of_the_organization_may_write(caller: Caller) -> None:
    """And is the creator of what it makes."""
    account = caller.create(role="admin")
    made = Caller(caller.emulator, account["username"], account["token"]).create("second")
    assert made["creator"] == account["user"]


def test_an_expired_account_does_not_log_in(caller: Caller) -> None:
    """From its very second on, by the server's time."""
    account = caller.create(expires="2031-01-01T00:00:00Z")
    other = Caller(caller.emulator, account["username"], account["token"])
    caller.emulator.clock("2030-12-31T23:00:00Z")
    assert other.call("GET", "/me").status_code == 200
    caller.emulator.clock("2031-01-01T00:00:00Z")
    assert other.call("GET", "/me").status_code == 401
    caller.emulator.clock(None)
    assert other.call("GET", "/me").status_code == 200


def test_an_organization_that_is_not_ours(caller: Caller) -> None:
    """403 for another's, 404 for none; its own login sees it alone."""
    ours = caller.call("GET", "/me").json()["results"]["user_id"]
    message = f"User {ours} is not a member of organization 1002."
    assert said(caller.call("GET", "/organizations/1002/service-accounts")) == (403, message)
    missing = caller.call("GET", "/organizations/7/service-accounts")
    assert said(missing) == (404, "Organization 7 not found.")
    (login,) = [row for row in caller.emulator.state()["accounts"] if row["organization"] == 1002]
    other = Caller(caller.emulator, login["username"], login["secret"])
    assert list(other.call("GET", "/me").json()["results"]["projects"]) == ["3001"]
    assert len(other.call("GET", "/organizations/1002/service-accounts").json()["results"]) == 1


@pytest.mark.parametrize(
    ("method", "path", "error"),
    [
        ("GET", "/nowhere", (404, "Not found.")),
        ("GET", f"{ACCOUNTS}/none", (404, "Not found.")),
        ("GET", f"{ACCOUNTS}/{'9' * 5000}", (404, "Not found.")),
        ("GET", f"{ACCOUNTS}/9223372036854775808", (404, "Not found.")),
        ("GET", f"{ACCOUNTS}/5", (404, "Service account 5 not found.")),
        ("PUT", ACCOUNTS, (405, "Method not allowed.")),
        ("OPTIONS", ACCOUNTS, (405, "Method not allowed.")),
    ],
)
def test_a_wrong_path_or_method(
    caller: Caller, method: str, path: str, error: tuple[int, str]
) -> None:
    """JSON in the vendor's shape, as everywhere."""
    assert said(caller.call(method, path)) == error


@pytest.mark.parametrize("header", ["", "Bearer x", "Basic", "Basic !", "Basic /w==", "Basic YQ=="])
def test_a_login_that_is_none(emulator: Emulator, header: str) -> None:
    """401, however broken the header is."""
    url = f"{emulator.base_url}/me"
    assert requests.get(url, headers={"Authorization": header}, timeout=10).status_code == 401


def test_no_default_role_sees_sensitive_data(caller: Caller) -> None:
    """Only the seeded custom role does, as at the vendor."""
    roles = ("owner", "admin", "analyst", "consumer", "data-steward")
    made = {
        caller.create(role, projects=[{"id": 2001, "role": role}])["id"]: role for role in roles
    }
    rows = caller.call("GET", "/projects/2001/service-accounts").json()["results"]
    seen = {made[row["id"]]: row["hasSensitiveAccess"] for row in rows if row["id"] in made}
    assert seen == {role: role == "data-steward" for role in roles}


def test_plain_credentials_under_basic_are_accepted(emulator: Emulator) -> None:
    """The vendor documents them beside base64; a wrong secret is refused in both forms."""
    url = f"{emulator.base_url}/me"
    for secret, status in ((emulator.secret, 200), ("wrong", 401)):
        header = {"Authorization": f"Basic {emulator.username}:{secret}"}
        assert requests.get(url, headers=header, timeout=10).status_code == status


def test_a_405_names_the_methods_that_are_allowed(caller: Caller) -> None:
    """On a route, and where only one of two ways to remove is understood."""
    assert caller.call("PUT", ACCOUNTS).headers["Allow"] == "GET, POST"
    refused = caller.call("DELETE", f"{ACCOUNTS}/remove-from-project", {"projects": []})
    assert (refused.status_code, refused.headers["Allow"]) == (405, "POST")


def test_creation_accepts_what_the_vendor_s_own_clients_send(caller: Caller) -> None:
    """An empty expiry and nulls mean not given; unknown keys are passed over."""
    empty = caller.create("bot", expires="", role=None, projects=None, description="x")
    assert empty["expires"] is None
    assert caller.create("bot", expires=None)["expires"] is None
    assert said(caller.call("POST", ACCOUNTS, {"username": "bot", "expires": "soon"}))[0] == 400


def test_adding_is_the_cross_product_and_atomic(caller: Caller) -> None:
    """All of it or, where one project is not ours, nothing."""
    ids = [caller.create(f"bot-{n}")["id"] for n in range(3)]
    projects = [{"id": 2001, "role": "analyst"}, {"id": 2002, "role": "admin"}]
    path = f"{ACCOUNTS}/add-to-project"
    bad = {"projects": [*projects, {"id": 3001, "role": "admin"}], "service_account_ids": ids}
    message = "Project 3001 is not in organization 1001."
    assert said(caller.call("POST", path, bad)) == (400, message)
    assert len(caller.emulator.state()["memberships"]) == 21
    good = {"projects": projects, "service_account_ids": ids}
    assert caller.call("POST", path, good).json() == {"status": "ok"}
    assert len(caller.emulator.state()["memberships"]) == 21 + 6


def test_removing_is_atomic(caller: Caller) -> None:
    """A stranger in the middle of a batch leaves everybody where they were."""
    one = caller.create("one", projects=[{"id": 2001, "role": "admin"}])["id"]
    two = caller.create("two")["id"]
    body = {"projects": [{"id": 2001, "service_account_ids": [one, two]}]}
    removed = caller.call("POST", f"{ACCOUNTS}/remove-from-project", body)
    assert said(removed) == (404, "Membership not found.")
    assert len(caller.emulator.state()["memberships"]) == 22


def test_a_create_with_a_wrong_project_makes_nothing(caller: Caller) -> None:
    """Neither the account nor its other memberships."""
    projects = [{"id": 2001, "role": "admin"}, {"id": 9, "role": "admin"}]
    response = caller.call("POST", ACCOUNTS, {"username": "bot", "projects": projects})
    assert said(response) == (400, "Project 9 is not in organization 1001.")
    assert {row["name"] for row in caller.emulator.state()["accounts"]} == {LOGIN}


def test_a_deleted_login_comes_back_with_a_reset(caller: Caller) -> None:
    """The same one, since programs hold its credentials."""
    own = next(
        row
        for row in caller.emulator.state()["accounts"]
        if row["username"] == caller.emulator.username
    )
    assert caller.call("DELETE", f"{ACCOUNTS}/{own['id']}").status_code == 200
    assert caller.call("GET", "/me").status_code == 401
    caller.emulator.reset()
    assert caller.call("GET", f"{ACCOUNTS}/{own['id']}").status_code == 200


def test_a_deleted_login_comes_back_with_a_restart(tmp_path: Path) -> None:
    """Of the same organization, not the other one's."""
    with Emulator(db=tmp_path / "db") as emulator:
        caller, before = Caller(emulator), emulator.env
        caller.create("kept")
        (own,) = [
            row["id"]
            for row in emulator.state()["accounts"]
            if row["username"] == emulator.username
        ]
        caller.call("DELETE", f"{ACCOUNTS}/{own}")
    with Emulator(db=tmp_path / "db") as emulator:
        for name in ("MIXPANEL_ORGANIZATION_ID", "MIXPANEL_SERVICE_ACCOUNT_SECRET"):
            assert emulator.env[name] == before[name]
        names = {row["username"].partition(".")[0] for row in emulator.state()["accounts"]}
        assert names == {LOGIN, "kept"}


def test_many_projects_and_accounts(caller: Caller) -> None:
    """An organization of any size."""
    caller.emulator.reset(accounts=5000, projects=200)
    assert len(caller.call("GET", ACCOUNTS).json()["results"]) == 5001
    assert len(caller.call("GET", "/me").json()["results"]["projects"]) == 200
    assert caller.call("GET", "/projects/2200/service-accounts").status_code == 200


def test_calls_at_the_same_time(caller: Caller) -> None:
    """Each is answered for itself."""
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: caller.create(f"bot-{n}")["id"], range(60)))
    assert len(set(made)) == 60
    assert len(caller.emulator.state()["accounts"]) == 62


def test_a_call_over_the_rate_limit() -> None:
    """A 429 in the vendor's shape, with whole seconds to wait."""
    with Emulator(rate_limit="2/minute") as emulator:
        caller = Caller(emulator)
        answers = [caller.call("GET", "/me") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert said(answers[2]) == (429, "Rate limit exceeded.")
        assert 1 <= int(answers[2].headers["Retry-After"]) <= 60


def test_the_window_of_the_rate_limit_slides(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits as long as told is let through; what was refused does not count."""
    now = [100.0]
    monkeypatch.setattr("mixpanel_service_accounts.emulator.limit.monotonic", lambda: now[0])
    limit = RateLimit.parse("2/minute")
    assert limit.wait() == 0
    now[0] += 30
    assert (limit.wait(), limit.wait()) == (0, 30)
    now[0] += 29.5
    assert (limit.wait(), limit.wait()) == (1, 1)
    now[0] += 1
    assert (limit.wait(), limit.wait()) == (0, 30)


def test_a_file_that_is_something_else(tmp_path: Path) -> None:
    """It is left as it is."""
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but notes of somebody")
    path.chmod(0o644)
    with pytest.raises(ValueError, match="cannot be the emulator's file: file is not a database"):
        Emulator(db=path)
    assert path.stat().st_mode & 0o777 == 0o644


def test_the_secret_is_in_no_repr(emulator: Emulator) -> None:
    """Of the one thing that people print."""
    assert repr(emulator) == f"Emulator('{emulator.base_url}')"
