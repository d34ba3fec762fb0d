"""What a user sees of an error, on the real engine: one sentence that helps, and state that stays."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.engine.harness import Stack

from mixpanel_service_accounts.api import Client, Credentials, Secret
from mixpanel_service_accounts.emulator import Emulator

ACCOUNT = 'ServiceAccount("export", name="bot")'
ACCOUNTS = "/organizations/1001/service-accounts"


def make_account(stack: Stack) -> None:
    """Make one account."""
    stack.write(ACCOUNT)
    stack.up()


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (
            'ServiceAccount("export", expires="2020-01-01T00:00:00Z")',
            "expires must lie ahead when an account is made: 2020-01-01T00:00:00Z has passed",
        ),
        (
            'ServiceAccount("export", expires="2030-01-01T00:00:00")',
            "expires must say its time zone, as in '2027-06-30T00:00:00Z' or "
            "'2027-06-30T02:00:00+02:00'; '2030-01-01T00:00:00' was given.",
        ),
        (
            'ServiceAccount("export", name="a:b")',
            "name must not contain a colon, because HTTP Basic ends a username at its first colon: the "
            "account could never log in; 'a:b' was given.",
        ),
        (
            'ProjectMembership("web", service_account_id=5001, project_id="web", role="analyst")',
            "project_id must be a project's number, a whole number above 0 such as 2195193; 'web' was "
            "given.",
        ),
    ],
)  # fmt: skip
def test_bad_input_fails_the_preview(
    emulator: Emulator, stack: Stack, program: str, message: str
) -> None:
    """Before any call."""
    stack.write(program)
    assert stack.spelled(message) in stack.preview(fails=True).line
    assert emulator.calls() == []


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (
            'from datetime import datetime; ServiceAccount("export", expires=datetime(2030, 1, 1))',
            "expires must say its time zone, as in '2027-06-30T00:00:00Z' or "
            "'2027-06-30T02:00:00+02:00'; '2030-01-01T00:00:00' was given.",
        ),
        (
            'ProjectMembership("web", project_id=2001, role="analyst")',
            "ProjectMembership 'web' takes either service_account or service_account_id.",
        ),
        (
            'a = ServiceAccount("export", projects=[{"project_id": 2001, "role": "admin"}]); '
            'ProjectMembership("web", service_account=a, project_id=2001, role="analyst")',
            "ProjectMembership 'web': project 2001 is in the list `projects` of its service account "
            "already; manage it in one place, there or here.",
        ),
    ],
)  # fmt: skip
def test_what_a_python_program_alone_gives_wrongly_fails_the_preview(
    emulator: Emulator, stack: Stack, program: str, message: str
) -> None:
    """Its objects and its short forms; before any call."""
    stack.write(program)
    assert message in stack.preview(fails=True).line
    assert emulator.calls() == []


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (
            'from datetime import timedelta; ServiceAccount("export", validity_period_hours=timedelta(90))',
            "error: ServiceAccount 'export': validity_period_hours cannot be a timedelta. Give a number of "
            "hours: value.total_seconds() / 3600.",
        ),
        (
            'ServiceAccount("export", name=pulumi.Output.from_input(1).apply(lambda _: b"sekret"))',
            "error: ServiceAccount 'export': name cannot be a bytes. Give a string: value.decode().",
        ),
        (
            'ServiceAccount("export", projects=(one for one in [{"project_id": 2001, "role": "admin"}]))',
            "error: ServiceAccount 'export': projects cannot be a generator. Give a list: list(value).",
        ),
        (
            'ServiceAccount("export", rotate_when_changed={1: "sekret"})',
            "error: ServiceAccount 'export': rotate_when_changed has a key that is an int. Give every key "
            "as a string.",
        ),
        (
            'ProjectMembership("web", project_id=2001, role="analyst")',
            "error: ProjectMembership 'web' takes either service_account or service_account_id.",
        ),
    ],
)  # fmt: skip
def test_an_error_of_the_program_is_one_sentence(
    emulator: Emulator, stack: Stack, program: str, message: str
) -> None:
    """Without a traceback, and without the value."""
    stack.write(program)
    shown = stack.preview(fails=True)
    assert message in shown.line
    for text in ("Traceback", "sekret"):
        assert text not in shown.text
    assert emulator.calls() == []


def test_an_unknown_role_is_a_warning_under_bulk(stack: Stack) -> None:
    """Organizations have roles of their own."""
    stack.write(
        'ProjectMembership("web", service_account_id=5001, project_id=2001, role="Data Team")'
    )
    assert (
        "warning: mixpanel: role 'Data Team' is none of Mixpanel's own roles (owner, admin, analyst, "
        "consumer): it is sent as it is, for organizations with custom roles."
    ) in stack.preview().line


def test_without_credentials_up_names_all_the_places(stack: Stack) -> None:
    """At the first call, and not before."""
    stack.env = {}
    stack.write('ServiceAccount("export", organization_id=1001)')
    shown = stack.up(fails=True)
    assert (
        "Creating a ServiceAccount: Mixpanel credentials are missing. Give a username and a secret, "
        "both in one of: pulumi_mixpanel.Provider(…, username=…, secret=…); the environment variables "
        "MIXPANEL_SERVICE_ACCOUNT_USERNAME and MIXPANEL_SERVICE_ACCOUNT_SECRET; or the stack's "
        "configuration: pulumi config set mixpanel:username …, pulumi config set --secret "
        "mixpanel:secret."
    ) in shown.line


def test_without_an_organization_up_names_all_the_places(emulator: Emulator, stack: Stack) -> None:
    """Where `/me` names more than one."""
    del stack.env["MIXPANEL_ORGANIZATION_ID"]
    emulator.faults([{"kind": "switch", "name": "me", "value": "two"}])
    stack.write(ACCOUNT)
    assert (
        "The organization is missing, and the login belongs to 2. Give its number in one of: the "
        "argument organization_id; pulumi_mixpanel.Provider(…, organization_id=…); the environment "
        "variable MIXPANEL_ORGANIZATION_ID; or the stack's configuration: pulumi config set "
        "mixpanel:organizationId …."
    ) in stack.up(fails=True).line


@pytest.mark.parametrize(
    ("faults", "message"),
    [
        (
            [{"kind": "unauthorized"}],
            f"Creating a ServiceAccount: GET {ACCOUNTS} answered 401: Invalid service account "
            "credentials. The login was not accepted: check the username (in full, with its suffix), "
            "the secret, the region and whether the account has expired. "
            "A refresh or destroy uses the login that an explicit provider had at the last up: if it was "
            "renewed since, run a plain `pulumi up` first, or add --run-program.",
        ),
        (
            [{"kind": "forbidden", "method": "POST"}],
            f"Creating a ServiceAccount: POST {ACCOUNTS} answered 403: You do not have permission to do "
            "this. The login lacks the right to do this: it needs the role admin or owner in the "
            "organization, and membership of the project in question.",
        ),
        (
            [{"kind": "html"}],
            f"Creating a ServiceAccount: GET {ACCOUNTS} answered 200: text/html; charset=utf-8 of 79 bytes, "
            "not what this API describes (no JSON object).",
        ),
        (
            [{"kind": "redirect", "location": "https://example.com/login", "method": "GET"}],
            f"Creating a ServiceAccount: GET {ACCOUNTS} answered 302, a redirect to another host, where "
            "credentials never follow. Check the base URL.",
        ),
        (
            [{"kind": "switch", "name": "pagination", "value": "next"}],
            f"Creating a ServiceAccount: GET {ACCOUNTS} answered 200: application/json of ",
        ),
    ],
)  # fmt: skip
def test_what_the_server_says_is_told(
    emulator: Emulator, stack: Stack, faults: list[dict[str, object]], message: str
) -> None:
    """Status, path, and what to do about it; nothing was made."""
    emulator.faults(faults)
    stack.write(ACCOUNT)
    shown = stack.up(fails=True)
    assert message in shown.line
    assert stack.resources() == {}


def test_a_wrong_login_changes_nothing(emulator: Emulator, stack: Stack) -> None:
    """A wrong secret, an account without rights, a login of another organization: state stays."""
    make_account(stack)
    login = Credentials(username=emulator.username, secret=Secret(emulator.secret))
    weak = Client(emulator.base_url, login).create_service_account(1001, "weak", role="consumer")
    other = next(row for row in emulator.state()["accounts"] if row["organization"] == 1002)
    user = 900_000 + other["id"]
    rights = (
        " The login lacks the right to do this: it needs the role admin or owner in the organization, "
        "and membership of the project in question."
    )
    for username, secret, said in (
        (
            emulator.username,
            "wrong",
            "401: Invalid service account credentials. The login was not accepted: check the username "
            "(in full, with its suffix), the secret, the region and whether the account has expired. "
            "A refresh or destroy uses the login that an explicit provider had at the last up: if it was "
            "renewed since, run a plain `pulumi up` first, or add --run-program.",
        ),
        (
            weak.account.username,
            weak.secret.reveal(),
            f"403: You do not have permission to manage service accounts.{rights}",
        ),
        (
            other["username"],
            other["secret"],
            f"403: User {user} is not a member of organization 1001.{rights}",
        ),
    ):
        stack.env |= {
            "MIXPANEL_SERVICE_ACCOUNT_USERNAME": username,
            "MIXPANEL_SERVICE_ACCOUNT_SECRET": secret,
        }
        number = stack.resources()["export"]["id"]
        # Before the first deletion of a run the list is read.
        for doing, command, path in (
            ("Reading", stack.refresh, f"{ACCOUNTS}/{number}"),
            ("Deleting", stack.destroy, ACCOUNTS),
        ):
            shown = command(fails=True).line
            assert f"{doing} ServiceAccount {number}: GET {path} answered {said}" in shown
        assert list(stack.resources()) == ["export"]


def test_an_organization_that_does_not_exist(stack: Stack) -> None:
    """The vendor's own 404, with the advice to look at the organization."""
    stack.env["MIXPANEL_ORGANIZATION_ID"] = "99"
    stack.write(ACCOUNT)
    assert (
        "GET /organizations/99/service-accounts answered 404: Organization 99 not found. Check the "
        "organization, the region and the base URL."
    ) in stack.up(fails=True).line


