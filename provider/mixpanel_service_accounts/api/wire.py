"""What dialects and transport say to each other, and which hosts they may say it to.

Kept apart from the transport, which is slow to import: a preview checks places and never calls.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from msgspec import Struct

from mixpanel_service_accounts.api.errors import ConfigurationError, MalformedAnswer

REGIONS: Mapping[str, str] = {
    "us": "https://mixpanel.com/api/app",
    "eu": "https://eu.mixpanel.com/api/app",
    "in": "https://in.mixpanel.com/api/app",
}
"""Base URL of each data residency region (grade D; document 000 names us and eu)."""

CREATE_TIMEOUT = 150.0
"""Seconds that a create waits at least for its answer: the server's own deadline is about 120 s
(wire.md, fact 8), so that a time-out is never ours."""

LARGEST_LIST = 64 * 1024 * 1024
"""Bytes of all pages of one list; a longer one is an error."""

_DEFAULT_PATH = "/api/app"
_LOOPBACK_4 = ipaddress.ip_network("127.0.0.0/8")
_LOOPBACK_6 = ipaddress.ip_address("::1")


class Timeouts(Struct, frozen=True):
    """How long to wait, in seconds.

    Attributes:
        connect: For a connection; default 10.
        read: For the next bytes of an answer; default 150. A create waits at least 150.
        total: For an operation with all its tries and the waits between them; default 180.
    """

    connect: float = 10.0
    read: float = CREATE_TIMEOUT
    total: float = 180.0


class Turn(Struct, frozen=True):
    """A request that the rate limit has let through before it was put together.

    Attributes:
        once: Whether a refusal of that request for the rate limit is raised at once, as a
            `StatusError`, instead of being waited out: there may be more to send by then.
    """

    once: bool = False


class Request(Struct, frozen=True):
    """What a dialect asks the transport to send.

    Attributes:
        method: The HTTP method.
        path: The path below the base URL, beginning with a slash.
        query: What follows the path behind a question mark, encoded; no part of messages.
        body: What becomes the JSON body; None for no body.
        idempotent: Whether it may be sent again when nobody knows what became of it.
        creates: Whether its answer holds a secret: then no part of the answer is ever quoted.
        turn: The turn that was taken for it; None if it waits for the rate limit itself.
    """

    method: str
    path: str
    body: object = None
    query: str = ""
    idempotent: bool = True
    creates: bool = False
    turn: Turn | None = None

    @property
    def target(self) -> str:
        """The path with its query."""
        return f"{self.path}?{self.query}" if self.query else self.path


class Answer(Struct, frozen=True):
    """The whole body of an answer that says yes.

    Attributes:
        request: What it answers.
        status: The HTTP status.
        content: The bytes.
        content_type: The header, for messages.
        link: The header Link; empty if there is none.
    """

    request: Request
    status: int
    content: bytes
    content_type: str
    link: str = ""

    def __repr__(self) -> str:
        return f"Answer({self.request.method} {self.request.path}, {len(self.content)} bytes)"

    def malformed(self, problem: str) -> MalformedAnswer:
        """Make the error for an answer that is not what the call promises.

        Args:
            problem: What is wrong; left out for the answer to a create.
        """
        what = f"answered {self.status}: {self.content_type} of {len(self.content)} bytes"
        detail = "" if self.request.creates else f" ({problem})"
        return MalformedAnswer(
            self.request.method,
            self.request.path,
            f"{what}, not what this API describes{detail}.",
        )


def is_loopback(host: str) -> bool:
    """Return whether a host, parsed out of a URL, is this machine itself."""
    if host.lower() == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address in _LOOPBACK_4 or address == _LOOPBACK_6


def is_host(host: str) -> bool:
    """Check whether a text is a host by its form: parts of 1 to 63 characters."""
    return re.fullmatch(r"[^.]{1,63}(\.[^.]{1,63})*\.?", host) is not None


def check_base_url(text: str) -> str:
    """Accept a base URL, or say what is wrong with it.

    Args:
        text: `https://host[:port][/path]`, or `http://…` on loopback.

    Returns:
        The URL without a trailing slash, scheme and host in lower case. A URL without a path gets
        `/api/app`: the vendor's own tools mean the host alone by `MIXPANEL_BASE_URL` (wire.md,
        fact 9).

    Raises:
        ConfigurationError: It is neither, or has user information, a query or a fragment.
    """
    refusal = _problem_of_base_url(text)
    if refusal:
        raise ConfigurationError(f"The base URL {_without_user(text)!r} is refused: {refusal}")
    parts = urlsplit(text)
    return parts._replace(
        scheme=parts.scheme.lower(),
        netloc=parts.netloc.lower(),
        path=parts.path.rstrip("/") or _DEFAULT_PATH,
    ).geturl()


def _problem_of_base_url(text: str) -> str | None:  # noqa: PLR0911 (one return a problem)
    if not re.fullmatch(r"[!-~]+", text) or "\\" in text:
        return "it has white space, a backslash or letters that no URL may have."
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "it is no URL."
    if "@" in parts.netloc:
        return "it has user information before the host; credentials are configured apart."
    if "?" in text or "#" in text:
        return "it has a query or a fragment."
    if not host or parts.scheme not in ("http", "https"):
        return "it must be https://host/path, or http://localhost:port/path for a local server."
    if not is_host(host):
        return "its host is none."
    if parts.scheme == "http" and not is_loopback(host):
        return (
            f"http is for loopback alone (localhost, 127.0.0.0/8, ::1) and {host} is not: the "
            "credentials would cross the network in clear. Use https."
        )
    return None


def _without_user(text: str) -> str:
    """Cut user information out of a URL that goes into a message: it may be a password."""
    return re.sub(r"//.*@", "//[…]@", text)
