"""Every fault and every switch, as it shows on the wire."""

from __future__ import annotations

import base64
import socket
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import requests
from tests.unit.test_emulator import ACCOUNTS, Caller, said

from mixpanel_service_accounts.emulator import Emulator
from mixpanel_service_accounts.emulator.disturbances import (
    _AFTERWARDS,
    _EDITS,
    _INSTEAD,
    _ON_THE_WIRE,
)
from mixpanel_service_accounts.emulator.faults import KINDS, SWITCHES

MEMBERS = "/projects/2001/service-accounts"
ADD = f"{ACCOUNTS}/add-to-project"
REMOVE = f"{ACCOUNTS}/remove-from-project"


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


def switch(caller: Caller, name: str, value: object) -> None:
    """Set a switch."""
    caller.emulator.faults([{"kind": "switch", "name": name, "value": value}])


def made(caller: Caller) -> int:
    """Count the accounts of the name that these tests ask for."""
    return sum(row["name"] == "bot" for row in caller.emulator.state()["accounts"])


@pytest.mark.parametrize(
    ("fault", "status", "start", "effect"),
    [
        ({"kind": "latency", "seconds": 0.01}, 201, '{"status":"ok"', 1),
        ({"kind": "rate-limit"}, 429, '{"error":"Rate limit exceeded."', 0),
        ({"kind": "500-before-effect"}, 500, '{"error":"Internal server error."', 0),
        ({"kind": "500-after-effect"}, 500, '{"error":"Internal server error."', 1),
        ({"kind": "html"}, 200, "<!DOCTYPE html>", 0),
        ({"kind": "html", "status": 502, "after": True}, 502, "<!DOCTYPE html>", 1),
        ({"kind": "empty"}, 200, "", 1),
        ({"kind": "wrong-type"}, 200, '["not"', 1),
        ({"kind": "empty-list"}, 200, '{"status":"ok","results":[]}', 1),
        ({"kind": "huge", "megabytes": 1}, 200, " " * 1024, 1),
        ({"kind": "forbidden"}, 403, '{"error":"You do not have permission', 0),
        ({"kind": "unauthorized"}, 401, '{"error":"Invalid service account credentials."', 0),
        ({"kind": "not-found"}, 404, '{"error":"Not found."', 0),
        ({"kind": "not-found", "form": "html"}, 404, "<!DOCTYPE html>", 0),
        ({"kind": "not-found", "form": "empty"}, 404, "", 0),
        ({"kind": "not-found", "form": "error-alone"}, 404, '{"error":"Not found."}', 0),
        ({"kind": "not-found", "form": "foreign"}, 404, '{"timestamp":0,"status":404,', 0),
        ({"kind": "redirect", "location": "/x", "status": 307}, 307, "", 0),
        ({"kind": "status-after-effect"}, 408, "", 1),
        ({"kind": "status-after-effect", "status": 418, "form": "json"}, 418, '{"error":"No."', 1),
        ({"kind": "status-after-effect", "status": 303, "location": "/x"}, 303, "", 1),
        ({"kind": "deep", "levels": 3}, 201, '{"deep":[[[]]],"status":"ok"', 1),
    ],
    ids=str,
)
def test_a_fault_that_answers(
    caller: Caller, fault: dict[str, Any], status: int, start: str, effect: int
) -> None:
    """With a status and a body, before or after the account was made."""
    caller.emulator.faults([{"method": "POST", "path": "accounts$", "times": 1, **fault}])
    assert caller.call("GET", ACCOUNTS).status_code == 200
    response = caller.call("POST", ACCOUNTS, {"username": "bot"})
    assert response.status_code == status
    assert response.text.startswith(start)
    assert made(caller) == effect
    assert caller.emulator.calls()[-1]["status"] == status
    assert caller.call("POST", ACCOUNTS, {"username": "later"}).status_code == 201


