"""Reads in other threads report to the call that asked for them."""

from __future__ import annotations

from mixpanel_service_accounts.api.parallel import in_parallel
from mixpanel_service_accounts.resources.reporter import Reporter, announce, reporting_to


def test_a_wait_in_another_thread_is_reported_to_the_call() -> None:
    """Clients are shared between calls, so what a thread has to say goes by its context."""
    lines: list[str] = []

    def read(key: int) -> int:
        announce(f"reading {key}")
        return 2 * key

    with reporting_to(Reporter(announce=lines.append)):
        assert list(in_parallel(3, read, [1, 2, 3])) == [(1, 2), (2, 4), (3, 6)]
    announce("to nobody")
    assert sorted(lines) == ["reading 1", "reading 2", "reading 3"]
