"""Lookups in real programs: plain and output forms, in preview and up, and their calls."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest
from tests.engine.harness import Stack
from tests.engine.test_faults import wait_for
from tests.unit.conftest import Reply, Seen, TinyServer
from tests.unit.conftest import serve as serve  # noqa: PLC0414 (a fixture)

from mixpanel_service_accounts.api import Client, Credentials, Grant, Secret
from mixpanel_service_accounts.emulator import Emulator

ACCOUNTS = "GET /organizations/1001/service-accounts"
OTHERS = "GET /organizations/1002/service-accounts"


def make(emulator: Emulator, *names: str) -> list[int]:
    """Make accounts by hand, each in project 2001."""
    login = Credentials(username=emulator.username, secret=Secret(emulator.secret))
    client = Client(emulator.base_url, login)
    grants = [Grant(project_id=2001, role="analyst")]
    made = [client.create_service_account(1001, name, projects=grants) for name in names]
    emulator.forget_calls()
    return [one.account.id for one in made]


def calls(emulator: Emulator) -> list[str]:
    """Tell the calls since the last time, and forget them."""
    found = [f"{call['method']} {call['path']}" for call in emulator.calls()]
    emulator.forget_calls()
    return [call.replace("/api/app", "") for call in found]


def test_plain_and_output_forms_share_one_list_in_preview_and_up(
    emulator: Emulator, stack: Stack
) -> None:
    """By id, username, name and pattern, and a project: a preview reads what an up reads."""
    number, _ = make(emulator, "bot", "other")
    username = next(row["username"] for row in emulator.state()["accounts"] if row["name"] == "bot")
    stack.write(f"""
        bot = get_service_account(name="bot")
        same = get_service_account_output(username=pulumi.Output.from_input({username!r}))
        again = get_service_account_output(id={number})
        listed = get_service_accounts(name_pattern="o*")
        inside = get_project_service_accounts_output(2001)
        pulumi.export("bot", bot)
        pulumi.export("same", same.apply(lambda found: found == bot))
        pulumi.export("again", again.username)
        pulumi.export("listed", [one.name for one in listed])
        pulumi.export("inside", inside.apply(lambda rows: [[row.account.name, row.role] for row in rows]))
    """)  # fmt: skip
    stack.preview()
    assert sorted(calls(emulator)) == [ACCOUNTS, "GET /projects/2001/service-accounts"]
    stack.up()
    assert sorted(calls(emulator)) == [ACCOUNTS, "GET /projects/2001/service-accounts"]
    outputs = stack.outputs()
    assert outputs["bot"]["id"] == number
    assert (outputs["bot"]["username"], outputs["again"]) == (username, username)
    assert (outputs["same"], outputs["listed"]) == (True, ["other"])
    assert outputs["inside"] == [
        ["emulator-login", "admin"],
        ["bot", "analyst"],
        ["other", "analyst"],
    ]


OUTPUT_FORMS = """
    get_service_accounts()
    get_project_service_accounts(2001)
    bot = ServiceAccount("export", name="bot")
    web = ProjectMembership("web", service_account=bot, project_id=2001, role="analyst")
    found = get_service_account_output(username=bot.username)
    inside = get_project_service_accounts_output(web.project_id)
    pulumi.export("found", found.id)
    pulumi.export("id", bot.service_account_id)
    pulumi.export("inside", inside.apply(lambda rows: [row.account.name for row in rows]))
