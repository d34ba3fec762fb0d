"""Accounts that one process created; they are never mistaken for what a lost response left."""

from __future__ import annotations

import threading
from collections import defaultdict

from mixpanel_service_accounts.api.naming import plain_form


class CreatedHere:
    """Accounts created by this process, on every host."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: set[tuple[int, int]] = set()
        self._forms: set[tuple[int, str, str]] = set()
        self._names: defaultdict[tuple[int, str], threading.Lock] = defaultdict(threading.Lock)

    def add(self, organization_id: int, service_account_id: int) -> None:
        """Note an account."""
        with self._lock:
            self._made.add((organization_id, service_account_id))

    def has(self, organization_id: int, service_account_id: int) -> bool:
        """Return whether this process made an account."""
        with self._lock:
            return (organization_id, service_account_id) in self._made

    def one_by_one(self, organization_id: int, name: str) -> threading.Lock:
        """Return the lock of all creates whose names a server may make equal."""
        with self._lock:
            return self._names[organization_id, plain_form(name)]

    def add_form(self, organization_id: int, name: str, form: str) -> None:
        """Note what the server made of a name."""
        with self._lock:
            self._forms.add((organization_id, name, form))

    def has_form(self, organization_id: int, name: str, form: str) -> bool:
        """Return whether this process saw the server make this form of the name."""
        with self._lock:
            return (organization_id, name, form) in self._forms
