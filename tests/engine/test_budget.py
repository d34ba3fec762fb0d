"""How many calls whole operations cost, counted by the emulator: the table of docs/performance.md."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.engine.harness import Stack

from mixpanel_service_accounts.api import Client, Credentials, Secret
from mixpanel_service_accounts.api.organization import Organization
from mixpanel_service_accounts.emulator import Emulator

A, P, M = 20, 20, 60

WITH_PROJECTS = f"""
    for number in range({A}):
        ServiceAccount(f"a{{number}}", projects=[
            {{"project_id": 2001 + (number * 3 + at) % {P}, "role": "analyst"}} for at in range(3)])
"""
MEMBERSHIPS = """
    for at in range(3):
        ProjectMembership(f"m{{number}}-{{at}}", {account}, role="analyst",
                          project_id=2001 + (number * 3 + at) % {projects}{opts})
"""
ACCOUNTS = """
opts = pulumi.ResourceOptions({opts})
for number in range({accounts}):
    bot = ServiceAccount(f"a{{number}}", opts=opts)
"""


def program(account: str = "service_account=bot", opts: str = "") -> str:
    """Write a program of accounts with a membership resource for each of three projects."""
    given = ", opts=opts" if opts else ""
    return ACCOUNTS.format(opts=opts, accounts=A) + MEMBERSHIPS.format(
        account=account, projects=P, opts=given
    )


def calls(emulator: Emulator) -> int:
    """Count the calls since the last count."""
    count = len(emulator.calls())
    emulator.forget_calls()
    return count


def most_under_way(emulator: Emulator, method: str) -> int:
    """Count the calls that were under way when the last one of the most came."""
    made = [call for call in emulator.calls() if call["method"] == method]
    spans: list[tuple[float, float]] = [
        (call["at"], call["at"] + call["milliseconds"] / 1000) for call in made
    ]
    return max(sum(start <= at < end for start, end in spans) for at, _ in spans)


def test_accounts_with_projects(emulator: Emulator, stack: Stack) -> None:
    """One list and one call an account; nothing without a change; one list for many reads."""
    stack.write(WITH_PROJECTS)
    stack.preview()
    assert calls(emulator) == 0
    stack.up()
    assert calls(emulator) == A + 1
    stack.preview("--expect-no-changes")
    stack.up("--expect-no-changes")
    assert calls(emulator) == 0
    stack.refresh()
    assert calls(emulator) <= 2 + P
    stack.destroy()
    assert calls(emulator) == A + 1


def test_accounts_with_membership_resources(emulator: Emulator, stack: Stack) -> None:
    """At most one call more for each; a destroy removes them in groups before the accounts."""
    stack.write(program())
    stack.up()
    assert calls(emulator) <= A + 1 + M
    stack.refresh()
    assert calls(emulator) <= 2 + P
    stack.destroy()
    assert calls(emulator) <= A + 2 + 0.7 * M


def test_under_a_rate_limit_memberships_go_out_together(stack: Stack) -> None:
    """What has to wait anyway takes company along."""
    with Emulator(rate_limit="20/second") as limited:
        stack.env = limited.env
        stack.write(program())
        stack.up()
        assert calls(limited) <= A + 1 + 0.7 * M


@pytest.mark.parametrize(
    ("opts", "parallel", "most"),
    [
        ("", "8", 0.7),
        ('provider=Provider("wide", concurrency=32)', "32", 0.3),
    ],
    ids=["four threads", "thirty-two"],
)
def test_memberships_alone_are_destroyed_together(
    stack: Stack, opts: str, parallel: str, most: float
) -> None:
    """A removal takes any set of memberships."""
    with Emulator(latency_ms=100) as slow:
        stack.env = slow.env
        stack.write(program("service_account_id=bot.service_account_id", opts))
        stack.up("--parallel", parallel)
        calls(slow)
        stack.write(ACCOUNTS.format(opts=opts, accounts=A))
        stack.up("--parallel", parallel)
        assert calls(slow) <= most * M


def test_calls_under_nested(nested_emulator: Emulator, make_stack: Callable[..., Stack]) -> None:
    """Nothing is batched there; a refresh reads the accounts once and each one's projects."""
    stack = make_stack(nested_emulator.env)
    stack.config("mixpanel:dialect", "nested")
    stack.write(program())
    stack.up()
    assert calls(nested_emulator) <= A + 1 + M
    stack.refresh()
    assert calls(nested_emulator) <= 2 + A
    stack.destroy()
    assert calls(nested_emulator) <= A + 2 + M


