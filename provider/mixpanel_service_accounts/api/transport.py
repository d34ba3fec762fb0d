"""One request on the wire: session, login, deadlines, retries, limits.

The only module that sends with requests, and the one place where its exceptions become ours.
"""

from __future__ import annotations

import base64
import itertools
import re
import threading
from collections.abc import Callable
from http.cookiejar import DefaultCookiePolicy
from typing import Any, cast
from urllib.parse import urljoin, urlsplit

import msgspec
import requests
import tenacity
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth
from urllib3.connectionpool import HTTPConnectionPool

from mixpanel_service_accounts.api.clock import SYSTEM_CLOCK, Clock
from mixpanel_service_accounts.api.errors import (
    HTTP_SERVER_ERROR,
    HTTP_TOO_MANY_REQUESTS,
    ConfigurationError,
    GaveUp,
    MalformedAnswer,
    NoAnswer,
    Redirected,
    RequestError,
    StatusError,
    is_refused_for_the_limit,
)
from mixpanel_service_accounts.api.limiter import Limiter
from mixpanel_service_accounts.api.machine_settings import Way, way_to
from mixpanel_service_accounts.api.models import Credentials
from mixpanel_service_accounts.api.responses import ConnectionBroken, MalformedHead, read_carefully
from mixpanel_service_accounts.api.retry_after import seconds_to_wait
from mixpanel_service_accounts.api.server_time import ServerTime
from mixpanel_service_accounts.api.vendor_errors import vendor_error_in
from mixpanel_service_accounts.api.wire import (
    CREATE_TIMEOUT,
    Answer,
    Request,
    Timeouts,
    check_base_url,
)
from mixpanel_service_accounts.api.wording import PLAIN, Wording, user_agent

LARGEST_ANSWER = 64 * 1024 * 1024
"""Bytes; no list of service accounts comes near."""

LONGEST_WAIT = 60.0
"""Seconds; a server that asks for more than this is not waited for."""