@pytest.mark.parametrize(
    ("kind", "effect"), [("cut-before-effect", 0), ("cut-after-effect", 1), ("truncated", 1)]
)
def test_a_fault_that_cuts_the_connection(caller: Caller, kind: str, effect: int) -> None:
    """The client sees no answer, or a part of one; a cut call has the status 0."""
    caller.emulator.faults([{"kind": kind, "method": "POST", "times": 1}])
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        caller.call("POST", ACCOUNTS, {"username": "bot"})
    assert made(caller) == effect
    (call,) = caller.emulator.calls()
    assert (call["method"], call["status"]) == ("POST", 0)
    assert caller.call("GET", "/me").status_code == 200


def test_interim_responses_and_a_cut_head_are_bytes_on_the_connection(caller: Caller) -> None:
    """No library shows them; the answer to a create follows the first, and has its effect."""
    place = {"method": "POST", "path": "accounts$"}
    caller.emulator.faults([{"kind": "interim", "status": 102, "count": 2, **place}])
    shown = sent_back(caller)
    assert shown.startswith(2 * b"HTTP/1.1 102 X\r\n\r\n" + b"HTTP/1.1 201 Created\r\n")
    assert (shown.endswith(b"}"), made(caller)) == (True, 1)
    caller.emulator.faults([{"kind": "cut-in-head", "bytes": 30, **place}])
    assert sent_back(caller) == b"HTTP/1.1 201 Created\r\ncontent-"
    assert [call["status"] for call in caller.emulator.calls()] == [201, 0]
    caller.emulator.faults([{"kind": "cut-in-head", "bytes": 10_000, **place}])
    assert sent_back(caller).count(b"\r\n\r\n") == 0
    assert made(caller) == 3


def sent_back(caller: Caller) -> bytes:
    """Ask for an account, and return every byte that comes back."""
    emulator = caller.emulator
    login = base64.b64encode(f"{emulator.username}:{emulator.secret}".encode()).decode()
    body = '{"username": "bot"}'
    address = urlsplit(emulator.base_url)
    with socket.create_connection((str(address.hostname), address.port or 0)) as connection:
        connection.sendall(
            f"POST {address.path}{ACCOUNTS} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            f"Authorization: Basic {login}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_half_of_a_character_is_written_as_json_allows(caller: Caller) -> None:
    """An escape that no other encoder writes."""
    caller.emulator.faults([{"kind": "changed", "results": {"creator_name": "\ud800"}}])
    assert b'"creator_name": "\\ud800"' in caller.call("GET", ACCOUNTS).content


@pytest.mark.parametrize(
    "value", ["3600", 7, "Wed, 30 Jun 2027 00:00:00 GMT", "99999999999", "soon"]
)
def test_a_retry_after_of_any_form(caller: Caller, value: object) -> None:
    """Seconds, a date, too many, nonsense."""
    caller.emulator.faults([{"kind": "rate-limit", "retry_after": value}])
    assert caller.call("GET", "/me").headers["Retry-After"] == str(value)


def test_a_retry_after_that_is_missing(caller: Caller) -> None:
    """The header is not there at all."""
    caller.emulator.faults([{"kind": "rate-limit", "retry_after": None}])
    assert "Retry-After" not in caller.call("GET", "/me").headers


def test_the_first_fault_that_fits_strikes(caller: Caller) -> None:
    """One that is used up lets the next one strike."""
    caller.emulator.faults([{"kind": "forbidden", "times": 1}, {"kind": "unauthorized"}])
    statuses = [caller.call("GET", "/me").status_code for _ in range(3)]
    assert statuses == [403, 401, 401]


def test_every_kind_does_something() -> None:
    """No kind is accepted and then forgotten."""
    elsewhere = {"latency", "unauthorized", "switch"}
    assert {*_INSTEAD, *_AFTERWARDS, *_EDITS, *_ON_THE_WIRE, *elsewhere} == set(KINDS)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"kind": "html", "pth": "x"}, "'pth' is none"),
        ({"kind": "html", "path": "("}, "is no regular expression"),
        ({"kind": "html", "times": "1"}, "times of a fault cannot be '1'"),
        ({"kind": "html", "times": True}, "times of a fault cannot be True"),
        ({"kind": "html", "after": 1}, "after of a fault cannot be 1"),
        ({"kind": "not-found", "form": "xml"}, "form of a fault cannot be 'xml'"),
        ({"kind": "redirect"}, "a redirect needs a location"),
        ({"kind": "switch", "name": "list-delay", "value": True}, "cannot be True"),
        ({"kind": "switch", "name": "list-delay"}, "cannot be None"),
        ({"kind": "switch", "name": "name-pattern", "value": "("}, "is no regular expression"),
        ("html", "a fault is an object"),
    ],
    ids=str,
)
def test_a_fault_that_is_none(caller: Caller, entry: dict[str, Any], message: str) -> None:
    """It is refused as a whole, and the list stays as it was."""
    caller.emulator.faults([{"kind": "forbidden"}])
    with pytest.raises(ValueError) as caught:
        caller.emulator.faults([{"kind": "html"}, entry])
    assert message in str(caught.value)
    assert caller.call("GET", "/me").status_code == 403


