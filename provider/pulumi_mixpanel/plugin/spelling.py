"""The names of properties in messages, as a program spells them."""

from __future__ import annotations

import functools
import re

from msgspec import Struct

from mixpanel_service_accounts.resources.fields import fields_of
from pulumi_mixpanel.camel_case import camel_case
from pulumi_mixpanel.plugin.kinds import KINDS


def spelled(text: str) -> str:
    """Return a message of the rules with the names of a program: `rotateWhenChanged`."""
    return _names().sub(lambda match: camel_case(match[0]), text)


@functools.cache
def _names() -> re.Pattern[str]:
    """Return what matches a name of two words or more; one of a single word is the same in both."""
    structs: list[type[Struct]] = [
        one for kind in KINDS.values() for one in (kind.rules.Inputs, kind.rules.State)
    ]
    names = {name for struct in structs for name in fields_of(struct) if "_" in name}
    return re.compile(rf"\b(?:{'|'.join(sorted(names | {'project_id'}))})\b")
