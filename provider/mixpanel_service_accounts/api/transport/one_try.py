"""One try of a request: sent once, its redirects judged, its response read to the end."""

from __future__ import annotations

import base64
import re
from urllib.parse import urljoin, urlsplit

import msgspec
import requests
import urllib3

from mixpanel_service_accounts.api.clock import Clock
from mixpanel_service_accounts.api.errors import (
    HTTP_SERVER_ERROR,
    ConfigurationError,
    MalformedAnswer,
    Redirected,
    StatusError,
)
from mixpanel_service_accounts.api.machine_settings import way_to
from mixpanel_service_accounts.api.models import Credentials
from mixpanel_service_accounts.api.server_time import ServerTime
from mixpanel_service_accounts.api.transport.foreign_errors import cut_off, no_answer, not_in_time
from mixpanel_service_accounts.api.transport.http_session import open_session
from mixpanel_service_accounts.api.vendor_errors import vendor_error_in
from mixpanel_service_accounts.api.wire import (
    CREATE_TIMEOUT,
    Answer,
    Request,
    Timeouts,
)
from mixpanel_service_accounts.api.wording import Wording, user_agent

LARGEST_ANSWER = 64 * 1024 * 1024
"""Bytes; no list of service accounts comes near."""

_REDIRECTS = 3
_YES, _REDIRECTING = range(200, 300), range(300, 400)
_SHORTEST_TRY = 1.0
_CHUNK = 64 * 1024
_LONGEST_QUOTE = 500
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]+")


