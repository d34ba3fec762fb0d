"""The report's page in a real browser: by keyboard, with hostile names, without a request."""

from __future__ import annotations

import socket
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Dialog, Page

from mixpanel_service_accounts.api import (
    Account,
    Client,
    Credentials,
    Grant,
    Member,
    Project,
    Secret,
)
from mixpanel_service_accounts.api.clock import Clock
from mixpanel_service_accounts.cli.page import page_of, write_page
from mixpanel_service_accounts.emulator import Emulator
from mixpanel_service_accounts.report.document import make_report
from mixpanel_service_accounts.report.findings import Limits
from mixpanel_service_accounts.report.reading import Inventory, read_inventory

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc)
HOSTILE = "</script><img src=x onerror=alert(1)>"
ROLE = "<b onclick=alert(2)>{{policy}}</b>"


@dataclass
class Opened:
    """A page, and what it did that it should not."""

    page: Page
    requests: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)

    def dismiss(self, dialog: Dialog) -> None:
        """Note what a script says, and let the page go on."""
        self.alarms.append(dialog.message)
        dialog.dismiss()

    def texts(self, selector: str) -> list[str]:
        """Tell the texts of all elements that a selector finds."""
        return [text.strip() for text in self.page.locator(selector).all_inner_texts()]

    def names(self) -> list[str]:
        """Tell the accounts of the table, in its order."""
        return self.texts("#accounts tbody th > bdi")

    def focused(self) -> str:
        """Tell what has the focus: its text, or else its id."""
        script = "document.activeElement.innerText.trim() || document.activeElement.id"
        return str(self.page.evaluate(script))

    def tab_to(self, text: str) -> None:
        """Press Tab until something has the focus."""
        for _ in range(60):
            self.page.keyboard.press("Tab")
            if self.focused() == text:
                return
        pytest.fail(f"no way to {text!r} by keyboard")


Open = Callable[[Inventory], Opened]


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Write a report's page and open it, noting requests, dialogs and errors."""
    contexts = []

    def open_(inventory: Inventory) -> Opened:
        path = tmp_path / "report.html"
        write_page(path, make_report(inventory, Limits()))
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        contexts.append(context)
        opened = Opened(context.new_page())
        opened.page.on("request", lambda request: opened.requests.append(request.url))
        opened.page.on("dialog", opened.dismiss)
        opened.page.on("pageerror", lambda error: opened.alarms.append(str(error)))
        opened.page.on("console", lambda message: opened.alarms.append(message.text))
        opened.page.goto(path.as_uri())
        return opened

    yield open_
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def inventory() -> Inventory:
    """Seed an organization through the API, and read it."""
    with Emulator() as emulator:
        login = Credentials(username=emulator.username, secret=Secret(emulator.secret))
        client = Client(emulator.base_url, login, clock=Clock(now=lambda: NOW))
        emulator.clock("2026-06-01T00:00:00Z")
        for name, days, grants in (
            ("expired", -20, {2001: "analyst"}),
            ("soon", 9, {2001: "consumer", 2002: "admin"}),
            ("later", 200, {2003: ROLE}),
            (HOSTILE, 300, {2001: "analyst"}),
            ("for-ever", None, {}),
        ):
            made = client.create_service_account(
                1001,
                name,
                role="consumer",
                expires=None if days is None else NOW + timedelta(days=days),
                projects=[Grant(project_id=number, role=role) for number, role in grants.items()],
            )
            if name == "later":
                emulator.grant(made.account.id, 2001, "analyst", "team")
        emulator.clock(None)
        emulator.faults([{"kind": "forbidden", "path": "/projects/2004/"}])
        return read_inventory(client, 1001)


def test_it_sorts_by_the_keyboard_alone(show: Open, inventory: Inventory) -> None:
    """Each header is a button, says how it sorts, and turns round when pressed again."""
    opened = show(inventory)
    sorts = "[...document.querySelectorAll('#accounts th[aria-sort]')].map(th => th.ariaSort)"
    assert opened.page.evaluate(sorts) == ["none"] * 6 + ["descending"]
    opened.tab_to("Expires")
    opened.page.keyboard.press("Enter")
    assert opened.page.evaluate(sorts)[3] == "ascending"
    assert opened.names()[:4] == ["expired", "soon", "later", HOSTILE]
    assert opened.focused() == "Expires"
    opened.page.keyboard.press("Space")
    assert opened.page.evaluate(sorts)[3] == "descending"
    assert opened.names()[-4:] == [HOSTILE, "later", "soon", "expired"]
    opened.tab_to("Account") if opened.focused() == "Account" else opened.page.keyboard.press(
        "Shift+Tab"
    )
    assert opened.focused() == "Projects"
    opened.page.keyboard.press("Enter")
    assert opened.names() == ["for-ever", HOSTILE, "expired", "later", "soon", "emulator-login"]


