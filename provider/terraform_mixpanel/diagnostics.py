"""Diagnostics: what a call reports to the user, each on its attribute."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mixpanel_plugin_rpc.messages import Message, load
from mixpanel_service_accounts.api.errors import MixpanelError
from mixpanel_service_accounts.bugs import describe_bug
from mixpanel_service_accounts.resources.contract import Failure
from terraform_mixpanel.attributes import Attribute
from terraform_mixpanel.wire_values import is_map, is_struct

ERROR, WARNING = 1, 2


def error(summary: str, detail: str = "", attribute: Message = None) -> Message:
    """Return an error.

    Args:
        summary: What failed, in a few words.
        detail: What is wrong, what was given, what to do.
        attribute: The path of the attribute at fault.
    """
    return _diagnostic(ERROR, summary, detail, attribute)


def warning(line: str) -> Message:
    """Return a warning.

    The whole line is its summary: Terraform shows only the first of warnings whose summaries are
    equal, and so shows one line for equal warnings, and every line of different ones.
    """
    return _diagnostic(WARNING, line, "", None)


def _diagnostic(severity: int, summary: str, detail: str, attribute: Message) -> Message:
    message = load("tfplugin6").message("tfplugin6.Diagnostic")
    return message(severity=severity, summary=summary, detail=detail, attribute=attribute)


def failure(fault: Failure, attributes: Iterable[Attribute]) -> Message:
    """Return the error of one thing that is wrong with a configuration.

    Args:
        fault: What the core found.
        attributes: The resource's, among which the attribute at fault is looked for.
    """
    if not fault.property:
        return error("Invalid configuration", fault.reason)
    named = _named(fault.property, attributes)
    if named is None:
        return error(f"Invalid {fault.property}", fault.reason)
    attribute, rest = named
    return error(f"Invalid {attribute.name}{rest}", fault.reason, _path(attribute, rest))


def _named(property_: str, attributes: Iterable[Attribute]) -> tuple[Attribute, str] | None:
    """Return the attribute that a property begins with, and the rest of it."""
    key = re.split(r"[.\[]", property_, maxsplit=1)[0]
    given = [one for one in attributes if one.key == key and one.given]
    return (given[0], property_[len(key) :]) if given else None


def _path(attribute: Attribute, rest: str) -> Message:
    """Return the path to a property; it ends at a set, whose elements no path can name."""
    path = path_of(attribute.name)
    keys = re.findall(r"\[[\"']?([^\]\"']+)[\"']?\]|\.([^.\[]+)", rest)
    for quoted, dotted in keys:
        key = quoted or dotted
        if is_map(attribute.type):
            path.steps.add(element_key_string=key)
        elif is_struct(attribute.type):
            path.steps.add(attribute_name=key)
    return path


def path_of(name: str) -> Message:
    """Return the path of an attribute."""
    path = load("tfplugin6").message("tfplugin6.AttributePath")()
    path.steps.add(attribute_name=name)
    return path


def failed(doing: str, problem: BaseException) -> Message:
    """Return the error of an operation, without traceback; of a bug, without its text.

    Args:
        doing: What failed, such as `Cannot create`.
        problem: The error.
    """
    if isinstance(problem, MixpanelError):
        return error(doing, str(problem))
    return error(doing, f"This is {describe_bug(problem)}.")


def failed_call(response_class: Message, problem: BaseException) -> Message:
    """Return the response of a call that ended with an error nobody caught before."""
    response = response_class()
    found = failed("The provider failed", problem)
    if "diagnostics" in response_class.DESCRIPTOR.fields_by_name:
        response.diagnostics.append(found)
    return response


def has_errors(response: Message) -> bool:
    """Return whether a response has a diagnostic that is an error."""
    return any(one.severity == ERROR for one in response.diagnostics)