def test_a_server_that_is_not_there(stack: Stack) -> None:
    """Four tries, and then the address is doubted."""
    stack.env["MIXPANEL_BASE_URL"] = "http://127.0.0.1:9/api/app"
    stack.write(ACCOUNT)
    shown = stack.up(fails=True).line
    assert f"GET {ACCOUNTS} failed 4 times in " in shown
    assert (
        "the last try found no connection to 127.0.0.1:9: nobody answers there. Check the base URL."
        in (shown)
    )


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        (
            "HTTPS_PROXY",
            "http://user:hidden@proxy:port",
            "The environment variable HTTPS_PROXY for a proxy holds what is no URL, so nothing was "
            "sent. Correct it, for example to http://proxy.example.com:3128, or name the host of the "
            "base URL in NO_PROXY.",
        ),
        (
            "REQUESTS_CA_BUNDLE",
            "/nowhere/hidden.pem",
            "The environment variable REQUESTS_CA_BUNDLE names certificates that cannot be read, so "
            "nothing was sent. Name a file that is there.",
        ),
    ],
)
def test_a_setting_of_the_machine_that_cannot_work(
    stack: Stack, name: str, value: str, problem: str
) -> None:
    """A configuration error at once, which calls nothing lost and does not show the value."""
    stack.env |= {"MIXPANEL_BASE_URL": "https://mixpanel.invalid", name: value, "NO_PROXY": ""}
    stack.write(ACCOUNT)
    shown = stack.up(fails=True)
    assert f"Creating a ServiceAccount: {problem}" in shown.line
    assert "waiting" not in shown.text
    assert "lost" not in shown.text
    assert "hidden" not in shown.text
    assert stack.resources() == {}


