"""The resources of the provider."""

from __future__ import annotations

from mixpanel_service_accounts.resources.kinds import RESOURCES
from terraform_mixpanel.attributes import kind_of

KINDS = tuple(kind_of(rules, description) for rules, description in RESOURCES)