class Tries:
    """Sends a request once. Safe to share between threads.

    Args:
        base_url: The base URL, checked.
        credentials: The login.
        timeouts: The deadlines.
        connections: How many connections are kept open at once.
        clock: Where time comes from.
        wording: What the shell calls things.

    Attributes:
        session: The session of requests.
        server_time: What the responses say of the server's clock.
    """

    def __init__(
        self,
        base_url: str,
        credentials: Credentials,
        timeouts: Timeouts,
        *,
        connections: int,
        clock: Clock,
        wording: Wording,
    ) -> None:
        self.base_url = base_url
        self.clock = clock
        self._credentials = credentials
        self._timeouts = timeouts
        self._wording = wording
        self._way = way_to(base_url)
        self.server_time = ServerTime()
        self.session = open_session(self._way, credentials, connections, user_agent(wording), clock)

    def send(self, request: Request, deadline: float) -> Answer:
        """Send once; a read follows a redirect to its own route (a slash more), a write none."""
        url = self.base_url + request.target
        for _ in range(_REDIRECTS + 1):
            read = self._read_timeout(request, deadline)
            sent_at = self.clock.monotonic()
            response = self._send_once(request, url, read)
            with response:
                if response.status_code not in _REDIRECTING:
                    return self._whole(request, response, read, sent_at + read)
                url = self._next_url(request, url, response)
        raise Redirected(
            request.method, request.path, f"was redirected more than {_REDIRECTS} times."
        )

    def _read_timeout(self, request: Request, deadline: float) -> float:
        """Return how many seconds a try may wait for its answer: what is left of the operation's.

        A create waits longer than the server works, so that a time-out is never ours.
        """
        if request.creates:
            return max(self._timeouts.read, CREATE_TIMEOUT)
        left = deadline - self.clock.monotonic()
        return min(self._timeouts.read, max(left, _SHORTEST_TRY))

    def _next_url(self, request: Request, url: str, response: requests.Response) -> str:
        try:
            target = urljoin(url, response.headers.get("Location", ""))
            where = urlsplit(target)
        except ValueError:  # the header is no URL
            target, where = "", urlsplit("")
        if request.method != "GET":
            raise Redirected(
                request.method,
                request.path,
                f"answered {response.status_code}, a redirect, which a write never follows. Check "
                "the base URL.",
            )
        here = urlsplit(url)
        if (where.scheme, where.netloc) != here[:2]:
            raise Redirected(
                request.method,
                request.path,
                f"answered {response.status_code}, a redirect to another host, where credentials "
                "never follow. Check the base URL.",
            )
        if where.path.rstrip("/") != here.path.rstrip("/"):
            # What another route says is no answer: its 404 must not count as gone.
            raise Redirected(
                request.method,
                request.path,
                f"answered {response.status_code}, a redirect to another route. Check the base "
                "URL.",
            )
        return target

    def _send_once(self, request: Request, url: str, read: float) -> requests.Response:
        body = None if request.body is None else msgspec.json.encode(request.body)
        try:
            response = self.session.request(
                request.method,
                url,
                data=body,
                headers={"Content-Type": "application/json"} if body is not None else None,
                timeout=(min(self._timeouts.connect, read), read),
                allow_redirects=False,
                stream=True,
            )
        except requests.RequestException as error:
            raise no_answer(request, error, read, self._way) from None
        except OSError:  # requests looks for the certificates before it connects
            raise ConfigurationError(
                f"{request.method} {request.path} was not sent: the certificates of "
                f"{self._way.certificates_setting} can no longer be read."
            ) from None
        self.server_time.note(response.headers.get("Date"), self.clock.now())
        return response

    def _whole(
        self, request: Request, response: requests.Response, seconds: float, deadline: float
    ) -> Answer:
        content = self._read(request, response, seconds, deadline)
        content_type = _CONTROL.sub(" ", response.headers.get("Content-Type", "no content type"))
        if response.status_code not in _YES:
            raise self._status_error(request, response, content, content_type)
        link = response.headers.get("Link", "")
        return Answer(request, response.status_code, content, content_type, link)

    def _read(
        self, request: Request, response: requests.Response, seconds: float, deadline: float
    ) -> bytes:
        """Read a body as it comes, so that one that drips does not outlast the deadline."""
        content = bytearray()
        try:
            while chunk := response.raw.read1(_CHUNK, decode_content=True):
                content += chunk
                if len(content) > LARGEST_ANSWER:
                    raise MalformedAnswer(
                        request.method,
                        request.path,
                        f"answered {response.status_code} with more than "
                        f"{LARGEST_ANSWER // 1024 // 1024} MB.",
                    )
                if self.clock.monotonic() > deadline:
                    raise not_in_time(request, seconds)
        except urllib3.exceptions.ReadTimeoutError:
            raise not_in_time(request, seconds) from None
        except urllib3.exceptions.HTTPError:
            raise cut_off(request) from None
        return bytes(content)

    def _status_error(
        self, request: Request, response: requests.Response, content: bytes, content_type: str
    ) -> StatusError:
        text = _quoted(content)
        status = response.status_code
        # A create that the server refused (4xx, in its own shape) made no secret to be quoted.
        quotable = text is not None and not (request.creates and status >= HTTP_SERVER_ERROR)
        said = f"{content_type} of {len(content)} bytes"
        if quotable:
            said = _shortened(self._masked(text or ""))
        return StatusError(
            request.method,
            request.path,
            status,
            said if said.endswith((".", "!", "?")) else f"{said}.",
            vendor_shaped=text is not None,
            retry_after=response.headers.get("Retry-After"),
            login_renewed=self._wording.login_renewed,
        )

    def _masked(self, text: str) -> str:
        """Take our own login out of what a server says, should it echo what it was sent."""
        secret = self._credentials.secret.reveal()
        pair = f"{self._credentials.username}:{secret}".encode()
        for clear in (secret, base64.b64encode(pair).decode()):
            text = text.replace(clear, "[secret]")
        return text


def _quoted(content: bytes) -> str | None:
    """Return what a message shows of an error in the vendor's own shape; None for any other."""
    error = vendor_error_in(content)
    if error is None:
        return None
    return _CONTROL.sub(" ", error).strip()


def _shortened(text: str) -> str:
    """Return a text that a message can quote; what is secret in it was masked before."""
    return text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "…"