def test_a_base_url_in_clear_is_refused(stack: Stack) -> None:
    """Plain http to a host that is not loopback, before any call."""
    stack.env["MIXPANEL_BASE_URL"] = "http://localhost.example.com/api/app"
    stack.write(ACCOUNT)
    assert (
        "The base URL 'http://localhost.example.com/api/app' is refused: http is for loopback alone "
        "(localhost, 127.0.0.0/8, ::1) and localhost.example.com is not"
    ) in stack.preview(fails=True).line


def test_a_plain_secret_is_refused(stack: Stack) -> None:
    """A secret set without `--secret` stands in clear in a file."""
    stack.config("mixpanel:username", "someone")
    stack.config("mixpanel:secret", "made-up-and-plain")
    stack.write(ACCOUNT)
    shown = stack.preview(fails=True)
    assert (
        "mixpanel:secret stands in clear in the stack's configuration. Set it anew with: pulumi config "
        "set --secret mixpanel:secret; and give the login a new secret, for this one may have been "
        "seen."
    ) in shown.line
    for text in ("Traceback", "made-up-and-plain"):
        assert text not in shown.text


def test_a_login_pasted_with_its_quotes_fails_the_preview(emulator: Emulator, stack: Stack) -> None:
    """It names which of the two and what is around it, before any call, and shows no secret."""
    stack.env["MIXPANEL_SERVICE_ACCOUNT_SECRET"] = f'"{emulator.secret}"'
    stack.write(ACCOUNT)
    shown = stack.preview(fails=True)
    assert (
        "The secret in the environment has double quotes around it. Set it again without: the server "
        "would refuse the login."
    ) in shown.line
    assert emulator.secret not in shown.text
    assert emulator.calls() == []


