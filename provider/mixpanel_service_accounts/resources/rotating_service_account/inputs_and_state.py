"""The inputs of a rotating service account, and what is stored of it."""

from __future__ import annotations

from typing import Annotated

from mixpanel_service_accounts.resources.account_fields import (
    AccountInputs,
    ProjectRole,
    Retiring,
)
from mixpanel_service_accounts.resources.fields import declared


class Inputs(AccountInputs, frozen=True, kw_only=True):
    """The inputs of a rotating service account."""

    name: Annotated[
        str,
        declared(
            "What the usernames begin with; the server adds a suffix.",
            change="rotates",
            source="D, R, T",
        ),
    ]
    role: Annotated[
        str | None,
        declared(
            "The role in the organization: `owner`, `admin`, `analyst`, `consumer`, or one of the "
            "organization's own. Default: what the server assigns; an adopted or imported account "
            "keeps its own until the next one is created.",
            change="rotates",
            source="D",
            kept=True,
        ),
    ] = None
    projects: Annotated[
        list[ProjectRole] | None,
        declared(
            "The projects of the current and the previous account and their roles there, created "
            "in the same call as each account. Only projects that are or were listed are touched. "
            "Default: none.",
            change="in place",
            source="D",
        ),
    ] = None
    rotate_when_changed: Annotated[
        dict[str, str] | None,
        declared("A map of strings; any change of it rotates. Default: none.", change="rotates"),
    ] = None
    validity_period_hours: Annotated[
        float | None,
        declared(
            "Hours from one account to the next, less `early_renewal_hours`. The server lets each "
            "account work `overlap_hours` longer, so that a rotation in the last hour leaves the "
            "whole overlap. A change may make a rotation due.",
            change="in place",
            required=True,
        ),
    ] = None
    overlap_hours: Annotated[
        float | None,
        declared(
            "Hours for which the previous account goes on working; less than the hours between "
            "two rotations. A shorter overlap counts for the previous account at once, a longer "
            "one may make a rotation due.",
            change="in place",
            required=True,
        ),
    ] = None
    rotated_at: Annotated[
        str | None, declared("When the current account was issued, UTC.", recorded=True)
    ] = None
    expires: Annotated[
        str | None,
        declared(
            "The instant from which on the server refuses the current account, UTC.",
            recorded=True,
            source="D",
        ),
    ] = None
    retires_at: Annotated[
        str | None,
        declared(
            "The instant from which on the previous account is due to be deleted, UTC.",
            recorded=True,
        ),
    ] = None


class State(Inputs, frozen=True, kw_only=True):
    """A rotating service account as it is stored: flat, for the keys are public outputs."""

    service_account_id: Annotated[
        int | None, declared("The current account's number.", source="D")
    ] = None
    username: Annotated[
        str | None, declared("The current login, with the server's suffix.", source="D, R, T")
    ] = None
    created: Annotated[
        str | None, declared("When the current account was created, UTC.", source="D")
    ] = None
    adopted: Annotated[
        bool | None, declared("Whether the current account existed before, and was adopted.")
    ] = None
    granted_roles: Annotated[
        dict[str, str] | None,
        declared(
            "The server's own words for the roles in `projects`, if they were read back, by the "
            "project's number."
        ),
    ] = None
    next_rotation_at: Annotated[
        str | None, declared("The instant from which on the next rotation is due, UTC.")
    ] = None
    previous_service_account_id: Annotated[
        int | None, declared("The previous account's number, while it works.")
    ] = None
    previous_username: Annotated[str | None, declared("The previous login, while it works.")] = None
    previous_secret: Annotated[
        str | None, declared("The previous login's secret, while it works.", secret=True)
    ] = None
    previous_projects: Annotated[
        list[ProjectRole] | None, declared("The projects of the previous account.")
    ] = None
    previous_granted_roles: Annotated[
        dict[str, str] | None,
        declared("The server's own words for the roles in `previous_projects`."),
    ] = None
    retiring: Annotated[
        list[Retiring] | None,
        declared("Accounts that could not be deleted yet; each run tries again."),
    ] = None


ISSUED_ANEW = (
    "service_account_id",
    "username",
    "secret",
    "created",
    "adopted",
    "granted_roles",
    "previous_service_account_id",
    "previous_username",
    "previous_secret",
    "previous_projects",
    "previous_granted_roles",
    "retiring",
    "rotated_at",
    "expires",
    "retires_at",
    "next_rotation_at",
)
"""The outputs that a rotation alters."""
RETIRED = (
    "previous_service_account_id",
    "previous_username",
    "previous_secret",
    "previous_projects",
    "previous_granted_roles",
    "retires_at",
    "next_rotation_at",
)
"""The outputs that the retirement of the previous account alters."""
PERIODS = ("validity_period_hours", "early_renewal_hours", "overlap_hours")
"""The inputs that only a configuration knows; hours."""