_TRIES_TO_CONNECT = 4
_FIRST_BACKOFF, _LONGEST_BACKOFF = 0.5, 30.0
_WORTH_A_LINE = 2.0
_REDIRECTS = 3
_YES, _REDIRECTING = range(200, 300), range(300, 400)
_SHORTEST_TRY = 1.0
_CHUNK = 64 * 1024
_LONGEST_QUOTE = 500
_NO_TLS = ("[SSL: WRONG_VERSION_NUMBER]", "[SSL: UNSUPPORTED_PROTOCOL]", "HANDSHAKE_FAILURE]")
"""What OpenSSL says before a request is sent, if the two sides find no way to encrypt it."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]+")


class Transport:
    """Sends requests to one base URL with one login.

    Safe to share between threads; one limiter governs them all.

    Args:
        base_url: See `check_base_url`.
        credentials: The login.
        timeouts: The deadlines.
        connections: How many connections are kept open at once.
        clock: Where time, sleep and chance come from.
        announce: Is given one line for every wait of more than two seconds.
        wording: What the shell calls things.
    """

    def __init__(
        self,
        base_url: str,
        credentials: Credentials,
        *,
        timeouts: Timeouts = Timeouts(),  # noqa: B008 (frozen)
        connections: int = 16,
        clock: Clock = SYSTEM_CLOCK,
        announce: Callable[[str], None] = lambda _line: None,
        wording: Wording = PLAIN,
    ) -> None:
        self._wording = wording
        self.base_url = check_base_url(base_url)
        self.clock = clock
        self._credentials = credentials
        self._timeouts = timeouts
        self._announce = announce
        self._limiter = Limiter(clock)
        self._turns = threading.local()
        self.server_time = ServerTime()
        self._way = way_to(self.base_url)
        self._session = _session(self._way, credentials, connections, user_agent(wording), clock)

    def __repr__(self) -> str:
        return f"Transport({self.base_url!r})"

    def send(self, request: Request) -> Answer:
        """Send a request, again where that can do no harm, until it is answered.

        Raises:
            NoAnswer: No answer came, and it cannot be asked for again.
            StatusError: The answer says no.
            MalformedAnswer: The answer is too large.
            Redirected: The answer points elsewhere.
            GaveUp: The deadline passed, or the server asked for a longer wait than 60 seconds.
        """
        # The queue for the rate limit counts as no part of the operation: it may be long.
        self._wait_for_turn(request)
        started = self.clock.monotonic()
        tries = itertools.count(1)
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda error: _may_send_again(request, error)),
            wait=self._wait_before_retry,
            stop=lambda state: self._has_to_stop(state, started),
            sleep=self.clock.sleep,
            before_sleep=lambda state: self._tell(request, state),
            retry_error_callback=lambda state: self._give_up(request, state, started),
        )
        answer: Answer = retrying(
            lambda: self._attempt(request, next(tries), started + self._timeouts.total)
        )
        return answer

    def _attempt(self, request: Request, attempt: int, deadline: float) -> Answer:
        self._wait_for_turn(request, attempt)
        self._turns.taken = False
        sent_at = self.clock.monotonic()
        try:
            return self._follow(request, deadline)
        except StatusError as error:
            if error.status == HTTP_TOO_MANY_REQUESTS:
                asked = self._asked(error)
                self._limiter.refused(
                    min(asked if asked is not None else 1.0, LONGEST_WAIT), sent_at
                )
            raise

    def take_turn(self, what: str, attempt: int = 1, *, once: bool = False) -> None:
        """Wait until the limiter lets a call through, for the next request of this thread.

        Args:
            what: What is to be sent, for the line that tells the wait.
            attempt: Which try it is, for the same.
            once: Whether a refusal of that request is raised at once, instead of waited out.
        """
        while (wait := self._limiter.reserve()) > 0:
            self._say_wait(what, wait, "the server's rate limit", attempt)
            self.clock.sleep(wait)
        self._turns.taken, self._turns.once = True, once

    def price(self) -> float:
        """Tell the seconds that a call costs under the server's rate limit; 0.0 if none is near."""
        return self._limiter.price()

    def _wait_for_turn(self, request: Request, attempt: int = 1) -> None:
        if not getattr(self._turns, "taken", False):
            self.take_turn(f"{request.method} {request.path}", attempt)

    def _wait_before_retry(self, state: tenacity.RetryCallState) -> float:
        error = _error_of(state)
        asked = (
            seconds_to_wait(error.retry_after, self.clock.now())
            if isinstance(error, StatusError)
            else None
        )
        if asked:  # 0, or a date that has passed, says nothing of when to come again
            return asked
        ceiling = min(_LONGEST_BACKOFF, _FIRST_BACKOFF * 2.0 ** (state.attempt_number - 1))
        return ceiling * (0.5 + self.clock.chance() / 2)

    def _asked(self, error: RequestError) -> float | None:
        header = error.retry_after if isinstance(error, StatusError) else None
        return seconds_to_wait(header, self.clock.now())

    def _has_to_stop(self, state: tenacity.RetryCallState, started: float) -> bool:
        error = _error_of(state)
        if (
            isinstance(error, NoAnswer)
            and not error.sent
            and state.attempt_number >= _TRIES_TO_CONNECT
        ):
            return True
        wait = state.upcoming_sleep
        elapsed = self.clock.monotonic() - started
        return wait > LONGEST_WAIT or elapsed + wait > self._timeouts.total

    def _tell(self, request: Request, state: tenacity.RetryCallState) -> None:
        error = _error_of(state)
        if self._turns.once and is_refused_for_the_limit(error):
            raise error
        what = f"{request.method} {request.path}"
        self._say_wait(what, state.upcoming_sleep, f"{error}", state.attempt_number + 1)

    def _say_wait(self, what: str, wait: float, why: str, attempt: int) -> None:
        if wait > _WORTH_A_LINE:
            self._announce(f"waiting {wait:.0f} s before try {attempt} of {what}: {why}")

    def _give_up(self, request: Request, state: tenacity.RetryCallState, started: float) -> Answer:
        error = _error_of(state)
        elapsed = self.clock.monotonic() - started
        if state.upcoming_sleep > LONGEST_WAIT:
            why = (
                f"asks to wait {state.upcoming_sleep:.0f} s; more than {LONGEST_WAIT:.0f} s is not "
                "waited for"
            )
        else:
            why = f"failed {state.attempt_number} times in {elapsed:.0f} s"
        raise GaveUp(
            request.method, request.path, f"{why}; the last try {error.reason}", error
        ) from None

    def _follow(self, request: Request, deadline: float) -> Answer:
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
        """Tell how many seconds a try may wait for its answer: what is left of the operation's.

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
            response = self._session.request(
                request.method,
                url,
                data=body,
                headers={"Content-Type": "application/json"} if body is not None else None,
                timeout=(min(self._timeouts.connect, read), read),
                allow_redirects=False,
                stream=True,
            )
        except requests.RequestException as error:
            raise _no_answer(request, error, read, self._way) from None
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
                    raise _not_in_time(request, seconds)
        except urllib3.exceptions.ReadTimeoutError:
            raise _not_in_time(request, seconds) from None
        except urllib3.exceptions.HTTPError:
            raise _cut_off(request) from None
        return bytes(content)

    def _status_error(
        self, request: Request, response: requests.Response, content: bytes, content_type: str
    ) -> StatusError:
        text = _quoted(content)
        status = response.status_code
        # A create that the server refused (4xx, in its own shape) made no secret to be quoted.
        quotable = text is not None and not (request.creates and status >= HTTP_SERVER_ERROR)
        said = self._masked(text or "") if quotable else f"{content_type} of {len(content)} bytes"
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


class _Session(requests.Session):
    """A session that leaves redirects alone: else it reads the whole body of one, however large."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Say that nothing is redirected; `_follow` looks itself."""
        del resp
        return None