"""


def test_what_comes_from_a_resource_is_unknown_without_a_call_and_read_after_it(
    emulator: Emulator, stack: Stack
) -> None:
    """Also where the value itself is known; and an up does not answer from an older list."""
    stack.write(OUTPUT_FORMS)
    shown = stack.preview().line
    assert "found : [unknown]" in shown
    assert "inside: [unknown]" in shown
    assert calls(emulator) == [ACCOUNTS, "GET /projects/2001/service-accounts"]
    stack.up()
    outputs = stack.outputs()
    assert outputs["found"] == outputs["id"]
    assert outputs["inside"] == ["emulator-login", "bot"]
    calls(emulator)
    stack.preview("--expect-no-changes")
    assert len(calls(emulator)) == 4


def other_login(emulator: Emulator) -> tuple[str, str]:
    """Tell the login of the other seeded organization."""
    row = next(row for row in emulator.state()["accounts"] if row["organization"] == 1002)
    return row["username"], row["secret"]


def test_an_explicit_provider_answers_for_its_own_organization(
    emulator: Emulator, stack: Stack
) -> None:
    """In both forms; that its secret is one makes no secret of what it finds."""
    username, secret = other_login(emulator)
    stack.config("other:secret", secret, secret=True)
    stack.write(f"""
        place = dict(organization_id=1002, base_url={emulator.base_url!r}, username={username!r})
        plain = Provider("plain", secret={secret!r}, **place)
        waits = Provider("waits", secret=pulumi.Config("other").require_secret("secret"), **place)
        pulumi.export("here", [one.organization_id for one in get_service_accounts()])
        there = get_service_account(username={username!r}, provider=plain)
        pulumi.export("there", there.organization_id)
        names = get_service_accounts_output(provider=waits).apply(lambda found: [one.username for one in found])
        pulumi.export("names", names)
    """)  # fmt: skip
    stack.preview()
    # The same configuration in the end, so one list serves both providers.
    assert sorted(calls(emulator)) == [ACCOUNTS, OTHERS]
    stack.up()
    assert sorted(calls(emulator)) == [ACCOUNTS, OTHERS]
    # As they are in state: nothing is encrypted.
    assert stack.state()["deployment"]["resources"][0]["outputs"] == {
        "here": [1001],
        "there": 1002,
        "names": [username],
    }
    assert secret not in str(stack.state()) + "".join(stack.printed)


def test_a_plain_form_says_which_output_it_cannot_wait_for(
    emulator: Emulator, stack: Stack
) -> None:
    """Of its own arguments, and of its provider's."""
    stack.write('get_service_account(name=pulumi.Output.from_input("bot"))')
    assert (
        "error: get_service_account: its argument name is an output, which only the deployment tells. "
        "Use get_service_account_output, which waits for it."
    ) in stack.preview(fails=True).line
    stack.write("""
        emea = Provider("emea", username="bot", secret=pulumi.Output.secret("hidden"))
        get_service_accounts(provider=emea)
    """)
    assert (
        "error: get_service_accounts: its provider's argument secret is an output, which only the "
        "deployment tells. Use get_service_accounts_output, which waits for it."
    ) in stack.preview(fails=True).line
    stack.write("""
        bot = ServiceAccount("bot")
        get_service_accounts(provider=bot)
    """)
    assert (
        "error: get_service_accounts: provider must be a pulumi_mixpanel.Provider; a ServiceAccount was "
        "given."
    ) in stack.preview(fails=True).line
    assert emulator.calls() == []


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (
            'get_service_account(name="nobody"); pulumi.export("after", "not reached")',
            "error: get_service_account: no service account of organization 1001 at {url} has the name "
            "'nobody'; it has 1 in all.",
        ),
        (
            'get_service_account_output(name="nobody")',
            "error: get_service_account_output: no service account of organization 1001 at {url} has "
            "the name 'nobody'; it has 1 in all.",
        ),
        (
            'found = get_service_account_output(name="nobody"); ServiceAccount("new", name=found.name)',
            "error: get_service_account_output: no service account of organization 1001 at {url} has "
            "the name 'nobody'; it has 1 in all.",
        ),
        (
            'get_service_account_output(name=pulumi.Output.secret("hidden"))',
            "error: get_service_account_output: no service account of organization 1001 at {url} has "
            "the name '[secret]'; it has 1 in all.",
        ),
        (
            r"""get_service_account_output(name=pulumi.Output.secret("hidden\\'\"\u200b"))""",
            "error: get_service_account_output: no service account of organization 1001 at {url} has "
            "the name '[secret]'; it has 1 in all.",
        ),
        (
            "get_project_service_accounts_output(2999)",
            "error: get_project_service_accounts_output: project 2999 cannot be read, which does not "
            "mean that it is empty: GET /projects/2999/service-accounts answered 403: User 905001 is "
            "not a member of project 2999.",
        ),
    ],
)  # fmt: skip
def test_a_lookup_without_an_answer_fails_the_program(
    emulator: Emulator, stack: Stack, program: str, message: str
) -> None:
    """In one sentence, without a traceback, whether or not anything waits for it."""
    stack.write(program)
    shown = stack.up(fails=True)
    assert message.format(url=emulator.base_url) in shown.line
    assert "Traceback" not in shown.text
    assert "hidden" not in shown.text
    assert not any(call.startswith("POST") for call in calls(emulator))


@pytest.mark.parametrize("function", ["get_service_accounts", "get_service_accounts_output"])
def test_a_thread_that_knows_no_run_looks_nothing_up(
    emulator: Emulator, stack: Stack, function: str
) -> None:
    """It would not know the stack's configuration, and take its secret for one in clear."""
    stack.config("mixpanel:secret", emulator.secret, secret=True)
    stack.write(f"""
        from concurrent.futures import ThreadPoolExecutor
        with ThreadPoolExecutor(1) as pool:
            pool.submit({function}).result()""")
    shown = stack.preview(fails=True)
    assert (
        f"error: {function}: this thread does not know which run of a program it belongs to. Look up in "
        "the program's own thread; get_service_accounts_output there waits beside everything else."
    ) in shown.line
    assert "Traceback" not in shown.text
    assert calls(emulator) == []


