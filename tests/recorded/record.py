"""Record stacks of the version at hand: python -m tests.recorded.record VERSION [NAME…].

Needs `pulumi` and the project's environment first on PATH. A recording that was made is never made
again by a later version: it is what a stack of that version has in its state.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.engine.harness import Stack
from tests.recorded.recording import FOLDER, HOST, Recording, memberships_of

from mixpanel_service_accounts.api import Client, Credentials, Secret
from mixpanel_service_accounts.emulator import Emulator

START = "2027-01-01T00:00:00Z"
PROJECTS = '[{"project_id": 2001, "role": "analyst"}, {"project_id": 2002, "role": "consumer"}]'
ROLE = ('"analyst"', '"admin"')
ROTATING = """
RotatingServiceAccount("export", name="bot", role="consumer", validity_period_hours=2160,
                       early_renewal_hours=240, overlap_hours=168, projects=PROJECTS MORE)
""".replace("PROJECTS", PROJECTS)


@dataclass(frozen=True)
class Recipe:
    """How to come to a state.

    Attributes:
        program: The program; `<number>` and `<secret>` are those of an account made by hand,
            `<login>` and `<login_secret>` the provider's own, `<host>` the emulator's.
        changed: See Recording.
        lives: What follows the first up: each changes the program or the time, before another up.
        dialect: The emulator's.
        config: The stack's configuration, with the same placeholders.
        without: Variables that the environment does not have.
    """

    program: str
    changed: tuple[str, str] = ROLE
    lives: Sequence[Callable[[Life], None]] = ()
    dialect: str = "bulk"
    config: dict[str, str] = field(default_factory=dict)
    without: Sequence[str] = ()


@dataclass
class Life:
    """A stack that is being recorded.

    Attributes:
        emulator: Its organization.
        stack: The stack.
        program: Its program by now.
        now: The time by now.
    """

    emulator: Emulator
    stack: Stack
    program: str
    now: str = START


def until(now: str) -> Callable[[Life], None]:
    """Let time pass."""

    def act(life: Life) -> None:
        life.now = now

    return act


def change(old: str, new: str) -> Callable[[Life], None]:
    """Change the program."""

    def act(life: Life) -> None:
        assert old in life.program
        life.program = life.program.replace(old, new)

    return act


def refuse_deletions(life: Life) -> None:
    """Let the server refuse to delete accounts."""
    life.emulator.faults([{"kind": "forbidden", "method": "DELETE"}])
    change("'1'", "'2'")(life)


def refresh(life: Life) -> None:
    """Read everything, as an up does not."""
    life.stack.refresh()


ADOPTED = 'ServiceAccount("export", name="bot", adopt=<number>, secret="<secret>" MORE)'
MEMBERS = """
account = ServiceAccount("export", name="bot" OPTS)
ProjectMembership("web", service_account=account, project_id=2001, role="analyst" OPTS)
"""
EXPLICIT = """
login = Provider("login", organization_id=1001, base_url="<host>/api/app", username="<login>",
                 secret="<login_secret>", concurrency=8)
