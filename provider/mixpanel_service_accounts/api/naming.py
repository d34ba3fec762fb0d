"""The forms that a server gives a name, and which of them belong to a name that was asked for."""

from __future__ import annotations

from mixpanel_service_accounts.api.models import Account, name_of


def plain_form(name: str) -> str:
    """Return the letters and digits of a name, case folded: what survives any normalisation."""
    return "".join(filter(str.isalnum, name.casefold()))


def forms_in(account: Account) -> tuple[str, ...]:
    """Return the names that an answer shows: its own word and the username less its suffix."""
    return tuple(dict.fromkeys((account.name, name_of(account.username))))


def has_name(account: Account, name: str) -> bool:
    """Return whether an account has exactly the name."""
    return account.name == name


def may_have_name(account: Account, name: str) -> bool:
    """Return whether an account's name is the name, or what a server makes of it.

    A server may fold the case, drop all but letters and digits, or cut the name short (grade ?).
    """
    return has_name(account, name) or any(_is_normalised(form, name) for form in forms_in(account))


def _is_normalised(form: str, name: str) -> bool:
    short, whole = plain_form(form), plain_form(name)
    return bool(short) and (
        whole.startswith(short) or _ascii(whole).startswith(_ascii(short) or " ")
    )


def _ascii(form: str) -> str:
    return "".join(filter(str.isascii, form))


def is_same_login(one: str, other: str) -> bool:
    """Compare two usernames; in doubt (case, white space) they are the same login."""
    return one.strip().casefold() == other.strip().casefold()