def test_a_stack_with_one_account_reads_that_account(emulator: Emulator, stack: Stack) -> None:
    """And not the whole organization."""
    emulator.reset(accounts=500)
    stack.write('ServiceAccount("export")')
    stack.up()
    calls(emulator)
    stack.refresh()
    (call,) = emulator.calls()
    assert call["path"].rsplit("/", 1)[1].isdigit()


def test_a_role_change_is_verified_from_one_list_a_project(
    emulator: Emulator, stack: Stack
) -> None:
    """At most an add for each and a list for each write that the list has to tell of."""
    stack.write(program())
    stack.up()
    calls(emulator)
    stack.write(program().replace("analyst", "admin"))
    stack.up()
    assert calls(emulator) <= 2 * M


@pytest.mark.parametrize(
    ("opts", "at_once"),
    [("", 4), ('provider=Provider("wide")', 16), ('provider=Provider("wide", concurrency=9)', 9)],
)
def test_the_pool_is_as_wide_as_asked_for(
    emulator: Emulator, stack: Stack, opts: str, at_once: int
) -> None:
    """Four threads by default, sixteen under an explicit provider, or what it says.

    A destroy asks for much before the provider is configured, and so before its pool is widened.
    The first calls stay until all the others that can be under way have long come.
    """
    stack.write(ACCOUNTS.format(opts=opts, accounts=A))
    for method, command in (("POST", stack.up), ("DELETE", stack.destroy)):
        emulator.faults([{"method": method, "kind": "latency", "seconds": 5, "times": at_once}])
        emulator.forget_calls()
        command("--parallel", "64")
        assert most_under_way(emulator, method) == at_once


STRANGER = """
    import threading
    from pulumi.dynamic import CreateResult, Resource, ResourceProvider

    class Theirs(ResourceProvider):
        def create(self, props):
            return CreateResult("1", {"workers": threading.current_thread()._args[0]()._max_workers})

    class Stranger(Resource):
        def __init__(self, name, opts):
            super().__init__(Theirs(), name, {"workers": None}, opts)

    bot = ServiceAccount("export", opts=pulumi.ResourceOptions(OPTS))
    stranger = Stranger("stranger", pulumi.ResourceOptions(depends_on=bot))
    pulumi.export("workers", stranger.workers)
"""


def test_an_explicit_provider_s_pool_is_its_own(stack: Stack) -> None:
    """The host of other people's dynamic resources stays as the SDK made it."""
    stack.write(STRANGER.replace("OPTS", 'provider=Provider("wide")'))
    stack.up()
    assert stack.outputs() == {"workers": 4}


def test_the_configuration_widens_the_pool_of_all(stack: Stack) -> None:
    """As its documentation says: one host serves every dynamic resource of a program."""
    stack.config("mixpanel:concurrency", "7")
    stack.write(STRANGER.replace("OPTS", ""))
    stack.up()
    assert stack.outputs() == {"workers": 7}


def size_of_reading(emulator: Emulator, there: int, held: int) -> int:
    """Let a process read some of an organization's accounts; tell the bytes that it keeps."""
    emulator.reset(accounts=there)
    login = Credentials(username=emulator.username, secret=Secret(emulator.secret))
    organization = Organization(Client(emulator.base_url, login), 1001)
    numbers = sorted(organization.reads.accounts())[-held:]
    organization.reads.forget_everything()
    emulator.forget_calls()
    tracemalloc.start()
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(organization.reads.account, numbers))
    size, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [account.id for account in found if account] == numbers
    return size


def test_a_part_of_a_large_organization_costs_one_list(emulator: Emulator) -> None:
    """And one account that was read alone; what is kept grows in proportion."""
    small = size_of_reading(emulator, 1000, 200)
    large = size_of_reading(emulator, 5000, 1000)
    paths = [call["path"].rsplit("/", 1)[1] for call in emulator.calls()]
    assert paths.count("service-accounts") == 1
    assert len(paths) == 2
    assert large < 6 * small


def test_no_command_looks_for_a_plugin(stack: Stack) -> None:
    """The engine would try to download one for a package of this name: seconds in every command."""
    stack.write('ServiceAccount("export")')
    looks = stack.run("preview", "-v=9", "--logtostderr").text
    assert "GetRequired" in looks
    assert "pulumi-resource-mixpanel" not in looks
