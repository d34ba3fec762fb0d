"""The example policy pack holds resources of the native plugin to the same rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.engine.test_examples_policy import SOON, pack, violations
from tests.native.attached import FunctionStack
from tests.native.monitor import Program

from mixpanel_service_accounts.emulator import Emulator

__all__ = ["pack"]

GOOD: list[tuple[str, str, dict[str, Any]]] = [
    ("ServiceAccount", "fine", {"name": "growth-export", "validityPeriodHours": 2160}),
    (
        "RotatingServiceAccount",
        "turning",
        {"name": "growth-ci", "validityPeriodHours": 2160, "overlapHours": 168},
    ),
]


def test_every_rule_finds_what_breaks_it(
    live: FunctionStack, pack: Path, emulator: Emulator
) -> None:
    """All violations at once, before a call; what keeps the rules passes."""
    live.path_first = str(pack / "bin")
    owner = [{"projectId": 2001, "role": "analyst"}, {"projectId": 2002, "role": "Owner"}]

    def breaking(program: Program) -> None:
        bot = program.add("ServiceAccount", "no-end", {"name": "growth-export"})
        far = {"name": "growth-ci", "expires": "2099-01-01T00:00:00Z"}
        program.add("ServiceAccount", "too-long", far)
        admin = {"name": "growth-all", "role": "admin", "expires": SOON, "projects": owner}
        program.add("ServiceAccount", "admin", admin)
        program.add("ServiceAccount", "nameless", {"name": "Bob's test", "expires": SOON})
        turning = {"name": "growth-sync", "validityPeriodHours": 8760, "overlapHours": 336}
        program.add("RotatingServiceAccount", "turning", turning)
        member = {"serviceAccountId": bot["serviceAccountId"], "projectId": 2003, "role": "owner"}
        program.add("ProjectMembership", "member", member)

    live.program = breaking
    longest = "Its secret works for longer than 8784 hours: shorten its validity."
    found = violations(live.run("preview", "--policy-pack", str(pack), fails=True))
    assert found == {
        (
            "expiry-required",
            "no-end",
            "It never expires: give it validity_period_hours, or expires.",
        ),
        ("longest-validity", "too-long", longest),
        ("longest-validity", "turning", longest),
        ("no-owner-or-admin", "admin", "role is admin: take a lesser one."),
        ("no-owner-or-admin", "admin", "projects[1].role is owner: take a lesser one."),
        ("no-owner-or-admin", "member", "role is owner: take a lesser one."),
        (
            "name-says-purpose",
            "nameless",
            "Its name does not say its purpose: it has to match ([a-z0-9]+-)+[a-z0-9]+.",
        ),
    }
    assert emulator.calls() == []

    live.program = lambda program: program.add_all(GOOD)
    live.up("--policy-pack", str(pack))
    rules = live.folder / "rules.json"
    rules.write_text(json.dumps({"protect-in-production": {"stacks": "dev"}}))
    settings = ("--policy-pack", str(pack), "--policy-pack-config", str(rules))
    protect = "It is in production and not protected: give it ResourceOptions(protect=True)."
    assert violations(live.run("preview", *settings, fails=True)) == {
        ("protect-in-production", "fine", protect),
        ("protect-in-production", "turning", protect),
    }
