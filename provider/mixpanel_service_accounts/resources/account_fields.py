"""Inputs and outputs that both kinds of account have in common."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Struct

from mixpanel_service_accounts.api.models import Place
from mixpanel_service_accounts.resources.fields import declared


class ProjectRole(Struct, frozen=True):
    """One entry of `projects`: a role in a project."""

    project_id: Annotated[int, declared("The project's number.", source="D")]
    role: Annotated[
        str,
        declared(
            "The role in the project: `admin`, `analyst`, `consumer`, or one of the "
            "organization's own.",
            source="D, S",
        ),
    ]


class Retiring(Struct, frozen=True):
    """An account that could not be deleted yet."""

    service_account_id: Annotated[int, declared("The account's number.", source="D")]
    username: Annotated[str | None, declared("Its login.", source="D")] = None


class Located(Struct, frozen=True, kw_only=True):
    """The inputs that say where a resource lives, and the place that they led to."""

    organization_id: Annotated[
        int | None,
        declared(
            "The organization's number. Default: the configuration's.",
            change="replaces",
            source="D",
            filled=True,
        ),
    ] = None
    region: Annotated[
        str | None,
        declared(
            "`us`, `eu` or `in`: which of Mixpanel's hosts. Default: the configuration's.",
            change="replaces",
            source="D",
        ),
    ] = None
    home: Annotated[
        Place | None,
        declared("Where the resource lives: `base_url` and `organization_id`.", recorded=True),
    ] = None


class AccountInputs(Located, frozen=True, kw_only=True):
    """The inputs that both kinds of account have."""

    name: Annotated[
        str,
        declared(
            "What the username begins with; the server adds a suffix. A change requires a new "
            "account.",
            change="replaces",
            source="D, R, T",
        ),
    ]
    role: Annotated[
        str | None,
        declared(
            "The role in the organization: `owner`, `admin`, `analyst`, `consumer`, or one of the "
            "organization's own (`bulk` only). Default: what "
            "the server assigns; an adopted or imported account keeps its own.",
            change="replaces",
            source="D",
            kept=True,
        ),
    ] = None
    projects: Annotated[
        list[ProjectRole] | None,
        declared(
            "The projects of the account and its roles there, created in the same call as the "
            "account. Only projects that are or were listed are touched (`bulk` only). Default: "
            "none.",
            change="in place",
            source="D",
        ),
    ] = None
    early_renewal_hours: Annotated[
        float | None,
        declared(
            "How many hours before the end of the validity the next account is created. Default: "
            "0. A change may make a renewal due.",
            change="in place",
        ),
    ] = None
    rotate_when_changed: Annotated[
        dict[str, str] | None,
        declared(
            "A map of strings; any change of it requires a new account. Default: none.",
            change="replaces",
        ),
    ] = None
    adopt: Annotated[
        int | None,
        declared(
            "The number of an existing account, which the first create adopts instead of creating "
            "one. Default: none.",
            change="first create",
        ),
    ] = None
    secret: Annotated[
        str | None,
        declared(
            "The login's secret. As an input: the secret of an account that was not created here, "
            "if you still have it.",
            change="in place",
            secret=True,
            source="D",
        ),
    ] = None


def own(inputs: AccountInputs, kind: type[AccountInputs]) -> dict[str, Any]:
    """Return what a state repeats of its inputs: all but the secret, which is an output there.

    Args:
        inputs: The inputs, or a state, which has them all.
        kind: The struct of the inputs.
    """
    return {key: getattr(inputs, key) for key in kind.__struct_fields__ if key != "secret"}