def create(caller: Caller, **more: object) -> requests.Response:
    """Ask for an account."""
    return caller.call("POST", ACCOUNTS, {"username": "bot", **more})


def twice(caller: Caller) -> int:
    """Ask for two accounts of one name."""
    create(caller)
    return create(caller).status_code


def listed(caller: Caller) -> dict[str, Any] | None:
    """Make an account and find it in the list."""
    number = caller.create(role="admin", expires="2031-01-01T00:00:00Z")["id"]
    rows = caller.call("GET", ACCOUNTS).json()["results"]
    return next((row for row in rows if row["id"] == number), None)


def got(caller: Caller) -> dict[str, Any]:
    """Make an account and get it."""
    number = caller.create()["id"]
    document: dict[str, Any] = caller.call("GET", f"{ACCOUNTS}/{number}").json()
    return document


def roles(caller: Caller, role: str = "analyst", again: str | None = None) -> list[str]:
    """Add an account to a project, perhaps again, and list its roles there."""
    number = caller.create(projects=[{"id": 2001, "role": role}])["id"]
    if again:
        added = {"projects": [{"id": 2001, "role": again}], "service_account_ids": [number]}
        caller.call("POST", ADD, added)
    rows = caller.call("GET", MEMBERS).json()["results"]
    return [row["role"] for row in rows if row["id"] == number]


def remove_stranger(caller: Caller, method: str = "POST") -> int:
    """Take an account out of a project where it is not."""
    number = caller.create()["id"]
    body = {"projects": [{"id": 2001, "service_account_ids": [number]}]}
    return caller.call(method, REMOVE, body).status_code


def with_team(caller: Caller) -> list[tuple[str, str]]:
    """Give an account a role of its own and a team's."""
    number = caller.create(projects=[{"id": 2001, "role": "analyst"}])["id"]
    caller.emulator.grant(number, 2001, "admin", "team")
    rows = caller.call("GET", MEMBERS).json()["results"]
    return [(row["target_type"], row["role"]) for row in rows if row["id"] == number]


def after_expiry(caller: Caller) -> tuple[bool, int]:
    """Let an account expire: is it listed, and what does its own route say."""
    number = caller.create(expires="2031-01-01T00:00:00Z")["id"]
    caller.emulator.clock("2031-06-01T00:00:00Z")
    rows = caller.call("GET", ACCOUNTS).json()["results"]
    status = caller.call("GET", f"{ACCOUNTS}/{number}").status_code
    return number in {row["id"] for row in rows}, status


def lists_until(caller: Caller, path: str) -> int:
    """Count the lists until a new account shows in them."""
    number = caller.create(projects=[{"id": 2001, "role": "admin"}])["id"]
    for count in range(1, 10):
        rows = caller.call("GET", path).json()["results"]
        if number in {row["id"] for row in rows}:
            return count
    return 0