def test_what_has_the_focus_is_seen(show: Open, inventory: Inventory) -> None:
    """An outline, on every stop of the way."""
    opened = show(inventory)
    stops = []
    for _ in range(17):
        opened.page.keyboard.press("Tab")
        style = opened.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        stops.append((opened.focused().splitlines()[-1:], style))
    assert {style for _, style in stops} == {"solid"}
    assert (["filter"], "solid") in stops
    assert (["Findings"], "solid") in stops


def test_it_filters_by_the_keyboard_alone(show: Open, inventory: Inventory) -> None:
    """Table, timeline and matrix follow; the number is told; one button goes back."""
    opened = show(inventory)
    opened.tab_to("filter")
    assert opened.page.evaluate("document.activeElement.labels[0].innerText") == "Filter"
    opened.page.keyboard.type("project 2002")
    assert set(opened.names()) == {"soon", "emulator-login"}
    assert opened.texts("#shown") == ["2 of 6 accounts"]
    assert opened.page.locator("#timeline .mark").count() == 1
    assert opened.page.locator("#matrix tbody tr").count() == 2
    opened.page.keyboard.press("Tab")
    assert opened.focused() == "Show all"
    opened.page.keyboard.press("Enter")
    assert len(opened.names()) == 6
    assert opened.focused() == "filter"
    for _ in range(7):
        opened.page.keyboard.press("Shift+Tab")
    opened.page.keyboard.press("Space")
    assert opened.page.evaluate("document.activeElement.ariaPressed") == "true"
    assert opened.names() == ["expired"]
    opened.page.keyboard.press("Tab")
    opened.page.keyboard.press("Enter")
    assert set(opened.names()) == {"expired", "soon"}


def test_the_matrix_shows_who_is_where_as_what(show: Open, inventory: Inventory) -> None:
    """A team's grant beside the account's own; an unreadable project is not an empty one."""
    opened = show(inventory)
    opened.page.fill("#filter", "later")
    assert opened.texts("#matrix thead th") == [
        "Account",
        "Project 2001",
        "Project 2003",
        "Project 2004",
    ]
    cells = [title or "" for title in opened.page.evaluate(
        "[...document.querySelectorAll('#matrix tbody td')].map(td => td.title || td.firstChild?.title)"
    )]  # fmt: skip
    assert cells == ["analyst, through a team", ROLE, "unreadable"]
    assert opened.page.locator("#matrix .cell.through").count() == 1
    assert opened.texts("#warnings")[0].splitlines() == [
        "1 project could not be read: nobody knows from here who is in it.",
        "Project 2004 (2004)",
    ]
    opened.page.fill("#filter", "soon")
    titles = "[...document.querySelectorAll('#matrix tbody abbr')].map(cell => cell.title)"
    assert opened.page.evaluate(titles) == ["consumer", "admin"]


def test_the_timeline_shows_when_accounts_end(show: Open, inventory: Inventory) -> None:
    """What has expired to the left of the day of the report, the rest in its order to the right."""
    opened = show(inventory)
    note = "1 expired · 1 within 30 days · 2 later · 2 never"
    assert opened.texts("#timeline-note") == [note]
    image = opened.page.locator("#timeline svg")
    assert image.get_attribute("aria-label") == f"Expiries over time: {note}"
    marks = opened.page.evaluate(
        "[...document.querySelectorAll('#timeline .mark')].map(mark => "
        "[mark.textContent.slice(12), Number(mark.getAttribute('cx')), mark.getAttribute('class')])"
    )
    day = float(opened.page.locator("#timeline .now").get_attribute("x1") or "nan")
    assert [name for name, _, _ in sorted(marks, key=lambda mark: mark[1])] == ["expired", "soon", "later", HOSTILE]  # fmt: skip
    assert [(name, x < day, kind) for name, x, kind in marks[:3]] == [
        ("expired", True, "mark past"),
        ("soon", False, "mark soon"),
        ("later", False, "mark"),
    ]


