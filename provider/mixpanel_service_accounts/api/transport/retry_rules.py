"""When a request may be sent again."""

from __future__ import annotations

import tenacity

from mixpanel_service_accounts.api.errors import (
    HTTP_SERVER_ERROR,
    HTTP_TOO_MANY_REQUESTS,
    NoAnswer,
    RequestError,
    StatusError,
)
from mixpanel_service_accounts.api.wire import (
    Request,
)


def error_of(state: tenacity.RetryCallState) -> RequestError:
    """Return the error of the last try."""
    outcome = state.outcome
    error = outcome.exception() if outcome else None
    if not isinstance(error, RequestError):  # pragma: no cover - tenacity asks only after an error
        raise TypeError("a retry without an error")
    return error


def may_send_again(request: Request, error: BaseException) -> bool:
    """Return whether sending a request again can do no harm after an error."""
    if isinstance(error, NoAnswer):
        return not error.sent or request.idempotent
    if isinstance(error, StatusError):
        refused = error.status == HTTP_TOO_MANY_REQUESTS
        return refused or (request.idempotent and error.status >= HTTP_SERVER_ERROR)
    return False