def of_list(key: str) -> Callable[[Caller], object]:
    """Take one value out of a listed account."""
    return lambda caller: (listed(caller) or {}).get(key, "absent")


def me(caller: Caller) -> object:
    """Tell the organizations that `/me` names."""
    response = caller.call("GET", "/me")
    return list(response.json()["results"]["organizations"]) if response.ok else 404


def dated(caller: Caller) -> object:
    """Return the header Date of a response at a time that was set."""
    caller.emulator.clock("2031-06-01T00:00:00Z")
    return caller.call("GET", ACCOUNTS).headers.get("Date")


def page(caller: Caller) -> set[str]:
    """Tell the keys of a list."""
    return set(caller.call("GET", ACCOUNTS).json())


def pages(caller: Caller) -> list[list[int]]:
    """Read up to three pages of a list of four accounts; tell which of them are in each."""
    for _ in range(3):
        caller.create()
    rows = [row["id"] for row in caller.emulator.state()["accounts"] if row["organization"] == 1001]
    read: list[list[int]] = []
    path: str | None = ACCOUNTS
    while path is not None and len(read) < 3:
        document = caller.call("GET", path).json()
        read.append([rows.index(row["id"]) + 1 for row in document["results"]])
        cursor = document["pagination"]["next_cursor"]
        path = f"{ACCOUNTS}?cursor={quote(cursor, safe='')}" if cursor else None
    return read


def named(caller: Caller) -> str:
    """Make an account; tell its username less what the server adds."""
    body = {"username": "Data Export of the Warehouse"}
    username = caller.call("POST", ACCOUNTS, body).json()["results"]["username"]
    return str(username).rsplit(".", 2)[0]


def login_rows(caller: Caller) -> int:
    """Count the rows that a list has in the beginning."""
    return len(caller.call("GET", ACCOUNTS).json()["results"])


REFUSALS = ("400", "403", "404", "200")


def with_deleted_project(caller: Caller) -> Caller:
    """Delete project 2001; the switch under test stays as it is."""
    deleted = {"kind": "switch", "name": "deleted-projects", "value": [2001]}
    caller.emulator.faults([*caller.emulator._call("GET", "faults"), deleted])
    return caller


def deleted_list(caller: Caller) -> int:
    """List who is in the deleted project."""
    return with_deleted_project(caller).call("GET", MEMBERS).status_code


def deleted_removal(caller: Caller) -> int:
    """Remove an account from the deleted project."""
    body = {"projects": [{"id": 2001, "service_account_ids": [5001]}]}
    return (
        with_deleted_project(caller)
        .call("POST", f"{ACCOUNTS}/remove-from-project", body)
        .status_code
    )


def deleted_addition(caller: Caller) -> int:
    """Add an account to the deleted project."""
    number = create(caller).json()["results"]["id"]
    body = {"projects": [{"id": 2001, "role": "admin"}], "service_account_ids": [number]}
    return with_deleted_project(caller).call("POST", f"{ACCOUNTS}/add-to-project", body).status_code


def refused_login(caller: Caller) -> str:
    """Tell how a 401 begins."""
    return Caller(caller.emulator, "nobody").call("GET", "/me").text[:9]


