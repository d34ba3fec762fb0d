"""The data sources: an account, the accounts of an organization, and those of a project."""

from __future__ import annotations

from mixpanel_service_accounts.resources.typed_lookups import (
    Accounts,
    Found,
    InProject,
    InProjectAccounts,
    OneOf,
    Pattern,
    look_up_account,
    look_up_accounts,
    look_up_project_accounts,
)
from terraform_mixpanel.data_sources import DataSource

SOURCES = (
    DataSource(
        "mixpanel_service_account",
        "A service account, by its number, its username or its name.",
        OneOf,
        Found,
        look_up_account,
    ),
    DataSource(
        "mixpanel_service_accounts",
        "The service accounts of an organization.",
        Pattern,
        Accounts,
        look_up_accounts,
    ),
    DataSource(
        "mixpanel_project_service_accounts",
        "The service accounts of a project, and how each came to be there.",
        InProject,
        InProjectAccounts,
        look_up_project_accounts,
    ),
)
