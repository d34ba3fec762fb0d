"""What is found of an account, what is not, and what nobody knows: by the reader's clock."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from mixpanel_service_accounts.api import Account, Member, Project
from mixpanel_service_accounts.report.findings import FINDINGS, Entry, Limits, is_ruling, judge
from mixpanel_service_accounts.report.reading import Inventory

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc)
SECOND = timedelta(seconds=1)
ACCOUNT = Account(
    id=5003,
    username="bot.1a2b3c.mp-service-account",
    name="bot",
    created=NOW - timedelta(days=400),
    expires=NOW + timedelta(days=200),
    last_used=NOW - timedelta(days=1),
    role="consumer",
)


def entry(
    account: Account = ACCOUNT,
    rows: dict[int, list[Member]] | None = None,
    *,
    login: str = "login",
    unreadable: dict[int, str] | None = None,
    dialect: str = "bulk",
    managed: set[int] | None = None,
    listed: bool = True,
) -> Entry:
    """Judge one account, by default in the one project 2001, without a row there."""
    members = {2001: ()} if rows is None else {number: tuple(row) for number, row in rows.items()}
    numbers = [*members, *(unreadable or ())]
    inventory = Inventory(
        organization_id=1001,
        base_url="https://mixpanel.com/api/app",
        dialect=dialect,
        login=login,
        read_at=NOW,
        accounts=(account,) if listed else (),
        projects={number: Project(id=number, name="") for number in numbers},
        members=members,
        unreadable=unreadable or {},
    )
    limits = Limits(timedelta(days=30), timedelta(days=90), 2)
    (found,) = judge(inventory, limits, managed)
    return found


def row(role: str = "analyst", through: str = "individual", *, sensitive: bool = False) -> Member:
    """Make a row of a project's list."""
    return Member(account=ACCOUNT, role=role, target_type=through, has_sensitive_access=sensitive)


def test_an_account_in_order_has_no_finding() -> None:
    """And nothing is unknown."""
    found = entry(rows={2001: [row()]})
    assert (found.findings, found.unknown) == ((), ())


@pytest.mark.parametrize(
    ("expires", "findings"),
    [
        (None, ("no-expiry",)),
        (NOW, ("expired",)),
        (NOW - SECOND, ("expired",)),
        (NOW + SECOND, ("expiring",)),
        (NOW + timedelta(days=30), ("expiring",)),
        (NOW + timedelta(days=30) + SECOND, ()),
    ],
)
def test_an_expiry_is_none_past_near_or_far(
    expires: datetime | None, findings: tuple[str, ...]
) -> None:
    """To the second, by the reader's clock."""
    found = entry(replace(ACCOUNT, expires=expires))
    assert (found.findings, found.unknown) == (findings, ())


@pytest.mark.parametrize(
    ("last_used", "created", "findings"),
    [
        (NOW - timedelta(days=90), NOW - timedelta(days=400), ("unused",)),
        (NOW - timedelta(days=90) + SECOND, NOW - timedelta(days=400), ()),
        (None, NOW - timedelta(days=90), ("unused",)),
        (None, NOW - timedelta(days=90) + SECOND, ()),
        (NOW - timedelta(days=90), None, ("unused",)),
    ],
)
def test_unused_is_since_the_last_login_or_since_it_was_made(
    last_used: datetime | None, created: datetime | None, findings: tuple[str, ...]
) -> None:
    """A young account that was never used is no finding."""
    found = entry(replace(ACCOUNT, last_used=last_used, created=created))
    assert (found.findings, found.unknown) == (findings, ())


@pytest.mark.parametrize(
    ("change", "unknown"),
    [
        ({"expires": UNSET}, ("expired", "expiring", "no-expiry")),
        ({"last_used": UNSET}, ("unused",)),
        ({"last_used": None, "created": None}, ("unused",)),
        ({"role": UNSET}, ("admin",)),
    ],
)
def test_what_is_not_told_is_unknown_and_no_finding(
    change: dict[str, None], unknown: tuple[str, ...]
) -> None:
    """Unknown is neither yes nor no."""
    found = entry(replace(ACCOUNT, **change))
    assert (found.findings, found.unknown) == ((), unknown)