SIDES: list[tuple[str, object, Callable[[Caller], object], object]] = [
    ("duplicate-name", "second", twice, 201),
    ("duplicate-name", "409", twice, 409),
    ("duplicate-name", "400", twice, 400),
    ("name-limit", 2, lambda c: create(c).status_code, 400),
    ("name-limit", 3, lambda c: create(c).status_code, 201),
    ("name-pattern", "[a-z]+", lambda c: create(c).status_code, 201),
    ("name-pattern", "[A-Z]+", lambda c: create(c).status_code, 400),
    ("owner", "accepted", lambda c: create(c, role="owner").status_code, 201),
    ("owner", "refused", lambda c: create(c, role="owner").status_code, 400),
    ("default-role", "custom", lambda c: create(c).ok and org_role(c), "custom"),
    ("default-role", None, lambda c: create(c).ok and org_role(c), None),
    ("org-role", "echoed", of_list("org_role"), "admin"),
    ("org-role", "absent", of_list("org_role"), "absent"),
    ("org-role", "spelled", of_list("org_role"), "Organization Admin"),
    ("role-spelling", "echoed", lambda c: roles(c, "Data Team"), ["Data Team"]),
    ("role-spelling", "spelled", lambda c: roles(c, "Data Team")[0][:7], "custom_"),
    ("role-spelling", "spelled", roles, ["analyst"]),
    ("add-again", "upsert", lambda c: roles(c, again="admin"), ["admin"]),
    ("add-again", "error", lambda c: roles(c, again="admin"), ["analyst"]),
    ("add-again", "ignored", lambda c: roles(c, again="admin"), ["analyst"]),
    ("remove-stranger", "404", remove_stranger, 404),
    ("remove-stranger", "400", remove_stranger, 400),
    ("remove-stranger", "200", remove_stranger, 200),
    ("remove-method", "POST", lambda c: remove_stranger(c, "DELETE"), 405),
    ("remove-method", "DELETE", remove_stranger, 405),
    ("remove-method", "DELETE", lambda c: remove_stranger(c, "DELETE"), 404),
    ("single-get", "enveloped", lambda c: set(got(c)), {"status", "results"}),
    ("single-get", "bare", lambda c: "username" in got(c), True),
    ("dates", "z", of_list("expires"), "2031-01-01T00:00:00Z"),
    ("dates", "micro", of_list("expires"), "2031-01-01T00:00:00.000000Z"),
    ("dates", "offset", of_list("expires"), "2031-01-01T00:00:00+00:00"),
    ("dates", "naive", of_list("expires"), "2031-01-01T00:00:00.000000"),
    ("dates", "mixed", of_list("expires"), "2031-01-01T00:00:00.000000"),
    ("list-delay", 0, lambda c: lists_until(c, ACCOUNTS), 1),
    ("list-delay", 2, lambda c: lists_until(c, ACCOUNTS), 3),
    ("membership-delay", 0, lambda c: lists_until(c, MEMBERS), 1),
    ("membership-delay", 2, lambda c: lists_until(c, MEMBERS), 3),
    ("expired", "listed", after_expiry, (True, 200)),
    ("expired", "vanishes", after_expiry, (False, 404)),
    ("expired", "404", after_expiry, (True, 404)),
    ("grants", "separate", with_team, [("individual", "analyst"), ("team", "admin")]),
    ("grants", "merged", with_team, [("individual", "admin")]),
    ("caller-listed", "yes", login_rows, 1),
    ("caller-listed", "no", login_rows, 0),
    ("creator", "present", lambda c: of_list("creator")(c) is None, False),
    ("creator", "null", of_list("creator"), None),
    ("last-used", "present", of_list("last_used"), None),
    ("last-used", "null", of_list("last_used"), None),
    ("last-used", "absent", of_list("last_used"), "absent"),
    ("unauthorized-body", "json", refused_login, '{"error":'),
    ("unauthorized-body", "html", refused_login, "<!DOCTYPE"),
    ("unauthorized-body", "empty", refused_login, ""),
    ("unauthorized-body", "text", refused_login, "Unauthori"),
    ("project-region", [2001], lambda c: c.call("GET", MEMBERS).status_code, 404),
    ("project-region", [2002], lambda c: c.call("GET", MEMBERS).status_code, 200),
    ("deleted-projects", [2001], deleted_list, 403),
    ("deleted-projects", None, lambda c: c.call("GET", MEMBERS).status_code, 200),
    ("deleted-project-list", "403", deleted_list, 403),
    ("deleted-project-list", "404", deleted_list, 404),
    *(("deleted-project-removal", side, deleted_removal, int(side)) for side in REFUSALS),
    *(("deleted-project-addition", side, deleted_addition, int(side)) for side in REFUSALS),
    ("pagination", None, page, {"status", "results"}),
    ("pagination", "next", page, {"status", "results", "next"}),
    ("pagination", "page", page, {"status", "results", "page"}),
    ("pagination", "has-more", page, {"status", "results", "has_more"}),
    ("pagination", "count", page, {"status", "results", "count"}),
    (
        "pagination",
        "link",
        lambda c: c.call("GET", ACCOUNTS).headers["Link"],
        '</more>; rel="next"',
    ),
    ("pagination", "last", lambda c: c.call("GET", ACCOUNTS).json()["count"], 1),
    ("pagination", "cursor", pages, [[1, 2], [3, 4]]),
    ("pagination", "doubled", pages, [[1, 2], [2, 3, 4]]),
    ("pagination", "slipped", pages, [[1, 2], [4]]),
    ("pagination", "cycle", pages, [[1, 2]] * 3),
    ("pagination", "endless", pages, [[1, 2], [3, 4], []]),
    ("page-size", 2, lambda c: c.call("GET", ACCOUNTS).status_code, 200),
    ("naming", "kept", named, "Data Export of the Warehouse"),
    ("naming", "lower", named, "data export of the warehouse"),
    ("naming", "slug", named, "data-export-of-the-warehouse"),
    ("naming", "cut", named, "Data Export of the W"),
    ("me", "one", me, ["1001"]),
    ("me", "two", me, ["1001", "1002"]),
    ("me", "none", me, []),
    ("me", "404", me, 404),
    ("date-header", "sent", dated, "Sun, 01 Jun 2031 00:00:00 GMT"),
    ("date-header", "absent", dated, None),
    ("trailing-slash", "off", lambda c: c.call("GET", f"{ACCOUNTS}/").status_code, 200),
    ("trailing-slash", "on", lambda c: c.call("GET", ACCOUNTS).status_code, 301),
    ("trailing-slash", "on", lambda c: c.call("GET", f"{ACCOUNTS}/").status_code, 200),
]


