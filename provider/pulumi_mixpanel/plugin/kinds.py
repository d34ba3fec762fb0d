"""The resources and functions of the plugin, by their tokens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from mixpanel_service_accounts.resources import typed_lookups
from mixpanel_service_accounts.resources.contract import Resource
from mixpanel_service_accounts.resources.kinds import RESOURCES
from pulumi_mixpanel.type_tokens import NATIVE_TOKEN

WITHOUT = ("adopt",)
"""Inputs that have no place here: an import adopts."""


class Kind(Struct, frozen=True):
    """A kind of resource.

    Attributes:
        rules: Its rules.
        description: What it is, in Markdown.
    """

    rules: Resource[Any, Any]
    description: str


class Lookup(Struct, frozen=True):
    """A function that looks something up.

    Attributes:
        description: What it finds, in Markdown.
        inputs: Its arguments.
        result: What it finds.
        look_up: Takes a session and the arguments, raw, and returns what is found.
    """

    description: str
    inputs: type[Struct]
    result: type[Struct]
    look_up: Callable[[Any, Mapping[str, Any]], Struct]


KINDS: Mapping[str, Kind] = {
    NATIVE_TOKEN.format(rules.KIND): Kind(rules, description) for rules, description in RESOURCES
}

LOOKUPS: Mapping[str, Lookup] = {
    "mixpanel:index:getServiceAccount": Lookup(
        "A service account, by its number, its username or its name.",
        typed_lookups.OneOf,
        typed_lookups.Found,
        typed_lookups.look_up_account,
    ),
    "mixpanel:index:getServiceAccounts": Lookup(
        "The service accounts of an organization.",
        typed_lookups.Pattern,
        typed_lookups.Accounts,
        typed_lookups.look_up_accounts,
    ),
    "mixpanel:index:getProjectServiceAccounts": Lookup(
        "The service accounts of a project, and how each came to be there.",
        typed_lookups.InProject,
        typed_lookups.InProjectAccounts,
        typed_lookups.look_up_project_accounts,
    ),
}
