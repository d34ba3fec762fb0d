"""What can go wrong between us and Mixpanel.

MixpanelError
├── ConfigurationError      something is missing or contradictory; nothing was sent
├── UnsupportedByDialect    the dialect in use has no such call; nothing was sent
├── NoAnswer                no connection, no answer in time, or one that broke off
├── StatusError             an answer that says no
├── MalformedAnswer         an answer that says yes, and not what was asked for
├── Redirected              an answer that points elsewhere, which is not followed
├── GaveUp                  the deadline of an operation passed while it waited to try again
└── Refused                 the rules of a resource forbid the operation; nothing was changed

No message holds a body: of an error in the vendor's own shape it shows the `error` text, of any
other the content type and the length (wire.md, fact 4).
"""

from __future__ import annotations

HTTP_UNAUTHORIZED = 401
HTTP_FORBIDDEN = 403
HTTP_NOT_FOUND = 404
HTTP_METHOD_NOT_ALLOWED = 405
HTTP_CONFLICT = 409
HTTP_TOO_MANY_REQUESTS = 429
HTTP_SERVER_ERROR = 500

_ADVICE = {
    HTTP_UNAUTHORIZED: "The login was not accepted: check the username (in full, with its "
    "suffix), the secret, the region and whether the account has expired.",
    HTTP_FORBIDDEN: "The login lacks the right to do this: it needs the role admin or owner in the "
    "organization, and membership of the project in question.",
    HTTP_NOT_FOUND: "Check the organization, the region and the base URL.",
}


class MixpanelError(Exception):
    """The root of every error that this package raises on purpose."""


class ConfigurationError(MixpanelError):
    """Something is missing or contradictory in the configuration; nothing was sent."""


class UnsupportedByDialect(MixpanelError):  # noqa: N818 (reads as a sentence, like its siblings)
    """The dialect in use has no such call; nothing was sent."""


class Refused(MixpanelError):  # noqa: N818
    """The rules of a resource forbid the operation; nothing was changed."""


class RequestError(MixpanelError):
    """A request that did not end well.

    Attributes:
        method: The HTTP method.
        path: The path below the base URL.
        reason: What happened, as a sentence without its subject.
    """

    def __init__(self, method: str, path: str, reason: str) -> None:
        super().__init__(f"{method} {path} {reason}")
        self.method = method
        self.path = path
        self.reason = reason


class NoAnswer(RequestError):  # noqa: N818
    """No connection, no answer in time, or one that broke off.

    Attributes:
        sent: Whether the server may have received the request, and so may have acted on it.
    """

    def __init__(self, method: str, path: str, reason: str, *, sent: bool) -> None:
        super().__init__(method, path, reason)
        self.sent = sent


class StatusError(RequestError):
    """An answer that says no.

    Attributes:
        status: The HTTP status.
        vendor_shaped: Whether the body is an error in the vendor's own JSON shape. Another server
            may answer in it too, so that it proves nothing by itself.
        retry_after: The text of the header Retry-After, where there is one.
    """

    def __init__(
        self,
        method: str,
        path: str,
        status: int,
        said: str,
        *,
        vendor_shaped: bool,
        retry_after: str | None = None,
        login_renewed: str = "",
    ) -> None:
        advice = _ADVICE.get(status)
        if status == HTTP_UNAUTHORIZED and login_renewed:
            advice = f"{advice} {login_renewed}"
        super().__init__(
            method, path, f"answered {status}: {said}" + (f" {advice}" if advice else "")
        )
        self.status = status
        self.vendor_shaped = vendor_shaped
        self.retry_after = retry_after


def is_refused_for_the_limit(error: BaseException | None) -> bool:
    """Return whether an answer says that there were too many calls."""
    return isinstance(error, StatusError) and error.status == HTTP_TOO_MANY_REQUESTS


class MalformedAnswer(RequestError):  # noqa: N818
    """An answer that says yes, and not what was asked for."""


class Redirected(RequestError):  # noqa: N818
    """An answer that points elsewhere, which is not followed."""


class GaveUp(RequestError):  # noqa: N818
    """The deadline of an operation passed while it waited to try again.

    Attributes:
        last: The error of the last try.
    """

    def __init__(self, method: str, path: str, reason: str, last: RequestError) -> None:
        super().__init__(method, path, reason)
        self.last = last