def test_a_hostile_name_is_text_and_no_request_leaves(show: Open, inventory: Inventory) -> None:
    """No script of a name runs, no element of one comes to be, and only the file itself is read."""
    opened = show(inventory)
    assert HOSTILE in opened.names()
    opened.page.fill("#filter", "onerror")
    assert opened.names() == [HOSTILE]
    assert opened.page.locator("img").count() == 0
    assert opened.page.locator("b").count() == 0
    assert opened.page.locator("script").count() == 2
    assert opened.alarms == []
    assert [url.rsplit("/", 1)[1] for url in opened.requests] == ["report.html"]


def test_the_policy_lets_nothing_else_run_or_leave(show: Open, inventory: Inventory) -> None:
    """Even if a name became an element, its script would not run and its picture not load."""
    opened = show(inventory)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0)
        opened.page.evaluate(
            """url => document.body.insertAdjacentHTML("beforeend",
            `<img src="${url}" onerror="alert(1)"><p style="color:red" onclick="alert(2)">x</p>`)""",
            f"http://127.0.0.1:{listening.getsockname()[1]}/x",
        )
        opened.page.locator("body > p").click()
        opened.page.wait_for_function("document.querySelector('img').complete")
        with pytest.raises(BlockingIOError):
            listening.accept()
    assert len(opened.alarms) >= 3
    assert all("Content Security Policy" in alarm for alarm in opened.alarms)


def test_light_and_dark_follow_the_reader(
    browser: Browser, inventory: Inventory, tmp_path: Path
) -> None:
    """And the text is well legible on its ground in both."""
    path = tmp_path / "report.html"
    write_page(path, make_report(inventory, Limits()))
    grounds = []
    for scheme in ("light", "dark"):
        with browser.new_context(color_scheme=scheme) as context:
            page = context.new_page()
            page.goto(path.as_uri())
            colours = page.evaluate(
                "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
            )
            ground, ink = (sum(map(int, colour[4:-1].split(","))) / 3 for colour in colours)
            grounds.append(ground)
            assert abs(ground - ink) > 150
    assert grounds[0] > 200
    assert grounds[1] < 60


def test_five_thousand_accounts_in_two_hundred_projects_stay_readable(show: Open) -> None:
    """The first rows are drawn, a button shows more, and the filter looks through all."""
    base = Account(
        id=1, username="", name="", created=NOW, expires=None, last_used=None, role="consumer"
    )
    accounts = tuple(
        replace(
            base,
            id=n,
            name=f"bot-{n}",
            username=f"bot-{n}.mp-service-account",
            expires=NOW + timedelta(days=n % 700 - 100),
        )
        for n in range(5000)
    )
    members = {
        number: tuple(
            Member(
                account=account,
                role="analyst",
                target_type="individual",
                has_sensitive_access=False,
            )
            for account in accounts[number % 7 :: 7]
        )
        for number in range(2001, 2201)
    }
    projects = {number: Project(id=number, name=f"Project {number}") for number in members}
    opened = show(
        Inventory(
            organization_id=1001,
            base_url="https://mixpanel.com/api/app",
            dialect="bulk",
            login="login",
            read_at=NOW,
            accounts=accounts,
            projects=projects,
            members=members,
            unreadable={},
        )
    )
    assert opened.texts("#shown") == ["5,000 accounts"]
    assert opened.page.locator("#accounts tbody tr").count() == 100
    assert opened.page.locator("#matrix tbody tr").count() == 50
    assert opened.texts("#more-accounts") == ["Show 100 more of 4,900"]
    opened.tab_to("Show 100 more of 4,900")
    opened.page.keyboard.press("Enter")
    assert opened.page.locator("#accounts tbody tr").count() == 200
    opened.page.fill("#filter", "bot-4999")
    assert opened.names() == ["bot-4999"]
    assert opened.page.locator("#matrix tbody td").count() == 29
    assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert opened.alarms == []


def test_the_file_is_its_owner_s_alone(inventory: Inventory, tmp_path: Path) -> None:
    """Also where one was there before, open to all."""
    path = tmp_path / "report.html"
    path.write_text("x")
    path.chmod(0o644)
    write_page(path, make_report(inventory, Limits()))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == page_of(make_report(inventory, Limits()))
