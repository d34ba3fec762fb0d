"""Renewal, rotation and adoption on the real engine, in time that the test moves."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest
from tests.engine.harness import Stack
from tests.engine.test_life import logs_in, made, writes

from mixpanel_service_accounts.api import Client, Credentials, Secret
from mixpanel_service_accounts.emulator import Emulator

OUTPUTS = """
    pulumi.export("id", bot.service_account_id)
    pulumi.export("username", bot.username)
    pulumi.export("secret", bot.secret)
"""
RENEWED = (
    """
    bot = ServiceAccount("export", name="bot", validity_period_hours=720, early_renewal_hours=48)
"""
    + OUTPUTS
)
ROTATING = (
    """
    bot = RotatingServiceAccount(
        "export", name="bot", validity_period_hours=2160, early_renewal_hours=240, overlap_hours=168,
        projects=[{"project_id": 2001, "role": "analyst"}]%s)
    pulumi.export("previous_username", bot.previous_username)
    pulumi.export("previous_secret", bot.previous_secret)
    for name in ("rotated_at", "next_rotation_at", "retires_at", "organization_id"):
        pulumi.export(name, getattr(bot, name))
"""
    + OUTPUTS
)

RENEWED_BESIDE = """
    ServiceAccount("beside", name="beside", validity_period_hours=720, early_renewal_hours=48)