def test_a_base_url_may_be_the_host_alone(emulator: Emulator, stack: Stack) -> None:
    """As the vendor's own provider reads it."""
    stack.env["MIXPANEL_BASE_URL"] = emulator.base_url.removesuffix("/api/app")
    make_account(stack)
    assert (
        stack.resources()["export"]["inputs"]["home"][stack.spelled("base_url")]
        == emulator.base_url
    )


def test_a_stack_is_not_moved_by_its_environment(emulator: Emulator, stack: Stack) -> None:
    """Preview, refresh and destroy refuse with both places; with acceptMove they go on."""
    make_account(stack)
    stack.env["MIXPANEL_ORGANIZATION_ID"] = "1002"
    moved = (
        f"This resource lives in organization 1001 at {emulator.base_url}, and the configuration now "
        f"says organization 1002 at {emulator.base_url}. Nothing was changed."
    )
    for command in (stack.preview, stack.refresh, stack.destroy):
        assert moved in command(fails=True).line
    assert list(stack.resources()) == ["export"]
    stack.env["MIXPANEL_ORGANIZATION_ID"] = "1001"
    stack.destroy()


def test_a_left_over_emulator_does_not_empty_a_stack(
    emulator: Emulator, stack: Stack, nested_emulator: Emulator
) -> None:
    """Another host says that everything is gone; it is not believed, nor asked."""
    make_account(stack)
    here = stack.env
    stack.env = nested_emulator.env
    assert "and the configuration now says" in stack.refresh(fails=True).line
    assert nested_emulator.calls() == []
    assert list(stack.resources()) == ["export"]
    stack.env = here
    stack.destroy()
    assert [row["name"] for row in emulator.state()["accounts"] if not row["login"]] == []


def test_gone_needs_proof(emulator: Emulator, stack: Stack) -> None:
    """A 404 in a process whose login is not known to belong to the organization is no proof."""
    make_account(stack)
    for faults in (
        [{"kind": "not-found", "path": "service-accounts"}],
        [{"kind": "not-found", "form": "html"}],
        [{"kind": "not-found", "form": "empty"}],
        [{"kind": "not-found", "path": r"/\d+$"}, {"kind": "empty-list", "path": "accounts$"},
         {"kind": "switch", "name": "me", "value": "none"}],
        [{"kind": "unauthorized"}],
        [{"kind": "forbidden"}],
        [{"kind": "html"}],
    ):  # fmt: skip
        emulator.faults(faults)
        stack.refresh(fails=True)
        assert list(stack.resources()) == ["export"], faults
    emulator.faults([])
    stack.refresh()
    assert list(stack.resources()) == ["export"]


def test_the_provider_s_own_login_is_never_deleted(
    emulator: Emulator, make_stack: Callable[..., Stack]
) -> None:
    """A stack whose account became the login of the provider."""
    stack = make_stack(emulator.env)
    stack.write("""
        bot = ServiceAccount("export", name="bot", role="admin")
        pulumi.export("username", bot.username)
        pulumi.export("secret", bot.secret)
    """)
    stack.up()
    outputs = stack.outputs()
    stack.env["MIXPANEL_SERVICE_ACCOUNT_USERNAME"] = outputs["username"]
    stack.env["MIXPANEL_SERVICE_ACCOUNT_SECRET"] = outputs["secret"]
    emulator.forget_calls()
    refusal = (
        f"{outputs['username']!r} is the account that this provider logs in with, and would be "
        "deleted. Log in with another account first."
    )
    assert refusal in stack.destroy(fails=True).line
    stack.write('ServiceAccount("export", name="renamed", role="admin")')
    assert "and would be replaced, for a change of name." in stack.preview(fails=True).line
    assert emulator.calls() == []
