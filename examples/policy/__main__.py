"""Rules for Mixpanel service accounts: an end, the least role, a purpose, protection.

Properties are never shown, for a secret may be among them: a violation says where, and the rule.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    PolicyConfigSchema,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
)

# Of the Python package, and of the native plugin: a pack that knows one alone lets the other pass.
PACKAGES = ("pulumi-python:dynamic/mixpanel:", "mixpanel:index:")
ACCOUNT = tuple(f"{package}ServiceAccount" for package in PACKAGES)
ROTATING = tuple(f"{package}RotatingServiceAccount" for package in PACKAGES)
MEMBERSHIP = tuple(f"{package}ProjectMembership" for package in PACKAGES)

FORBIDDEN = ("owner", "admin")


def expiry_required(args: ResourceValidationArgs, report: ReportViolation) -> None:
    """Every account ends; a rotating one always does."""
    if args.resource_type in ACCOUNT and not any(
        _given(args.props, key) for key in ("expires", "validity_period_hours")
    ):
        report("It never expires: give it validity_period_hours, or expires.")


def longest_validity(args: ResourceValidationArgs, report: ReportViolation) -> None:
    """No secret works for longer than the rules say."""
    if args.resource_type not in ACCOUNT + ROTATING:
        return
    longest = timedelta(hours=args.get_config()["hours"])
    works_for = _validity(args.props)
    if works_for is not None and works_for > longest:
        hours = longest // timedelta(hours=1)
        report(f"Its secret works for longer than {hours} hours: shorten its validity.")


def no_owner_or_admin(args: ResourceValidationArgs, report: ReportViolation) -> None:
    """No account is an owner or an admin, in the organization or in a project."""
    if args.resource_type not in ACCOUNT + ROTATING + MEMBERSHIP:
        return
    for place, role in _roles(args.props):
        for forbidden in FORBIDDEN:
            if role.strip().lower() == forbidden:
                report(f"{place} is {forbidden}: take a lesser one.")


def name_says_purpose(args: ResourceValidationArgs, report: ReportViolation) -> None:
    """The name follows a pattern, so that a list of accounts can be read."""
    pattern = args.get_config()["pattern"]
    named = args.resource_type in ACCOUNT + ROTATING
    if named and not re.fullmatch(pattern, args.props.get("name") or ""):
        report(f"Its name does not say its purpose: it has to match {pattern}.")


def protect_in_production(args: ResourceValidationArgs, report: ReportViolation) -> None:
    """An account of a production stack is not deleted by mistake."""
    stack = args.urn.split("::", 1)[0].rsplit(":", 1)[1]
    in_production = re.fullmatch(args.get_config()["stacks"], stack)
    if args.resource_type in ACCOUNT + ROTATING and in_production and not args.opts.protect:
        report("It is in production and not protected: give it ResourceOptions(protect=True).")


def _validity(props: Mapping[str, Any]) -> timedelta | None:
    """Tell for how long a secret works at most, seen from its beginning or from now."""
    if validity := _given(props, "validity_period_hours"):
        return timedelta(hours=validity + (_given(props, "overlap_hours") or 0))
    if not props.get("expires"):
        return None
    end = datetime.fromisoformat(props["expires"].replace("Z", "+00:00"))
    return end - datetime.now(timezone.utc)


def _given(props: Mapping[str, Any], key: str) -> Any:  # noqa: ANN401 (of any type)
    """Return an input, which the Python package spells with underscores and the plugin without."""
    head, *rest = key.split("_")
    return props.get(key) or props.get(head + "".join(part.title() for part in rest))


def _roles(props: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Tell every role, and where it stands."""
    if props.get("role"):
        yield "role", props["role"]
    for index, entry in enumerate(props.get("projects") or ()):
        yield f"projects[{index}].role", entry["role"]


PolicyPack(
    name="mixpanel",
    enforcement_level=EnforcementLevel.MANDATORY,
    policies=[
        ResourceValidationPolicy(
            name="expiry-required",
            description="A service account expires.",
            validate=expiry_required,
        ),
        ResourceValidationPolicy(
            name="longest-validity",
            description="A service account's secret works for a limited time.",
            validate=longest_validity,
            config_schema=PolicyConfigSchema({"hours": {"type": "number", "default": 8784}}),
        ),
        ResourceValidationPolicy(
            name="no-owner-or-admin",
            description="A service account has the least role.",
            validate=no_owner_or_admin,
        ),
        ResourceValidationPolicy(
            name="name-says-purpose",
            description="A service account's name says its purpose.",
            validate=name_says_purpose,
            config_schema=PolicyConfigSchema(
                {"pattern": {"type": "string", "default": "([a-z0-9]+-)+[a-z0-9]+"}}
            ),
        ),
        ResourceValidationPolicy(
            name="protect-in-production",
            description="A service account in production is protected.",
            validate=protect_in_production,
            config_schema=PolicyConfigSchema(
                {"stacks": {"type": "string", "default": "(.+[-_.])?prod(uction)?"}}
            ),
        ),
    ],
)