"""


def move(emulator: Emulator, stack: Stack, hours: float) -> None:
    """Let it be hours later, for the stack and for the server."""
    stack.move_clock(hours)
    now = datetime.now(timezone.utc) + timedelta(hours=hours)
    emulator.clock(now.strftime("%Y-%m-%dT%H:%M:%SZ"))


def by_hand(emulator: Emulator) -> tuple[int, str]:
    """Make an account by hand."""
    login = Credentials(username=emulator.username, secret=Secret(emulator.secret))
    created = Client(emulator.base_url, login).create_service_account(1001, "bot")
    return created.account.id, created.secret.reveal()


def test_a_renewal_is_previewed_as_a_date_that_moves(emulator: Emulator, stack: Stack) -> None:
    """The new account is made before the old one goes, and the preview says why."""
    stack.write(RENEWED)
    stack.up()
    first = stack.outputs()
    stack.up("--expect-no-changes")
    move(emulator, stack, 600)
    stack.up("--expect-no-changes")
    move(emulator, stack, 680)
    shown = stack.preview()
    assert stack.spelled("~ issued_at") in shown.text
    assert "~ expires" in shown.text
    assert "mixpanel: 'bot' is due for renewal since " in shown.line
    assert stack.steps() == {"export": "replace"} or "create-replacement" in str(stack.steps())
    emulator.forget_calls()
    stack.up()
    assert writes(emulator) == ["POST service-accounts", f"DELETE {first['id']}"]
    second = stack.outputs()
    assert logs_in(emulator, second["username"], second["secret"])
    stack.refresh()
    stack.up("--expect-no-changes")
    stack.destroy()
    assert made(emulator) == []


def test_a_rotation_with_overlap(emulator: Emulator, stack: Stack) -> None:
    """Previewed step by step; both secrets work in the overlap, and are encrypted in state."""
    stack.write(ROTATING % "")
    stack.up()
    first = stack.outputs()
    assert logs_in(emulator, first["username"], first["secret"])
    assert first["organization_id"] == 1001
    stack.up("--expect-no-changes")

    move(emulator, stack, 1930)
    shown = stack.preview()
    assert "mixpanel: rotation of 'bot' is due: it was since " in shown.line
    assert stack.spelled("~ rotated_at") in shown.text
    assert stack.steps() == {"export": "update"}
    stack.up()
    second = stack.outputs()
    assert second["previous_username"] == first["username"]
    assert second["previous_secret"] == first["secret"]
    for which in ("", "previous_"):
        assert logs_in(emulator, second[f"{which}username"], second[f"{which}secret"])
    recorded = stack.resources()["export"]["outputs"]
    assert "ciphertext" in recorded["secret"]
    assert "ciphertext" in recorded[stack.spelled("previous_secret")]
    assert "works until" in stack.up("--expect-no-changes").line
    stack.refresh()
    assert stack.outputs() == second
    assert "ciphertext" in stack.resources()["export"]["outputs"][stack.spelled("previous_secret")]

    move(emulator, stack, 1930 + 170)
    shown = stack.preview()
    assert "mixpanel: retirement of the previous account of 'bot' is due since " in shown.line
    assert stack.spelled("- retires_at") in shown.text
    stack.up()
    assert made(emulator) == ["bot"]
    third = stack.outputs()
    assert (third["secret"], third.get("previous_secret")) == (second["secret"], None)
    stack.up("--expect-no-changes")
    stack.write("raise SystemExit('broken')")
    stack.refresh()
    stack.destroy()
    assert made(emulator) == []


def test_a_machine_whose_clock_is_400_days_ahead_retires_nothing(
    emulator: Emulator, stack: Stack
) -> None:
    """A restored machine: the error names both times, no account is created, none is deleted."""
    stack.write(ROTATING % ", rotate_when_changed={'n': '1'}" + RENEWED_BESIDE)
    stack.up()
    stack.write(ROTATING % ", rotate_when_changed={'n': '2'}" + RENEWED_BESIDE)
    stack.up()
    there, state = made(emulator), stack.resources()
    assert len(there) == 3
    stack.move_clock(400 * 24)
    emulator.forget_calls()
    shown = stack.up("--continue-on-error", fails=True).line
    for step in ("The rotation of 'bot'", "The renewal of 'beside'"):
        assert (
            f"{step} is due by this machine's clock alone, and that clock says "
            f"{datetime.now(timezone.utc) + timedelta(days=400):%Y-%m-%d}T" in shown
        )
    assert f"while Mixpanel's says {datetime.now(timezone.utc):%Y-%m-%d}T" in shown
    assert "Nothing was created and nothing was deleted. Set this machine's clock" in shown
    assert writes(emulator) == []
    assert made(emulator) == there
    assert {name: one["outputs"]["username"] for name, one in stack.resources().items()} == {
        name: one["outputs"]["username"] for name, one in state.items()
    }
    del stack.env["PYTHONPATH"]
    stack.up()
    assert made(emulator) == there


def test_the_new_secret_reaches_the_state_though_retiring_fails(
    emulator: Emulator, stack: Stack
) -> None:
    """One warning; the next up goes on."""
    stack.write(ROTATING % ", rotate_when_changed={'n': '1'}")
    stack.up()
    stack.write(ROTATING % ", rotate_when_changed={'n': '2'}")
    stack.up()
    emulator.faults([{"kind": "forbidden", "method": "DELETE"}])
    stack.write(ROTATING % ", rotate_when_changed={'n': '3'}")
    assert (
        "was rotated, and its new secret is in the state, but: service account" in stack.up().line
    )
    outputs = stack.outputs()
    assert logs_in(emulator, outputs["username"], outputs["secret"])
    emulator.faults([])
    assert len(made(emulator)) == 3
    stack.up()
    assert len(made(emulator)) == 2
    stack.up("--expect-no-changes")


def test_from_an_account_made_by_hand_to_a_rotation(emulator: Emulator, stack: Stack) -> None:
    """Without an outage, and without a write at first."""
    number, secret = by_hand(emulator)
    emulator.forget_calls()
    stack.config("handmade", secret, secret=True)
    adopt = f", adopt={number}, secret=pulumi.Config().require('handmade')"
    stack.write((ROTATING % adopt).replace("analyst", "admin"))
    stack.up()
    assert writes(emulator) == ["POST add-to-project"]
    outputs = stack.outputs()
    assert (outputs["id"], outputs["secret"]) == (number, secret)
    stack.write((ROTATING % ", rotate_when_changed={'n': '1'}").replace("analyst", "admin"))
    stack.up()
    later = stack.outputs()
    assert later["previous_secret"] == secret
    assert logs_in(emulator, later["username"], later["secret"])
    assert logs_in(emulator, later["previous_username"], secret)


def test_a_membership_of_a_rotating_account_is_refused(stack: Stack) -> None:
    """With the advice to use `projects`."""
    stack.write(ROTATING % "" + """
    ProjectMembership("web", service_account=bot, project_id=2002, role="analyst")
    """)  # fmt: skip
    assert (
        "ProjectMembership 'web': service_account takes a ServiceAccount; RotatingServiceAccount was "
        "given. Give a RotatingServiceAccount its projects with `projects`: a rotation would take the "
        "previous account's access away."
    ) in stack.preview(fails=True).line


def test_an_adopted_account(emulator: Emulator, stack: Stack) -> None:
    """Nothing is written; the secret that was given is encrypted in inputs and outputs."""
    number, secret = by_hand(emulator)
    emulator.forget_calls()
    stack.config("handmade", secret, secret=True)
    with_adopt = f"""
    bot = ServiceAccount("export", name="bot", adopt={number},
                         secret=pulumi.Config().require("handmade"))
    """ + OUTPUTS  # fmt: skip
    stack.write(with_adopt)
    stack.up()
    assert writes(emulator) == []
    assert stack.outputs()["secret"] == secret
    recorded = stack.resources()["export"]
    assert "ciphertext" in recorded["outputs"]["secret"]
    assert "ciphertext" in recorded["inputs"]["secret"]
    assert secret not in str(stack.state())
    stack.refresh()
    assert secret not in str(stack.state())
    told = stack.up("--expect-no-changes", "--debug", "-v=8", "--logtostderr")
    assert "readStackResourceOutputs" in told.text
    assert secret not in told.text
    stack.write(
        """
    bot = ServiceAccount("export", name="bot")"""
        + OUTPUTS
    )
    stack.up("--expect-no-changes")
    assert stack.outputs()["secret"] == secret
    stack.destroy()
    assert made(emulator) == []


def test_what_is_being_replaced_is_never_adopted(emulator: Emulator, stack: Stack) -> None:
    """Forced by the user, tainted, under another name: create() is not even asked."""
    number, secret = by_hand(emulator)
    stack.config("handmade", secret, secret=True)
    text = (
        f"""
    bot = ServiceAccount("NAME", name="bot", adopt={number},
                         secret=pulumi.Config().require("handmade")OPTS)"""
        + OUTPUTS
    )

    def write(name: str, opts: str = "") -> None:
        stack.write(text.replace("NAME", name).replace("OPTS", opts))

    write("export")
    stack.up()
    urn = stack.resources()["export"]["urn"]
    emulator.forget_calls()
    refused = (
        f"service account {number} is in the state of this stack already, held by ServiceAccount "
        "'export': adopt= would take over the very account that is being replaced, and the engine would "
        "delete it. Remove adopt= first, it has done its work; a resource that was renamed keeps its "
        "account with aliases=."
    )
    assert refused in stack.preview("--replace", urn, fails=True).line
    assert refused in stack.up("--replace", urn, fails=True).line
    stack.run("state", "taint", urn, "--yes")
    assert refused in stack.up(fails=True).line
    stack.run("state", "untaint", urn, "--yes")
    write("heir")
    assert refused in stack.up(fails=True).line
    assert emulator.calls() == []
    assert stack.resources()["export"]["id"] == str(number)
    write("heir", f', opts=pulumi.ResourceOptions(aliases=["{urn}"])')
    stack.up("--expect-no-changes")
    assert list(stack.resources()) == ["heir"]
    write("heir", ', opts=pulumi.ResourceOptions(provider=Provider("other"))')
    assert stack.up().line.count("unchanged") == 1
    assert writes(emulator) == []
    assert logs_in(emulator, stack.outputs()["username"], secret)


@pytest.mark.parametrize("given", [True, False], ids=["secret", "no secret"])
def test_what_an_earlier_run_left_to_be_deleted_stays_where_it_is_adopted(
    emulator: Emulator,
    stack: Stack,
    given: bool,  # noqa: FBT001
) -> None:
    """A replacement that was broken off: of what is still to be deleted the engine tells nobody."""
    number, secret = by_hand(emulator)
    stack.config("handmade", secret, secret=True)
    adopting = f"""
    bot = ServiceAccount("NAME", name="bot", adopt={number}SECRET)"""
    with_secret = ', secret=pulumi.Config().require("handmade")'
    stack.write(adopting.replace("NAME", "export").replace("SECRET", with_secret))
    stack.up()
    state = stack.state()
    (left,) = [one for one in state["deployment"]["resources"] if one.get("id") == str(number)]
    left["delete"] = True
    stack.run("stack", "import", stdin=json.dumps(state))
    stack.write(adopting.replace("NAME", "heir").replace("SECRET", with_secret if given else ""))
    shown = stack.up().line
    assert (
        f"service account {number} was adopted by another resource in this very run: it stays."
        in shown
    )
    assert ("Its secret is in earlier states of the stack alone" in shown) is not given
    assert list(stack.resources()) == ["heir"]
    assert made(emulator) == ["bot"]


def test_where_the_engine_cannot_tell_nothing_is_adopted(emulator: Emulator, stack: Stack) -> None:
    """An old layout of a backend, which the engine refuses by default, knows no such name of a stack."""
    number, _ = by_hand(emulator)
    stack.env["PULUMI_DIY_BACKEND_LEGACY_LAYOUT"] = "true"
    stack.env["PULUMI_DIY_BACKEND_IGNORE_DEPRECATION_ERROR"] = "true"
    stack.env["PULUMI_BACKEND_URL"] = f"file://{stack.folder}"
    stack.run("stack", "init", "dev")
    stack.write(f"""
        ServiceAccount("export", name="bot", adopt={number})""")
    shown = stack.up(fails=True)
    assert (
        "adopt= has to know what the state of the stack holds, and the engine cannot tell: invoke of "
        "pulumi:pulumi:readStackResourceOutputs failed" in shown.line
    )
    assert "Traceback" not in shown.text
    assert stack.resources() == {}


def test_a_rotating_account_never_adopts_what_another_holds(
    emulator: Emulator, stack: Stack
) -> None:
    """Its previous account neither, nor that of a resource which it stands in for."""
    number, _ = by_hand(emulator)
    stack.write(f"""
        ServiceAccount("export", name="bot", adopt={number})""")
    stack.up()
    rotating = f"""
        RotatingServiceAccount("export", name="bot", adopt={number}, rotate_when_changed={{"n": "N"}},
                               validity_period_hours=100, overlap_hours=10)"""
    stack.write(rotating)
    held = f"service account {number} is in the state of this stack already, held by "
    assert held + "ServiceAccount 'export'" in stack.up(fails=True).line
    stack.run("state", "delete", stack.resources()["export"]["urn"], "--yes")
    stack.up()
    stack.write(rotating.replace('"N"', '"M"'))
    stack.up()
    urn = stack.resources()["export"]["urn"]
    assert held + "RotatingServiceAccount 'export'" in stack.up("--replace", urn, fails=True).line
    assert made(emulator) == ["bot", "bot"]


def test_a_transformation_adopts_nothing(emulator: Emulator, stack: Stack) -> None:
    """Nothing would tell whether a resource of the stack holds the account."""
    number, _ = by_hand(emulator)
    stack.write(f"""
        def adopting(args):
            return pulumi.ResourceTransformationResult({{**args.props, "adopt": {number}}}, args.opts)

        ServiceAccount("export", name="bot", opts=pulumi.ResourceOptions(transformations=[adopting]))""")
    assert (
        "adopt= has to be given where the resource is made, and not by a transformation"
        in stack.preview(fails=True).line
    )
    assert stack.resources() == {}


def test_dates_that_are_ignored_stay(emulator: Emulator, stack: Stack) -> None:
    """Somebody wants to renew by hand."""
    ignoring = RENEWED.replace(
        "48)", '48, opts=pulumi.ResourceOptions(ignore_changes=["expires"]))'
    )
    stack.write(ignoring)
    stack.up()
    first = stack.outputs()
    move(emulator, stack, 680)
    stack.up("--expect-no-changes")
    assert stack.outputs() == first


def test_one_account_is_not_adopted_by_two(emulator: Emulator, stack: Stack) -> None:
    """Through two providers either would hold it, and the deletion of one delete it."""
    number, _ = by_hand(emulator)
    one = f"""
        ServiceAccount("one", name="bot", adopt={number})"""
    two = one.replace('"one"', '"two"').replace(
        "adopt=", 'opts=pulumi.ResourceOptions(provider=Provider("p")), adopt='
    )
    stack.write(one + two)
    assert (
        f"service account {number} is adopted by ServiceAccount 'one' of this program too: the deletion "
        "of either resource would delete the account of both."
    ) in stack.preview(fails=True).line
    stack.write(one)
    stack.up()
    stack.write(one + two)
    assert (
        f"service account {number} is in the state of this stack already, held by ServiceAccount 'one'"
        in stack.up(fails=True).line
    )
    assert "two" not in stack.resources()
    assert made(emulator) == ["bot"]


def test_one_number_in_two_places_is_two_accounts(emulator: Emulator, stack: Stack) -> None:
    """One after the other, each through its own provider."""
    number, _ = by_hand(emulator)
    with Emulator() as elsewhere:
        assert by_hand(elsewhere)[0] == number
        here = f"""
        ServiceAccount("here", name="bot", adopt={number})"""
        there = f"""
        there = Provider("there", base_url="{elsewhere.base_url}", organization_id=1001,
                         username="{elsewhere.username}", secret="{elsewhere.secret}")
        ServiceAccount("far", name="bot", adopt={number},
                       opts=pulumi.ResourceOptions(provider=there))"""
        stack.write(here)
        stack.up()
        stack.write(here + there)
        stack.up()
        assert {stack.resources()[name]["id"] for name in ("here", "far")} == {str(number)}
        stack.write(here)
        stack.up()
        assert (made(emulator), made(elsewhere)) == (["bot"], [])


@pytest.mark.parametrize(
    "given",
    [
        'pulumi.Output.secret("computed-" + "sekret")',
        '"bot.abc123"',
        'pulumi.Config().require_secret("handmade")',
    ],
)
def test_what_is_no_number_is_refused_and_not_shown(stack: Stack, given: str) -> None:
    """A secret in the place of the number, say: neither by us nor in a traceback."""
    stack.config("handmade", "configured-sekret", secret=True)
    stack.write(f"""
        ServiceAccount("export", name="bot", adopt={given})""")
    shown = stack.preview(fails=True)
    assert (
        "adopt must be a service account's number, a whole number above 0 such as 5001; something else "
        "was given."
    ) in shown.line
    for text in ("sekret", "abc123"):
        assert text not in shown.text
    assert shown.our_frames == []


def test_secret_keepers_are_encrypted(emulator: Emulator, stack: Stack) -> None:
    """Somebody rotates whenever another secret does."""
    stack.config("token", "a-secret-trigger-of-rotation", secret=True)
    stack.write("""
        token = pulumi.Config().require_secret("token")
        bot = ServiceAccount("export", name="bot", rotate_when_changed={"token": token})
        RotatingServiceAccount("other", validity_period_hours=100, overlap_hours=10,
                               rotate_when_changed={"token": token})
    """)
    stack.up()
    assert "a-secret-trigger" not in str(stack.state())
    stack.refresh()
    assert "a-secret-trigger" not in str(stack.state())
    stack.up("--expect-no-changes")
    stack.config("token", "another-secret-trigger", secret=True)
    assert stack.steps()["other"] == "update"
    stack.up()
    assert "secret-trigger" not in str(stack.state())
    assert len(made(emulator)) == 3


DEPLOYERS = """
    for letter in LETTERS:
        login = ServiceAccount(f"deployer-{letter}", role="admin", validity_period_hours=4320,
                               early_renewal_hours=720, projects=[{"project_id": 2001, "role": "admin"}])
        pulumi.export(f"{letter}_username", login.username)
        pulumi.export(f"{letter}_secret", login.secret)
