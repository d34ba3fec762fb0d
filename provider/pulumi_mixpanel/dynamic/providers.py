"""The providers of the kinds, as the engine calls them in their own process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    UpdateResult,
)

from mixpanel_service_accounts.resources import (
    project_membership,
    rotating_service_account,
    service_account,
)
from mixpanel_service_accounts.resources.contract import Checked
from mixpanel_service_accounts.resources.contract import Resource as Rules
from mixpanel_service_accounts.resources.fields import decode, encode
from pulumi_mixpanel.dynamic import RecordedProvider
from pulumi_mixpanel.dynamic.failures import edge
from pulumi_mixpanel.dynamic.process import process
from pulumi_mixpanel.dynamic.property_values import holdings_in, inward, outward


class _Provider(RecordedProvider):
    """One shell for every resource: names, unknowns and errors; the rules are in `rules`."""

    rules: Rules[Any, Any]

    def configure(self, req: ConfigureRequest) -> None:
        process.configure(req.config.get)

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        rules, given = self.rules, inward(news)
        held_by = holdings_in(given.pop("held_by", None))

        def act() -> Checked[Any]:
            olds = decode(rules.Inputs, inward(_olds)) if _olds else None
            return rules.check(process.session(held_by), olds, given)

        checked = edge(f"Checking a {self.kind}", act)
        session = process.session()
        for line in checked.warnings:
            session.warn_once(line)
        for line in checked.notes:
            session.announce(line)
        failures = [CheckFailure(failure.property, failure.reason) for failure in checked.failures]
        return CheckResult(outward(encode(checked.inputs)) if checked.inputs else {}, failures)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        rules = self.rules
        found = edge(
            f"Comparing {self.kind} {_id}",
            lambda: rules.diff(
                process.session_of_diff(self.kind, _id),
                _id,
                self._state(_olds),
                decode(rules.Inputs, inward(_news)),
            ),
        )
        for line in found.notes:
            process.session().announce(line)
        return DiffResult(
            changes=found.changes,
            replaces=list(found.replaces),
            delete_before_replace=found.delete_before_replace,
        )

    def create(self, props: dict[str, Any]) -> CreateResult:
        rules = self.rules
        created = edge(
            f"Creating a {self.kind}",
            lambda: rules.create(process.session(), decode(rules.Inputs, inward(props))),
            "It is not in the state; the next up makes it.",
        )
        if created.problem:
            # An error would lose the secret: the engine stores nothing that is partly made.
            process.session().warn_once(
                f"{self.kind} {created.id} was created, but: {created.problem}"
            )
        return CreateResult(created.id, encode(created.state))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        rules = self.rules
        found = edge(
            f"Reading {self.kind} {id_}",
            lambda: rules.read(process.session(), id_, self._state(props) if props else None),
            "The state is as it was.",
        )
        if found is None:
            return ReadResult("", {})
        process.note_read(self.kind, found.id)
        return ReadResult(found.id, encode(found.state), encode(found.inputs))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        rules = self.rules
        state = edge(
            f"Updating {self.kind} {_id}",
            lambda: rules.update(
                process.session(), _id, self._state(_olds), decode(rules.Inputs, inward(_news))
            ),
            "The state is as it was; the next up goes on from there.",
        )
        return UpdateResult(encode(state))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        edge(
            f"Deleting {self.kind} {_id}",
            lambda: self.rules.delete(process.session(), _id, self._state(_props)),
            "It is still in the state; the next up or destroy tries again.",
        )

    def _state(self, stored: dict[str, Any]) -> Any:  # noqa: ANN401 (the state of whichever resource)
        return decode(self.rules.State, inward(stored))


class ServiceAccountProvider(_Provider):
    """The provider of `ServiceAccount`."""

    kind = "ServiceAccount"
    rules = service_account


class RotatingServiceAccountProvider(_Provider):
    """The provider of `RotatingServiceAccount`."""

    kind = "RotatingServiceAccount"
    rules = rotating_service_account


class ProjectMembershipProvider(_Provider):
    """The provider of `ProjectMembership`."""

    kind = "ProjectMembership"
    rules = project_membership


PROVIDERS: Mapping[str, type[_Provider]] = {
    provider.kind: provider
    for provider in (
        ServiceAccountProvider,
        RotatingServiceAccountProvider,
        ProjectMembershipProvider,
    )
}