def test_an_account_that_is_young_is_not_unused_though_its_last_use_is_not_told() -> None:
    """What follows from what is told is known."""
    found = entry(replace(ACCOUNT, last_used=UNSET, created=NOW - timedelta(days=1)))
    assert (found.findings, found.unknown) == ((), ())


@pytest.mark.parametrize("role", ["admin", "owner", "Admin", "Organization Owner"])
def test_who_rules_in_the_organization_or_in_a_project(role: str) -> None:
    """In any spelling that says so, and by any kind of row."""
    assert entry(replace(ACCOUNT, role=role)).findings == ("admin",)
    assert entry(rows={2001: [row(role, "team")]}).findings == ("admin",)


@pytest.mark.parametrize("role", ["consumer", "administrative-assistant", "custom_17", "", None])
def test_who_does_not_rule(role: str | None) -> None:
    """A name that merely begins like a ruling one does not rule."""
    assert not is_ruling(role)


def test_more_projects_than_the_limit_are_many() -> None:
    """Several rows in one project count once."""
    two = {2001: [row(), row("consumer", "team")], 2002: [row()]}
    assert entry(rows=two).findings == ()
    assert entry(rows={**two, 2003: [row()]}).findings == ("many-projects",)


def test_sensitive_access_by_one_row_is_enough() -> None:
    """Whoever gave it."""
    rows = {2001: [row(), row(through="organization", sensitive=True)]}
    found = entry(rows=rows)
    assert found.findings == ("sensitive",)
    assert [one.through for one in found.access] == ["individual", "organization"]


def test_a_project_that_cannot_be_read_leaves_its_findings_unknown() -> None:
    """What was found in the others still is."""
    found = entry(rows={2001: [row()]}, unreadable={2002: "403"})
    assert (found.findings, found.unknown) == ((), ("admin", "sensitive", "many-projects"))
    found = entry(rows={2001: [row("admin")]}, unreadable={2002: "403"})
    assert (found.findings, found.unknown) == (("admin",), ("sensitive", "many-projects"))


def test_without_any_known_project_nobody_knows_where_an_account_reaches() -> None:
    """`/me` may be missing."""
    assert entry(rows={}).unknown == ("admin", "sensitive", "many-projects")


def test_nested_tells_neither_times_nor_roles_nor_sensitive_access() -> None:
    """But in which projects an account is, which it tells by account."""
    told = Account(id=5003, username="bot", name="bot", created=NOW - timedelta(days=400))
    found = entry(told, {}, dialect="nested")
    assert found.findings == ()
    assert set(found.unknown) == set(FINDINGS) - {"many-projects", "unmanaged"}
    found = entry(told, {2001: [Member(account=told, role="admin")]}, dialect="nested")
    assert (found.findings, "sensitive" in found.unknown) == (("admin",), True)


@pytest.mark.parametrize(
    ("managed", "findings"),
    [(None, ()), ({5003}, ()), ({5004}, ("unmanaged",)), (set(), ("unmanaged",))],
)
def test_unmanaged_is_said_only_where_stacks_are_known(
    managed: set[int] | None, findings: tuple[str, ...]
) -> None:
    """A stack without accounts manages none."""
    found = entry(managed=managed)
    assert (found.findings, found.unknown) == (findings, ())
    assert found.is_managed is (None if managed is None else 5003 in managed)


def test_an_account_that_only_a_project_shows_is_judged_too() -> None:
    """A list may leave out the caller, or what has expired."""
    found = entry(rows={2001: [row("admin")]}, listed=False)
    assert (found.account, found.findings) == (ACCOUNT, ("admin",))


def test_our_own_login_is_marked() -> None:
    """By its whole username."""
    assert entry(login=ACCOUNT.username).is_own_login
    assert not entry(login="bot").is_own_login