"""


def test_the_provider_s_own_login_is_renewed_by_another(emulator: Emulator, stack: Stack) -> None:
    """As docs/rotation.md says: log in with the younger one; who does not is refused, and goes on."""

    def log_in(letter: str) -> None:
        outputs = stack.outputs()
        stack.env = {
            **stack.env,
            "MIXPANEL_SERVICE_ACCOUNT_USERNAME": outputs[f"{letter}_username"],
            "MIXPANEL_SERVICE_ACCOUNT_SECRET": outputs[f"{letter}_secret"],
        }

    stack.write(DEPLOYERS.replace("LETTERS", '"a"'))
    stack.up()
    log_in("a")
    move(emulator, stack, 500)
    stack.write(DEPLOYERS.replace("LETTERS", '"ab"'))
    stack.up()
    log_in("b")
    first = stack.outputs()
    move(emulator, stack, 3700)
    assert stack.steps() == {"deployer-a": "replace"} or "create-replacement" in str(stack.steps())
    stack.up()
    second = stack.outputs()
    assert second["a_secret"] != first["a_secret"]
    assert second["b_secret"] == first["b_secret"]
    refused = "is the account that this provider logs in with, and would be replaced"
    move(emulator, stack, 4150)
    assert refused in stack.up(fails=True).line
    log_in("a")
    stack.up()
    assert stack.outputs()["a_secret"] == second["a_secret"]
    assert stack.outputs()["b_secret"] != second["b_secret"]
    move(emulator, stack, 7800)
    third = stack.outputs()
    assert refused in stack.up(fails=True).line
    stack.up("--target", stack.resources()["deployer-b"]["urn"])
    log_in("b")
    stack.up()
    stack.up("--expect-no-changes")
    fourth = stack.outputs()
    assert {fourth[f"{letter}_secret"] for letter in "ab"}.isdisjoint(third.values())
    assert sorted(made(emulator)) == ["dev-deployer-a", "dev-deployer-b"]
