"""Ids of rotating service accounts: what a state calls one, and what an import may say of it."""

from __future__ import annotations

import re

from msgspec import Struct

from mixpanel_service_accounts.api.errors import Refused

# Compiled when the first id is read: that takes longer than the rest of the module.
_ID = r"([1-9]\d{0,15})/rotating/([1-9]\d{0,15})"
_HOURS = r"(\d{1,6}(?:\.\d{1,6})?)"
_PERIODS = rf"/{_HOURS}/{_HOURS}(?:/{_HOURS})?"


class RotatingId(Struct, frozen=True):
    """An id, and the periods that only a program knows and an import may say beside it.

    Attributes:
        organization_id: The organization's number.
        first_account: The number of the first account.
        validity_period_hours: None if the id does not say it.
        overlap_hours: None if the id does not say it.
        early_renewal_hours: None if the id does not say it.
    """

    organization_id: int
    first_account: int
    validity_period_hours: float | None = None
    overlap_hours: float | None = None
    early_renewal_hours: float | None = None

    def __str__(self) -> str:
        return f"{self.organization_id}/rotating/{self.first_account}"


def parse_id(id_: str) -> RotatingId:
    """Parse an id, with or without periods.

    Raises:
        Refused: The text has another form.
    """
    match = re.fullmatch(f"{_ID}(?:{_PERIODS})?", id_, re.ASCII)
    if match is None:
        raise Refused(
            "The id of a rotating service account is organization/rotating/first service account, "
            "such as 1001/rotating/5001; an import may add validity_period_hours/overlap_hours, or "
            f"these and early_renewal_hours, such as 1001/rotating/5001/720/48; {id_!r} was given."
        )
    organization, account, *hours = match.groups()
    return RotatingId(
        int(organization), int(account), *(None if one is None else float(one) for one in hours)
    )


def first_account(id_: str) -> int:
    """Return the number of the first account in an id.

    Raises:
        Refused: The text has another form.
    """
    return parse_id(id_).first_account
