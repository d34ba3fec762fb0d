"""Pictures of the report for the docs: a made-up organization, on a day that never changes.

Run it with `script/pictures`; it needs Chromium or Chrome.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

from msgspec import structs
from playwright.sync_api import sync_playwright

from mixpanel_service_accounts.api import Client, Credentials, Grant, Project, Secret
from mixpanel_service_accounts.api.clock import Clock
from mixpanel_service_accounts.api.instants import format_instant
from mixpanel_service_accounts.cli.page import write_page
from mixpanel_service_accounts.emulator import Emulator
from mixpanel_service_accounts.report.document import Report, make_report
from mixpanel_service_accounts.report.findings import Limits
from mixpanel_service_accounts.report.reading import Inventory, read_inventory

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=timezone.utc)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PROJECTS = (
    *("Web shop", "Web shop (staging)", "iOS app", "Android app", "Checkout", "Search", "Pricing"),
    *("Loyalty", "Support desk", "Newsletter", "Stores", "Warehouse", "Partner portal"),
    "Data platform",
)
MAKERS = ("dana@acme.example", "li.wei@acme.example", "noor@acme.example", "deploy@acme.example")
_BY_HAND, _THROUGH_OTHERS = 0.4, 0.2
TEAMS = (
    *("checkout", "search", "loyalty", "pricing", "support", "stores", "growth", "warehouse"),
    *("ios", "android"),
)
PURPOSES = ("export", "dashboard", "ci", "import", "alerts")


def client(emulator: Emulator, username: str = "", secret: str = "") -> Client:
    """Log in; the time of the reader is the picture's."""
    login = Credentials(
        username=username or emulator.username, secret=Secret(secret or emulator.secret)
    )
    return Client(emulator.base_url, login, clock=Clock(now=lambda: NOW))


def seed(emulator: Emulator) -> set[int]:
    """Make the accounts, each at its time, and say which of them a stack manages."""
    chance = random.Random(12)
    managed = set()
    for team in TEAMS:
        for purpose in chance.sample(PURPOSES, 4):
            by_hand = chance.random() < _BY_HAND
            account = add(emulator, f"{team}-{purpose}", chance, by_hand=by_hand)
            if not by_hand:
                managed.add(account)
            if chance.random() < _THROUGH_OTHERS:
                project = 2001 + chance.randrange(len(PROJECTS))
                kind = chance.choice(["team", "organization"])
                emulator.grant(account, project, "analyst", kind)
    return managed


def add(emulator: Emulator, name: str, chance: random.Random, *, by_hand: bool) -> int:
    """Make one account at a time in the past; most of them log in later.

    What was made by hand is older, reaches further, and often has no expiry.
    """
    made = NOW - timedelta(days=chance.randint(60, 520), minutes=chance.randint(0, 600))
    lives = chance.choice([0, 0, 240, 365, 400] if by_hand else [365, 540, 700])
    expires = made + timedelta(days=lives + chance.randint(0, 90)) if lives else None
    roles = ["admin", "analyst", "consumer"] if by_hand else ["analyst", "consumer", "consumer"]
    numbers = chance.sample(range(len(PROJECTS)), chance.randint(1, 8 if by_hand else 3))
    grants = [Grant(project_id=2001 + n, role=chance.choice(roles)) for n in numbers]
    emulator.clock(format_instant(made))
    created = client(emulator).create_service_account(
        1001, name, role=chance.choice(roles), expires=expires, projects=grants
    )
    last = min(NOW, expires or NOW) - timedelta(days=sum(name.encode()) % 130, hours=1)
    if last > made:
        emulator.clock(format_instant(last))
        client(emulator, created.account.username, created.secret.reveal()).me()
    return created.account.id


def report_of(emulator: Emulator) -> Report:
    """Read the organization, with the names that its projects would have."""
    emulator.reset(projects=len(PROJECTS))
    managed = seed(emulator)
    emulator.clock(format_instant(NOW))
    emulator.faults([{"kind": "forbidden", "path": "/projects/2012/"}])
    inventory = read_inventory(client(emulator), 1001)
    return make_report(named(inventory), Limits(many_projects=6), managed)


def named(inventory: Inventory) -> Inventory:
    """Give the projects, the makers and the host names such as people have."""
    projects = {
        number: Project(id=number, name=name)
        for number, name in zip(sorted(inventory.projects), PROJECTS, strict=True)
    }
    accounts = tuple(
        structs.replace(account, creator_email=MAKERS[account.id % len(MAKERS)])
        for account in inventory.accounts
    )
    url = "https://eu.mixpanel.com/api/app"
    return replace(inventory, projects=projects, accounts=accounts, base_url=url)


def main() -> int:
    """Make the pictures."""
    browser_path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser_path is None:
        print("script/pictures needs Chromium: `apt-get install chromium`", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder, Emulator() as emulator:
        page = Path(folder) / "report.html"
        write_page(page, report_of(emulator))
        take(browser_path, page)
    return 0


def take(browser_path: str, page: Path) -> None:
    """Take the page in light and dark."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=QUIET)
        for scheme in ("light", "dark"):
            view = browser.new_page(
                color_scheme=scheme,
                viewport={"width": 1280, "height": 1000},
                device_scale_factor=1.25,
            )
            view.goto(page.as_uri())
            path = ROOT / "docs" / "pictures" / f"report-{scheme}.png"
            view.screenshot(path=path, full_page=True)
            print(path.relative_to(ROOT))
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
