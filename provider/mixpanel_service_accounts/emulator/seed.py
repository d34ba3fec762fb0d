"""What a fresh emulator holds: two organizations with projects, each with a login."""

from __future__ import annotations

from mixpanel_service_accounts.emulator.store import Store, user_of

ORGANIZATION = 1001
OTHER_ORGANIZATION = 1002
ORGANIZATIONS = {ORGANIZATION: "Emulated Organization", OTHER_ORGANIZATION: "Other Organization"}
SENSITIVE_ROLE = "data-steward"
"""The custom role with access to sensitive data; no default role has that access."""
_FIRST_PROJECT = 2001
_OTHER_PROJECT = 3001
_MOST_PROJECTS = _OTHER_PROJECT - _FIRST_PROJECT
_MOST_ACCOUNTS = 100_000


def open_up(store: Store, now: str) -> None:
    """Fill a new store; in one that was there before, only a login that is missing comes back."""
    with store.changing():
        if not store.projects():
            _add_projects(store, 20)
        _add_logins(store, now)


def start_over(store: Store, now: str, *, accounts: int = 0, projects: int = 20) -> None:
    """Empty a store and fill it again, with the same logins and more accounts.

    Raises:
        ValueError: A number is negative, or there are too many of something.
    """
    if not 0 <= accounts <= _MOST_ACCOUNTS or not 1 <= projects <= _MOST_PROJECTS:
        raise ValueError(f"accounts are 0 to {_MOST_ACCOUNTS}, projects 1 to {_MOST_PROJECTS}")
    with store.changing():
        store.clear()
        _add_projects(store, projects)
        _add_logins(store, now)
        login = store.login(ORGANIZATION)
        for number in range(accounts):
            store.add_account(
                organization=ORGANIZATION,
                name=f"seeded-{number:05}",
                role="consumer",
                created=now,
                creator=login and user_of(login["id"]),
            )


def _add_projects(store: Store, number: int) -> None:
    store.add_projects(ORGANIZATION, range(_FIRST_PROJECT, _FIRST_PROJECT + number))
    store.add_projects(OTHER_ORGANIZATION, [_OTHER_PROJECT])


def _add_logins(store: Store, now: str) -> None:
    for organization in ORGANIZATIONS:
        if store.login(organization) is None:
            login = store.add_login(organization, now)
            for project in store.projects(organization):
                store.put_grant(login["id"], project, "admin")
