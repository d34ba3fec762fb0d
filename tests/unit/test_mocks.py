"""Programs under the mocks of Pulumi's own testing guide: resources and lookups."""

from __future__ import annotations

import dataclasses
from typing import Any

import pulumi
import pytest
from tests.mocked import GuideMocks, run_program

from pulumi_mixpanel import (
    LookupFailed,
    ProjectMembership,
    Provider,
    RotatingServiceAccount,
    ServiceAccount,
    ServiceAccountDetails,
    get_project_service_accounts,
    get_project_service_accounts_output,
    get_service_account,
    get_service_account_output,
    get_service_accounts,
    get_service_accounts_output,
)

FIND, LIST, INSIDE = (
    f"mixpanel:index:{name}"
    for name in ("getServiceAccount", "getServiceAccounts", "getProjectServiceAccounts")
)


def test_the_guide_s_mocks_run_a_membership_of_an_account() -> None:
    """Their id is no number, and they leave the outputs out: those are None."""
    mocks = GuideMocks()

    def program() -> pulumi.Output[Any]:
        exporter = ServiceAccount("exporter", role="consumer")
        member = ProjectMembership("web", service_account=exporter, project_id=2001, role="analyst")
        rotating = RotatingServiceAccount("r", validity_period_hours=24, overlap_hours=1)
        return pulumi.Output.all(
            exporter.service_account_id,
            exporter.organization_id,
            exporter.secret,
            member.role,
            rotating.service_account_id,
            rotating.organization_id,
        )

    assert run_program(program, mocks) == [None, None, None, "analyst", None, None]
    assert mocks.inputs("web") == {"project_id": 2001.0, "role": "analyst"}


def test_a_membership_of_an_account_that_the_mocks_do_not_find_is_made() -> None:
    """Its number is None, which would be refused on the engine."""
    mocks = GuideMocks()

    def program() -> None:
        found = get_service_account(name="dashboards")
        ProjectMembership("web", service_account_id=found.id, project_id=2001, role="analyst")

    run_program(program, mocks)
    assert mocks.inputs("web") == {"project_id": 2001.0, "role": "analyst"}


class NumberedMocks(GuideMocks):
    """Mocks whose ids or outputs are what the server's would be."""

    def __init__(self, id_: str) -> None:
        super().__init__()
        self.id = id_

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """Give an account its number and its organization."""
        super().new_resource(args)
        outputs = {"service_account_id": 5001, "home": {"organization_id": 1001}}
        return self.id, {**args.inputs, **outputs}


@pytest.mark.parametrize("id_", ["5001", "exporter_id"])
def test_mocks_that_give_a_number_are_believed(id_: str) -> None:
    """As the id, which is what the engine gives, or as the output."""
    mocks = NumberedMocks(id_)

    def program() -> pulumi.Output[Any]:
        exporter = ServiceAccount("exporter")
        ProjectMembership("web", service_account=exporter, project_id=2001, role="analyst")
        return exporter.service_account_id

    assert run_program(program, mocks) == 5001
    assert mocks.inputs("web")["service_account_id"] == 5001
    assert mocks.inputs("web")["organization_id"] == 1001


FIELDS = dict.fromkeys(field.name for field in dataclasses.fields(ServiceAccountDetails))
NOTHING = ServiceAccountDetails(**{**FIELDS, "not_told": ()})  # type: ignore[arg-type]


def test_lookups_ask_the_mocks_as_a_native_package_would() -> None:
    """By its tokens, with the arguments that were given; what is left out is None or empty."""
    mocks = GuideMocks()

    def program() -> object:
        emea = Provider("emea", organization_id=1002)
        plain = get_service_account(name="bot", organization_id=1001), get_service_accounts()
        inside = get_project_service_accounts(2001, region="eu")
        pattern = pulumi.Output.from_input("b*")
        return pulumi.Output.all(
            plain,
            inside,
            get_service_account_output(id=5001, provider=emea),
            get_service_accounts_output(name_pattern=pattern),
            get_project_service_accounts_output(2001),
        )

    assert run_program(program, mocks) == [(NOTHING, ()), (), NOTHING, (), ()]
    asked = [(token, arguments) for token, arguments, _ in mocks.asked]
    expected = [
        (FIND, {"name": "bot", "organizationId": 1001}),
        (LIST, {}),
        (INSIDE, {"projectId": 2001, "region": "eu"}),
        (FIND, {"id": 5001}),
        (LIST, {"namePattern": "b*"}),
        (INSIDE, {"projectId": 2001}),
    ]
    assert len(asked) == len(expected)
    assert all(one in asked for one in expected)
    (provider,) = [provider for _, _, provider in mocks.asked if provider]
    assert "::emea::emea_id" in provider


ACCOUNT = {
    "id": 5001,
    "username": "bot.1a2b3c.mp-service-account",
    "name": "bot",
    "organizationId": 1001,
    "creatorEmail": "ops@example.com",
    "lastUsed": "2027-06-30T00:00:00Z",
    "notTold": ["role"],
}


def test_what_the_mocks_answer_is_what_a_lookup_tells() -> None:
    """Keys in camelCase, numbers as whole numbers, lists as tuples."""
    row = {"account": ACCOUNT, "role": "analyst", "targetType": "team", "hasSensitiveAccess": False}
    answers = {
        FIND: ACCOUNT,
        LIST: {"serviceAccounts": [ACCOUNT, {}]},
        INSIDE: {"serviceAccounts": [row, {"role": "admin"}]},
    }

    def program() -> object:
        return [
            get_service_account(id=5001),
            get_service_accounts(),
            get_project_service_accounts(1),
        ]

    found, listed, inside = run_program(program, GuideMocks(answers))
    assert (found.id, type(found.id), found.organization_id) == (5001, int, 1001)
    assert (found.creator_email, found.last_used) == ("ops@example.com", "2027-06-30T00:00:00Z")
    assert found.not_told == ("role",)
    assert listed == (found, NOTHING)
    first, second = inside
    assert (first.account, first.role, first.target_type) == (found, "analyst", "team")
    assert first.has_sensitive_access is False
    assert (second.account, second.role, second.target_type) == (NOTHING, "admin", None)


def test_a_lookup_of_what_a_preview_does_not_know_asks_no_mock() -> None:
    """The answer is unknown, as on the engine."""
    mocks = GuideMocks()

    def program() -> None:
        unknown: pulumi.Output[Any] = pulumi.Output.from_input(pulumi.UNKNOWN)
        found = get_service_account_output(name=unknown)
        pulumi.export("found", found.apply(lambda one: one.username))

    run_program(program, mocks, preview=True)
    assert mocks.asked == []


def test_a_plain_lookup_still_takes_no_output() -> None:
    """A test under mocks fails where the deployment would."""
    with pytest.raises(LookupFailed) as caught:
        run_program(lambda: get_service_account(name=pulumi.Output.from_input("bot")))  # type: ignore[arg-type]
    assert str(caught.value) == (
        "get_service_account: its argument name is an output, which only the deployment tells. Use "
        "get_service_account_output, which waits for it."
    )


def test_what_the_mocks_raise_comes_through() -> None:
    """It is the test's own."""

    class Raising(GuideMocks):
        def call(self, args: pulumi.runtime.MockCallArgs) -> Any:  # noqa: ANN401
            raise LookupFailed(f"nothing for {args.token}")

    with pytest.raises(LookupFailed, match=f"^nothing for {FIND}$"):
        run_program(lambda: get_service_account(id=1), Raising())
