"""Random changes of every resource, planned and applied: Terraform never finds an inconsistency."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from tests.terraform.cli import Workspace
from tests.terraform.conftest import Today


def account(chance: random.Random) -> dict[str, Any]:
    """Return the arguments of an account."""
    given: dict[str, Any] = {"name": chance.choice(["a", "b"])}
    if chance.random() < 0.5:
        given["role"] = chance.choice(["consumer", "analyst"])
    if chance.random() < 0.5:
        given["projects"] = projects(chance)
    if chance.random() < 0.3:
        given["rotate_when_changed"] = {"of": keeper(chance)}
    if chance.random() < 0.2:
        given["organization_id"] = 1001
    dates = chance.random()
    if dates < 0.3:
        given["expires"] = chance.choice(["2030-01-01T00:00:00Z", "2030-01-01T02:00:00+02:00"])
    elif dates < 0.6:
        given["validity_period_hours"] = chance.choice([24, 36.5, 0.1 + 0.2])
        if chance.random() < 0.5:
            given["early_renewal_hours"] = chance.choice([0, 0.05])
    if chance.random() < 0.5:
        given["lifecycle"] = {"create_before_destroy": True}
    return given


def projects(chance: random.Random) -> list[dict[str, Any]]:
    """Return a list of projects and roles, which may be empty."""
    numbers = chance.sample([2001, 2002, 2003], chance.randint(0, 3))
    return [
        {"project_id": one, "role": chance.choice(["analyst", "admin"])} for one in sorted(numbers)
    ]


def rotating(chance: random.Random) -> dict[str, Any]:
    """Return the arguments of a rotating account."""
    given: dict[str, Any] = {
        "name": chance.choice(["c", "d"]),
        "validity_period_hours": chance.choice([48, 96.25]),
        "overlap_hours": chance.choice([6, 12]),
    }
    if chance.random() < 0.5:
        given["projects"] = projects(chance)
    if chance.random() < 0.3:
        given["role"] = chance.choice(["consumer", "analyst"])
    if chance.random() < 0.3:
        given["early_renewal_hours"] = 1
    if chance.random() < 0.3:
        given["rotate_when_changed"] = {"of": keeper(chance)}
    return given


def keeper(chance: random.Random) -> str:
    """Return a value that may be unknown until another resource is applied."""
    return chance.choice(["x", "y", "${terraform_data.it.output}"])


def membership(chance: random.Random) -> dict[str, Any]:
    """Return the arguments of a membership, of a project that no account lists."""
    return {
        "service_account_id": "${mixpanel_service_account.it.service_account_id}",
        "project_id": chance.choice([2004, 2005]),
        "role": chance.choice(["analyst", "admin"]),
    }


@pytest.mark.parametrize("seed", range(6))
def test_random_changes_are_planned_as_they_are_applied(
    real: Workspace, today: Today, seed: int
) -> None:
    """Each step plans, applies, and then finds nothing to do, while hours pass.

    Values are unknown while planning, accounts are replaced in both orders, and plans are applied
    at once or later.
    """
    chance = random.Random(seed)  # noqa: S311 (no secret)
    for _step in range(6):
        resources = {
            "mixpanel_service_account": {"it": account(chance)},
            "mixpanel_rotating_service_account": {"it": rotating(chance)},
            "terraform_data": {"it": {"input": chance.choice("uvw")}},
        }
        if chance.random() < 0.7:
            resources["mixpanel_project_membership"] = {"it": membership(chance)}
        (real.folder / "random.tf.json").write_text(json.dumps({"resource": resources}))
        options = chance.choice([(), (), ("-replace=mixpanel_service_account.it",)])
        if chance.random() < 0.5:
            real.apply("", *options)
        else:
            real.plan("", "-out=later", *options)
            today.passes(hours=chance.choice([0, 1, 30]))
            real.run("apply", "-no-color", "later")
            real.apply()  # what the plan did not show became due
        assert real.is_settled(), resources
        today.passes(hours=chance.choice([1, 7, 30]))