class _Adapter(HTTPAdapter):
    """An adapter whose connections, also those through a proxy, read responses carefully."""

    def __init__(self, connections: int, monotonic: Callable[[], float]) -> None:
        super().__init__(pool_connections=2, pool_maxsize=connections, max_retries=0)
        self._monotonic = monotonic

    def get_connection_with_tls_context(
        self,
        *args: Any,  # noqa: ANN401
        **options: Any,  # noqa: ANN401
    ) -> HTTPConnectionPool:
        pool = cast("HTTPConnectionPool", super().get_connection_with_tls_context(*args, **options))
        read_carefully(pool, self._monotonic)
        return pool


def _session(
    way: Way, credentials: Credentials, connections: int, agent: str, clock: Clock
) -> requests.Session:
    session = _Session()
    # What the environment says of proxies and certificates is checked already: machine_settings.py.
    session.trust_env = False
    session.proxies = {"https": way.proxy} if way.proxy else {}
    session.verify = way.certificates or True
    session.auth = HTTPBasicAuth(
        credentials.username.encode(), credentials.secret.reveal().encode()
    )
    session.headers.update({"Accept": "application/json", "User-Agent": agent})
    # Answers set cookies even under Basic auth (wire.md, fact 9): none is kept.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = _Adapter(connections, clock.monotonic)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _error_of(state: tenacity.RetryCallState) -> RequestError:
    outcome = state.outcome
    error = outcome.exception() if outcome else None
    if not isinstance(error, RequestError):  # pragma: no cover - tenacity asks only after an error
        raise TypeError("a retry without an error")
    return error


def _may_send_again(request: Request, error: BaseException) -> bool:
    if isinstance(error, NoAnswer):
        return not error.sent or request.idempotent
    if isinstance(error, StatusError):
        refused = error.status == HTTP_TOO_MANY_REQUESTS
        return refused or (request.idempotent and error.status >= HTTP_SERVER_ERROR)
    return False


def _not_in_time(request: Request, seconds: float) -> NoAnswer:
    why = f"was not answered within {seconds:.3g} s."
    return NoAnswer(request.method, request.path, why, sent=True)


def _cut_off(request: Request) -> NoAnswer:
    why = "was cut off before the whole answer had arrived."
    return NoAnswer(request.method, request.path, why, sent=True)


def _no_answer(
    request: Request, error: requests.RequestException, seconds: float, way: Way
) -> NoAnswer | MalformedAnswer:
    """Turn a foreign exception into ours: its own text may hold the URL's every part."""
    none_found = f"found no connection to {way.host}"
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", None)
    broken = cause.args[-1] if isinstance(cause, Exception) and cause.args else None
    if isinstance(broken, MalformedHead):
        return MalformedAnswer(request.method, request.path, f"{broken}")
    if isinstance(error, requests.exceptions.ProxyError):
        why = f"{none_found} through the proxy of {way.proxy_setting}."
    elif "CERTIFICATE_VERIFY_FAILED" in str(error):
        why = (
            f"{none_found}: the server's certificate is not trusted by {way.certificates_setting}. "
            "Name the certificates of a private authority in REQUESTS_CA_BUNDLE."
        )
    elif any(said in str(error) for said in _NO_TLS):
        why = f"{none_found}: no TLS is spoken there. Check the base URL."
    elif isinstance(error, requests.ConnectTimeout):
        why = f"{none_found} in time."
    elif isinstance(reason, urllib3.exceptions.NameResolutionError):
        why = f"{none_found}: the host's name is not known. Check the base URL."
    elif isinstance(reason, ConnectionBroken):
        why = f"{none_found}: it broke off before anything was sent."
    elif isinstance(reason, urllib3.exceptions.NewConnectionError):
        why = f"{none_found}: nobody answers there. Check the base URL."
    elif isinstance(error, requests.Timeout):
        return _not_in_time(request, seconds)
    else:
        return _cut_off(request)
    return NoAnswer(request.method, request.path, why, sent=False)


def _quoted(content: bytes) -> str | None:
    """Return what a message shows of an error in the vendor's own shape; None for any other."""
    error = vendor_error_in(content)
    if error is None:
        return None
    text = _CONTROL.sub(" ", error).strip()
    return text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "…"
