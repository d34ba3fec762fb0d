"""The steps of an update: create the next account, change projects, retire what is due."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from mixpanel_service_accounts.api.errors import MixpanelError, Refused, StatusError
from mixpanel_service_accounts.api.instants import format_instant
from mixpanel_service_accounts.api.models import Account, CreatedAccount
from mixpanel_service_accounts.resources.account_fields import Retiring, own
from mixpanel_service_accounts.resources.adoption import later_secret
from mixpanel_service_accounts.resources.clock_comparison import compare_clocks
from mixpanel_service_accounts.resources.grants import Listed, change_projects, grants_of
from mixpanel_service_accounts.resources.names import CANNOT_LOG_IN
from mixpanel_service_accounts.resources.renewal import Terms, date_of
from mixpanel_service_accounts.resources.rotating_service_account.dates import (
    dated_name,
    later_than,
    next_rotation,
    overlap_end,
    retirement,
    retires,
    terms_of,
)
from mixpanel_service_accounts.resources.rotating_service_account.inputs_and_state import (
    Inputs,
    State,
)
from mixpanel_service_accounts.resources.rotating_service_account.issued import (
    Issued,
    accounts_of,
    current_of,
    previous_of,
    with_previous,
)
from mixpanel_service_accounts.resources.session import Session

if TYPE_CHECKING:  # what only calls need is slow to import
    from mixpanel_service_accounts.api.organization import Organization

_MAY_MEAN_TAKEN = (400, 409)

Step = Callable[["Progress"], None]


class Progress:
    """An update under way; each step replaces the state by a later one."""

    def __init__(
        self, session: Session, organization: Organization, state: State, inputs: Inputs
    ) -> None:
        self.session = session
        self.organization = organization
        self.state = state
        self.inputs = inputs

    def run(self, steps: Sequence[Step]) -> list[str]:
        """Run each step, whatever becomes of the others; return what went wrong."""
        problems = [self._problem_of(step) for step in steps]
        return [problem for problem in problems if problem]

    def _problem_of(self, step: Step) -> str | None:
        try:
            step(self)
        except MixpanelError as error:
            return str(error)
        except Exception as error:  # noqa: BLE001 (the state holds a secret that is nowhere else)
            product = self.session.wording.product
            return f"a bug in {product}: {type(error).__name__}. Please report it."
        return None


def run_after_rotation(
    session: Session, organization: Organization, state: State, inputs: Inputs
) -> State:
    """Run the steps that follow a rotation; a failure is a warning, for the secret is in state."""
    progress = Progress(session, organization, state, inputs)
    for problem in progress.run((_change_previous, _retire_due)):
        session.warn_once(
            f"{state.name!r} was rotated, and its new secret is in the state, but: {problem} "
            f"The next {session.wording.run} goes on from there."
        )
    return progress.state


def run_in_place(
    session: Session, organization: Organization, state: State, inputs: Inputs
) -> State:
    """Run the steps of an update that creates no account.

    Raises:
        Refused: A step failed; the others were taken.
    """
    progress = Progress(session, organization, state, inputs)
    problems = progress.run((_change_current, _change_previous, _retire_due))
    if problems:
        raise Refused(" ".join(problems))
    return progress.state


def observed(account: Account) -> dict[str, Any]:
    """Return what the server says of the current account; its expiry counts if it is another."""
    seen: dict[str, Any] = {
        "service_account_id": account.id,
        "username": account.username,
        "created": format_instant(account.created) if account.created else None,
    }
    if isinstance(account.expires, datetime):
        seen["expires"] = format_instant(account.expires)
    return seen


def with_next(state: State) -> State:
    """Return the state with the date of the next rotation, as far as the state knows it."""
    due = next_rotation(state, state)
    return replace(state, next_rotation_at=format_instant(due)) if due else state


def kept(olds: State, news: Inputs) -> State:
    """Return the whole state before the steps of an update that creates no account."""
    until = retirement(olds, news)
    after = {
        **own(news, Inputs),
        "rotated_at": olds.rotated_at,
        "expires": olds.expires,
        "projects": olds.projects,
        "retires_at": format_instant(until) if until else None,
        "secret": later_secret(olds.adopted, olds.secret, news.secret),
    }
    return replace(olds, **after)


def rotated(session: Session, organization: Organization, olds: State, news: Inputs) -> State:
    """Create the next account, and turn the current one into the previous.

    Everything else is put together before the call: what comes after it could lose the secret.
    """
    terms = terms_of(news)
    if terms is None:
        raise Refused("the periods of the rotation are not known. Nothing was changed.")
    # Not the date in the inputs, which follows theirs: the state may know better (dates.py).
    at = later_than(date_of(olds.rotated_at), session.now())
    expires = at + terms.lifetime
    state = olds if current_of(olds) is None else _succeeded(olds, news, terms, at)
    state = replace(
        state,
        **{
            **own(news, Inputs),
            "rotated_at": format_instant(at),
            "expires": format_instant(expires),
            "retires_at": state.retires_at,
            "next_rotation_at": None,
            "adopted": None,
            "granted_roles": None,
        },
    )
    created = _create_next(organization, olds, news, at, expires)
    return replace(state, **observed(created.account), secret=created.secret.reveal())


def _create_next(
    organization: Organization, olds: State, news: Inputs, at: datetime, expires: datetime
) -> CreatedAccount:
    """Create an account beside one of the same name, if the server lets it.

    Whether names are unique is unknown (wire.md): where they are, the next one is dated.
    """
    if ":" in news.name:
        raise Refused(
            f"the next account of {news.name!r} could never log in, {CANNOT_LOG_IN}: change its "
            "name. Nothing was changed."
        )
    grants = grants_of(news.projects)
    try:
        return organization.create_account(news.name, news.role, expires, grants)
    except StatusError as error:
        namesake = any(name.startswith(news.name) for _, name in accounts_of(olds))
        if not namesake or error.status not in _MAY_MEAN_TAKEN or not error.vendor_shaped:
            raise
        refusal = error
    try:
        dated = dated_name(news.name, at)
        return organization.create_account(dated, news.role, expires, grants)
    except StatusError:
        raise refusal from None


def _succeeded(olds: State, news: Inputs, terms: Terms, at: datetime) -> State:
    """Turn the current account into the previous, and the previous into one to be deleted."""
    retiring = list(olds.retiring or ())
    if previous := previous_of(olds):
        retiring.append(Retiring(previous.service_account_id, previous.username))
    current = current_of(olds)
    if current is not None:
        current = replace(current, secret=later_secret(olds.adopted, olds.secret, news.secret))
    until = format_instant(overlap_end(terms, at, date_of(olds.expires)))
    return replace(with_previous(olds, current, until), retiring=retiring or None)


def _change_current(progress: Progress) -> None:
    state, wanted = progress.state, progress.inputs.projects
    current = current_of(state)
    if current is not None and current.projects != wanted:
        words = _changed_projects(progress, current)
        progress.state = replace(state, projects=wanted, granted_roles=words)


def _change_previous(progress: Progress) -> None:
    """Grant the previous account what the current one has, for its users are the same."""
    state, wanted = progress.state, progress.inputs.projects
    previous = previous_of(state)
    if previous is None or retires(progress.session, state, progress.inputs):
        return
    if previous.projects != wanted:
        words = _changed_projects(progress, previous)
        changed = replace(previous, projects=wanted, granted_roles=words)
        progress.state = with_previous(state, changed, state.retires_at)


def _changed_projects(progress: Progress, account: Issued) -> dict[str, str] | None:
    return change_projects(
        progress.session,
        progress.organization,
        account.service_account_id,
        Listed(account.projects, account.granted_roles),
        progress.inputs.projects,
    )


def _retire_due(progress: Progress) -> None:
    """Delete what is due; what could not be deleted stays on the list.

    Raises:
        Refused: Some could not be deleted; the others were.
    """
    due = retires(progress.session, progress.state, progress.inputs)
    username = progress.state.previous_username
    if due and not progress.session.is_own_login(username):
        what = f"The retirement of {username}"
        compare_clocks(progress.session, progress.organization, what)
    left, problems = [], []
    for entry in progress.state.retiring or ():
        if problem := _retire(progress, entry.service_account_id, entry.username):
            left.append(entry)
            problems.append(problem)
    progress.state = replace(progress.state, retiring=left or None)
    previous = previous_of(progress.state)
    if previous and due:
        if problem := _retire(progress, previous.service_account_id, previous.username):
            problems.append(problem)
        else:
            progress.state = with_previous(progress.state, None, None)
    if problems:
        raise Refused(" ".join(problems))


def _retire(progress: Progress, number: int, username: str | None) -> str | None:
    """Delete one account; return what prevented it."""
    try:
        progress.session.spare_own_login(username, "retired")
        progress.organization.delete_account(number)
    except MixpanelError as error:
        return f"service account {number} ({username}) could not be retired: {error}"
    return None
