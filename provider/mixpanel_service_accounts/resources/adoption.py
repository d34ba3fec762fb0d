"""Taking over an account that somebody made by hand, without making one.

`adopt` counts for the FIRST create alone; adding or removing it later is no change. What must never
happen is that a replacement "makes" the very account that it replaces and the engine deletes that
one afterwards. So check() refuses a change that would replace, and to make anew what the state of
the stack holds, as the program tells (`held_by`). That leaves what the engine still has to delete
from an earlier run, of which it tells nobody: delete() spares what this process adopted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec.structs import replace

from mixpanel_service_accounts.api.errors import Refused
from mixpanel_service_accounts.api.models import Account, Grant, Place, same_role
from mixpanel_service_accounts.api.whole_numbers import whole_number
from mixpanel_service_accounts.resources.account_fields import AccountInputs, Located
from mixpanel_service_accounts.resources.checks import Checking
from mixpanel_service_accounts.resources.fields import Unknown, fields_of
from mixpanel_service_accounts.resources.location import current_place, known_place
from mixpanel_service_accounts.resources.session import Session

if TYPE_CHECKING:  # what only calls need is slow to import (session.py)
    from mixpanel_service_accounts.api.organization import Organization

Given = TypeVar("Given", bound=AccountInputs)


def check_adopt(
    session: Session, checked: Checking, news: Mapping[str, Any], olds: AccountInputs | None
) -> None:
    """Check `adopt`, and `secret`, which goes with it; neither is shown in a message."""
    adopt = news.get("adopt")
    if isinstance(adopt, Unknown):
        checked.inputs["adopt"] = adopt
    elif adopt is not None:
        _check_number(session, checked, adopt, olds)
    secret = news.get("secret")
    if secret is None:
        return
    if news.get("adopt") is None and not olds:
        # Of no input: Pulumi would show its value beside the fault, Terraform its line.
        checked.fail(
            "",
            f"{session.wording.lone_secret}: it is for an existing account whose secret you still "
            "have. The secret of an account that is made comes from Mixpanel.",
        )
    elif isinstance(secret, Unknown) or (isinstance(secret, str) and secret):
        checked.inputs["secret"] = secret
    else:
        checked.fail(
            "",
            f"{session.wording.existing_secret} must be a text that is not empty; something else "
            "was given.",
        )


def _check_number(
    session: Session, checked: Checking, adopt: object, olds: AccountInputs | None
) -> None:
    number = whole_number(adopt)
    if number is None:
        # Not shown, neither by us nor by the engine: it may be the secret, in the wrong place.
        checked.fail(
            "",
            "adopt must be a service account's number, a whole number above 0 such as 5001; "
            "something else was given.",
        )
        return
    checked.inputs["adopt"] = number
    if olds:
        # Whatever happens to this resource, it exists: its create would be a replacement.
        if session.ledger:
            session.claims.hold(known_place(checked.inputs.get("home")), number)
    else:
        _refuse_held(session, checked, number)


def _refuse_held(session: Session, checked: Checking, number: int) -> None:
    """Refuse to take over what another resource holds: the program says so (`held_by`)."""
    if session.held_by is None:
        checked.fail(
            "adopt",
            "adopt= has to be given where the resource is made, and not by a transformation: else "
            f"nothing tells whether a resource holds service account {number} already.",
        )
        return
    here = known_place(checked.inputs.get("home"))
    for holding in session.held_by:
        if not holding.recorded:
            checked.fail(
                "adopt",
                f"service account {number} is adopted by {holding.by} of this program too: the "
                "deletion of either resource would delete the account of both. Where these are two "
                "accounts in two places, adopt one after the other, and remove adopt= in between.",
            )
        elif _may_be_one_place(session, here, holding.place):
            checked.fail(
                "adopt",
                f"service account {number} is in the state of this {session.wording.stack} "
                f"already, held by {holding.by}: adopt= would take over the very account that is "
                "being replaced, and the engine would delete it. Remove adopt= first, it has done "
                "its work; a resource that was renamed keeps its account with aliases=.",
            )


def _may_be_one_place(session: Session, one: Place | None, other: Place | None) -> bool:
    """Return whether a number may mean the same account in both; in doubt it does."""
    if one is None or other is None or session.configuration.accept_move:
        return True
    organizations = {one.organization_id, other.organization_id} - {None}
    return one.base_url == other.base_url and len(organizations) < 2  # noqa: PLR2004


def refuse_replacing(checked: Checking, replaces: tuple[str, ...]) -> None:
    """Refuse a change that would replace while `adopt` is set."""
    if not replaces or checked.inputs.get("adopt") is None:
        return
    both = ", and secret= with it" if checked.inputs.get("secret") is not None else ""
    checked.fail(
        "adopt",
        f"a change of {', '.join(replaces)} would replace the account, and adopt= would take over "
        f"the very account that is being replaced: remove adopt= first{both}. It has done its "
        "work.",
    )


def take_over(session: Session, organization: Organization, inputs: AccountInputs) -> Account:
    """Find the account that `adopt` names, and note that it is held from now on.

    Raises:
        Refused: It is not there, has another name, or a resource holds it already.
    """
    number, name = int(inputs.adopt or 0), inputs.name
    key = (organization.client.base_url, number)
    ledger = session.ledger
    if ledger and (key in ledger.claims.held or key in ledger.adopted):
        raise Refused(
            f"service account {number} is held by a resource of this {session.wording.stack} "
            "already, so adopt= would take over the very account that is being replaced: remove "
            "adopt= first. Nothing was changed."
        )
    account = organization.reads.account(number)
    if account is None:
        raise Refused(
            f"there is no service account {number} in organization {organization.id} at "
            f"{organization.client.base_url}: adopt= takes the number of one that exists there. "
            "Without adopt= a new one is made. Nothing was changed."
        )
    if account.name != name:
        raise Refused(
            f"service account {number} is {account.username!r}, whose name is {account.name!r} and "
            f"not {name!r}: give name={account.name!r}, or the number of another account. Nothing "
            "was changed."
        )
    if ledger:
        ledger.adopted[key] = inputs.secret is not None
        ledger.claims.held.add(key)
    return account


def grant_listed(organization: Organization, account: int, grants: list[Grant]) -> dict[str, str]:
    """Return an adopted account the roles that are listed; those that it has cost no write.

    Returns:
        The server's own words for the roles that were read back, by project.
    """
    words = {}
    for grant in grants:
        rows = organization.reads.rows(account, grant.project_id)
        own = next((row for row in rows if row.is_individual), None)
        if own is not None and same_role(own.role, grant.role):
            continue
        word = organization.writes.set_role(account, grant.project_id, grant.role)
        words.update({str(grant.project_id): word} if word else {})
    return words


def adopted_secret(session: Session, account: Account, inputs: AccountInputs) -> str | None:
    """Return the secret of an adopted account; warn if it is missing."""
    if inputs.secret is None:
        session.warn_once(
            f"service account {account.id} ({account.username}) was adopted without its secret, "
            "which Mixpanel shows only once: the output `secret` is null. Whoever still has it "
            "can give secret=."
        )
    return inputs.secret


def is_taken_over(session: Session, number: int, state: Located, secret: str | None) -> bool:
    """Return whether an account that is to be deleted was adopted in this process, and warn if so.

    `--replace`, and a resource that was renamed, create first; the engine asks nothing before.

    Args:
        session: Its ledger knows what was adopted.
        number: The account.
        state: Where it lives.
        secret: Its secret, as far as the state has it.
    """
    key = (current_place(session, state).base_url, number)
    if session.ledger is None or key not in session.ledger.adopted:
        return False
    line = f"service account {number} was adopted by another resource in this very run: it stays."
    if secret is not None and not session.ledger.adopted[key]:
        line += (
            f" Its secret is in earlier states of the {session.wording.stack} alone, for secret= "
            f"was not given: look there ({session.wording.earlier_states_command}), and give it "
            "with secret=."
        )
    session.warn_once(line)
    return True


def later_secret(adopted: bool | None, known: str | None, given: str | None) -> str | None:  # noqa: FBT001
    """Return the secret after a change: one that Mixpanel gave is never overwritten.

    Args:
        adopted: Whether the account existed before, and was adopted.
        known: The secret in the state.
        given: The input.
    """
    return given if given is not None and adopted else known


def keep_found(inputs: Given, state: AccountInputs, *, adopted: bool | None) -> Given:
    """Return the inputs, completed with what an adopted or imported account has already.

    What the user leaves out asks for nothing, so such an account keeps it, also if the user gave it
    before: a shell records no input that changes nothing, and so cannot know.

    Args:
        inputs: As check() left them.
        state: What is stored.
        adopted: Whether the account existed before.
    """
    if not adopted:
        return inputs
    kept = {
        name: getattr(state, name)
        for name, field in fields_of(type(inputs)).items()
        if field.kept and getattr(inputs, name) is None
    }
    return replace(inputs, **kept)