def org_role(caller: Caller) -> object:
    """Tell the role in the organization of the newest account."""
    return caller.call("GET", ACCOUNTS).json()["results"][-1]["org_role"]


@pytest.mark.parametrize(("name", "value", "seen", "expected"), SIDES)
def test_a_switch(
    caller: Caller, name: str, value: object, seen: Callable[[Caller], object], expected: object
) -> None:
    """What is seen on the wire under each side."""
    switch(caller, name, value)
    assert seen(caller) == expected


def test_every_side_of_every_switch_has_a_case() -> None:
    """Types stand for any value; the default of a limit or pattern is no limit."""
    unlimited = {("name-limit", "None"), ("name-pattern", "None"), ("project-region", "None")}
    sides = {
        (name, str(choice))
        for name, choices in SWITCHES.items()
        for choice in choices
        if not isinstance(choice, type)
    }
    tested = {(name, str(value)) for name, value, _, _ in SIDES}
    assert sides - tested - unlimited == {("default-role", "consumer")}


def test_last_used_is_set_by_a_login(caller: Caller) -> None:
    """Null until then."""
    account = caller.create(role="admin")
    other = Caller(caller.emulator, account["username"], account["token"])
    rows = other.call("GET", ACCOUNTS).json()["results"]
    (used,) = [row["last_used"] for row in rows if row["id"] == account["id"]]
    assert used is not None


def test_a_deletion_of_what_has_expired(caller: Caller) -> None:
    """What has expired and answers 404 cannot be deleted either."""
    account = caller.create(expires="2031-01-01T00:00:00Z")
    caller.emulator.clock("2031-06-01T00:00:00Z")
    switch(caller, "expired", "404")
    path = f"{ACCOUNTS}/{account['id']}"
    text = f"Service account {account['id']} not found."
    assert said(caller.call("DELETE", path)) == (404, text)