def test_without_credentials_a_lookup_fails_the_preview_too(stack: Stack) -> None:
    """It calls there, as a resource does not."""
    stack.env = {}
    stack.write("get_service_accounts(organization_id=1001)")
    assert (
        "error: get_service_accounts: Mixpanel credentials are missing. Give a username and a secret, "
        "both in one of: pulumi_mixpanel.Provider(…, username=…, secret=…); the environment variables"
    ) in stack.preview(fails=True).line


def test_the_stack_s_configuration_counts_and_its_secret_must_be_one(
    emulator: Emulator, stack: Stack
) -> None:
    """The same resolver as the resources', read in the program."""
    stack.env = {}
    stack.config("mixpanel:baseUrl", emulator.base_url)
    stack.config("mixpanel:organizationId", "1001")
    stack.config("mixpanel:username", emulator.username)
    stack.config("mixpanel:secret", emulator.secret, secret=True)
    stack.write('pulumi.export("number", len(get_service_accounts()))')
    stack.up()
    assert stack.outputs() == {"number": 1}
    stack.config("mixpanel:secret", emulator.secret)
    assert (
        "error: get_service_accounts: mixpanel:secret stands in clear in the stack's configuration. Set "
        "it anew with: pulumi config set --secret mixpanel:secret;"
    ) in stack.preview(fails=True).line
    assert emulator.secret not in "".join(stack.printed)


def test_a_secret_argument_makes_a_secret_answer(emulator: Emulator, stack: Stack) -> None:
    """As with every function of Pulumi's."""
    (number,) = make(emulator, "bot")
    stack.write(f"""
        found = get_service_account_output(id=pulumi.Output.secret({number}))
        pulumi.export("username", found.username)
    """)
    assert "username: [secret]" in stack.up().line


def test_a_wait_is_told(emulator: Emulator, stack: Stack) -> None:
    """In the words of the resources."""
    emulator.faults([{"kind": "rate-limit", "retry_after": "3", "method": "GET", "times": 1}])
    stack.write("get_service_accounts_output()")
    path = "/organizations/1001/service-accounts"
    assert f"mixpanel: waiting 3 s before try 2 of GET {path}: GET {path} answered 429" in (
        stack.up().line
    )


def test_output_forms_wait_beside_one_another_and_beside_resources(
    emulator: Emulator, stack: Stack, serve: Callable[..., TinyServer]
) -> None:
    """Each of these answers comes only when the other is asked for and the account is made."""
    both = threading.Barrier(2, timeout=60)

    def answer(seen: Seen) -> Reply:
        both.wait()
        wait_for(lambda: any(call["method"] == "POST" for call in emulator.calls()))
        row = {"id": 1, "username": "bot", "created": "", "role": seen.path.split("/")[3]}
        return 200, {}, json.dumps({"status": "ok", "results": [row]}).encode()

    slow = serve(answer)
    stack.write(f"""
        slow = Provider("slow", organization_id=7, base_url={slow.url!r}, username="bot", secret="s")
        one = get_project_service_accounts_output(1, provider=slow)
        two = get_project_service_accounts_output(2, provider=slow)
        pulumi.export("roles", pulumi.Output.all(one, two).apply(lambda all: [rows[0].role for rows in all]))
        ServiceAccount("meanwhile")
    """)  # fmt: skip
    stack.up()
    assert stack.outputs() == {"roles": ["1", "2"]}


AUTOMATION = """
from pulumi import automation, export
from pulumi_mixpanel import get_service_accounts_output

def program():
    export("names", get_service_accounts_output().apply(lambda found: [one.name for one in found]))

stack = automation.create_or_select_stack("inline", project_name="inline", program=program)
for name in ("first", "second"):
    print(stack.up().outputs["names"].value)
    make(name)
"""


def test_two_runs_in_one_process_share_nothing(emulator: Emulator, stack: Stack) -> None:
    """An inline program of the Automation API, run twice."""
    helper = (
        "from mixpanel_service_accounts.api import Client, Credentials, Secret\n"
        f"login = Credentials(username={emulator.username!r}, secret=Secret({emulator.secret!r}))\n"
        f"client = Client({emulator.base_url!r}, login)\n"
        "make = lambda name: client.create_service_account(1001, name)\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", helper + AUTOMATION],
        cwd=stack.folder.parent,
        env=stack.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.splitlines() == ["['emulator-login']", "['emulator-login', 'first']"]