opts = pulumi.ResourceOptions(provider=login)
"""
RECIPES = {
    "account": Recipe(
        'ServiceAccount("export", name="bot")',
        ('"bot"', f'"bot", projects={PROJECTS}'),
    ),
    "account-with-projects": Recipe(
        'ServiceAccount("export", name="bot", role="consumer", expires="2028-06-30T00:00:00Z",\n'
        f"               projects={PROJECTS})"
    ),
    "account-adopted": Recipe(ADOPTED.replace("MORE", f", projects={PROJECTS}")),
    "account-adopted-without-secret": Recipe(
        'ServiceAccount("export", name="bot", adopt=<number>)',
        (", adopt=<number>)", f", adopt=<number>, projects={PROJECTS})"),
    ),
    "account-renewed": Recipe(
        'ServiceAccount("export", name="bot", validity_period_hours=720, early_renewal_hours=48,\n'
        f"               rotate_when_changed={{'ticket': 'OPS-12'}}, projects={PROJECTS})",
        lives=[until("2027-01-30T00:00:00Z")],
    ),
    "account-place-by-arguments": Recipe(
        'ServiceAccount("export", name="bot", organization_id=1001, region="eu",\n'
        f"               projects={PROJECTS})"
    ),
    "account-organization-by-login": Recipe(
        f'ServiceAccount("export", name="bot", projects={PROJECTS})',
        without=["MIXPANEL_ORGANIZATION_ID"],
    ),
    "account-configured-by-stack": Recipe(
        f'ServiceAccount("export", name="bot", projects={PROJECTS})',
        config={
            "mixpanel:organizationId": "1001",
            "mixpanel:baseUrl": "<host>/api/app",
            "mixpanel:username": "<login>",
            "mixpanel:secret": "secret:<login_secret>",
        },
        without=[
            "MIXPANEL_BASE_URL",
            "MIXPANEL_ORGANIZATION_ID",
            "MIXPANEL_SERVICE_ACCOUNT_USERNAME",
            "MIXPANEL_SERVICE_ACCOUNT_SECRET",
        ],
    ),
    "membership-of-account": Recipe(MEMBERS.replace(" OPTS", "")),
    "membership-by-number": Recipe(
        'account = ServiceAccount("export", name="bot")\n'
        'ProjectMembership("web", service_account_id=account.service_account_id,\n'
        '                  project_id=2001, role="analyst")',
    ),
    "nested": Recipe(
        MEMBERS.replace(" OPTS", ""),
        dialect="nested",
        config={"mixpanel:dialect": "nested"},
    ),
    "rotating": Recipe(ROTATING.replace("MORE", "")),
    "rotating-adopted": Recipe(ROTATING.replace("MORE", ', adopt=<number>, secret="<secret>"')),
    "rotating-in-overlap": Recipe(
        ROTATING.replace("MORE", ""), lives=[until("2027-03-25T00:00:00Z")]
    ),
    "rotating-retiring": Recipe(
        ROTATING.replace("MORE", ", rotate_when_changed={'n': '0'}"),
        lives=[change("'0'", "'1'"), refuse_deletions],
    ),
    "roles-read-back": Recipe(
        'ServiceAccount("other", name="other")\n'
        + MEMBERS.replace(" OPTS", "")
        + ROTATING.replace("export", "rotating").replace(
            "MORE", ", rotate_when_changed={'n': '0'}"
        ),
        lives=[change(*ROLE), change('"admin"', '"analyst"'), change("'0'", "'1'"), refresh],
    ),
    "explicit-provider": Recipe(
        EXPLICIT
        + MEMBERS.replace(" OPTS", ", opts=opts")
        + ROTATING.replace("export", "rotating").replace("MORE", ", opts=opts"),
        config={"mixpanel:totalTimeout": "170"},
    ),
}


def filled(text: str, values: dict[str, str]) -> str:
    """Replace the placeholders of a recipe."""
    for name, value in values.items():
        text = text.replace(f"<{name}>", value)
    return text


def without_paths(export: dict[str, Any]) -> dict[str, Any]:
    """Drop where on the recording machine each resource came from, and its salt."""
    deployment = export["deployment"]
    del deployment["secrets_providers"]
    for resource in deployment["resources"]:
        for key in ("sourcePosition", "stackTrace"):
            resource.pop(key, None)
    return export


def a_minute_later(now: str) -> str:
    """Return the time at which the recording is read: after all that is dated in it."""
    return now.removesuffix("00:00Z") + "01:00Z"


def record(recipe: Recipe) -> Recording:
    """Run a recipe, and record where it ends."""
    with tempfile.TemporaryDirectory() as made, Emulator(recipe.dialect) as emulator:
        folder = Path(made)
        emulator.clock(START)
        login = Credentials(username=emulator.username, secret=Secret(emulator.secret))
        client = Client(emulator.base_url, login, dialect=recipe.dialect)
        # The first of the accounts that are recorded, also where none is adopted: a stranger.
        by_hand = client.create_service_account(1001, "bot")
        host = emulator.base_url.removesuffix("/api/app")
        values = {
            "number": str(by_hand.account.id),
            "secret": by_hand.secret.reveal(),
            "login": emulator.username,
            "login_secret": emulator.secret,
            "host": host,
        }
        names = sorted(emulator.env.keys() - {"MIXPANEL_EMULATOR_TOKEN", *recipe.without})
        stack = Stack(folder / "stack", {name: emulator.env[name] for name in names})
        life = Life(emulator, stack, filled(recipe.program, values))
        config = {key: filled(value, values) for key, value in recipe.config.items()}
        draft = Recording(
            dialect=recipe.dialect,
            now=START,
            config=config,
            environment=names,
            program=[],
            changed=(filled(recipe.changed[0], values), filled(recipe.changed[1], values)),
            accounts=[],
            memberships=[],
            due={},
            steps={},
            memberships_after=[],
            accounts_left=[],
            export={},
        )
        draft.configure(stack)
        for act in [lambda _life: None, *recipe.lives]:
            act(life)
            replace(draft, now=life.now).move(emulator, stack)
            stack.write(life.program)
            stack.up()
        emulator.faults([])
        return without_secrets(live_on(draft, life), emulator)


def live_on(draft: Recording, life: Life) -> Recording:
    """Record the state, and what this version makes of it."""
    emulator, stack = life.emulator, life.stack
    export = json.loads(stack.run("stack", "export", "--show-secrets").stdout)
    held = replace(
        draft,
        now=a_minute_later(life.now),
        program=life.program.strip().splitlines(),
        accounts=emulator.state()["accounts"],
        memberships=memberships_of(emulator),
        export=without_paths(export),
    )
    held.move(emulator, stack)
    due = stack.steps()
    held.write_changed(stack)
    steps = stack.steps()
    stack.up()
    after = memberships_of(emulator)
    stack.destroy()
    left = [row["id"] for row in emulator.state()["accounts"]]
    return replace(held, due=due, steps=steps, memberships_after=after, accounts_left=left)


def without_secrets(recording: Recording, emulator: Emulator) -> Recording:
    """Replace the emulator's host, and secrets by others that are as made up and tell so."""
    host = emulator.base_url.removesuffix("/api/app")
    text = json.dumps(asdict(recording)).replace(host, HOST)
    for account in recording.accounts:
        text = text.replace(account["secret"], f"made-up-secret-of-{account['id']}")
    return Recording(**json.loads(text))


def main() -> None:
    """Record what is asked for, or everything."""
    version, *names = sys.argv[1:]
    for name in names or RECIPES:
        record(RECIPES[name]).save(FOLDER / version / name)
        print(f"recorded {version}/{name}")  # noqa: T201 (a tool's word)


if __name__ == "__main__":
    main()
