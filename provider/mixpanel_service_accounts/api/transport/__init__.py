"""Requests on the wire: retries, the total deadline, and the rate limit of all threads.

This package alone knows requests, and is the one place where its exceptions become ours.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import tenacity

from mixpanel_service_accounts.api.clock import SYSTEM_CLOCK, Clock
from mixpanel_service_accounts.api.errors import (
    HTTP_TOO_MANY_REQUESTS,
    GaveUp,
    NoAnswer,
    RequestError,
    StatusError,
    is_refused_for_the_limit,
)
from mixpanel_service_accounts.api.limiter import Limiter
from mixpanel_service_accounts.api.models import Credentials
from mixpanel_service_accounts.api.retry_after import seconds_to_wait
from mixpanel_service_accounts.api.transport.one_try import Tries
from mixpanel_service_accounts.api.transport.retry_rules import error_of, may_send_again
from mixpanel_service_accounts.api.wire import Answer, Request, Timeouts, Turn, check_base_url
from mixpanel_service_accounts.api.wording import PLAIN, Wording

LONGEST_WAIT = 60.0
"""Seconds; a server that asks for more than this is not waited for."""

_TRIES_TO_CONNECT = 4
_FIRST_BACKOFF, _LONGEST_BACKOFF = 0.5, 30.0
_WORTH_A_LINE = 2.0


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
        self.base_url = check_base_url(base_url)
        self.clock = clock
        self._timeouts = timeouts
        self._announce = announce
        self._limiter = Limiter(clock)
        self._tries = Tries(
            self.base_url,
            credentials,
            timeouts,
            connections=connections,
            clock=clock,
            wording=wording,
        )
        self._session = self._tries.session
        self.server_time = self._tries.server_time

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
        turn = request.turn or self.take_turn(f"{request.method} {request.path}")
        started = self.clock.monotonic()
        tries = itertools.count(1)
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda error: may_send_again(request, error)),
            wait=self._wait_before_retry,
            stop=lambda state: self._has_to_stop(state, started),
            sleep=self.clock.sleep,
            before_sleep=lambda state: self._tell(request, turn, state),
            retry_error_callback=lambda state: self._give_up(request, state, started),
        )
        answer: Answer = retrying(
            lambda: self._attempt(request, next(tries), started + self._timeouts.total)
        )
        return answer

    def _attempt(self, request: Request, attempt: int, deadline: float) -> Answer:
        if attempt > 1:
            self.take_turn(f"{request.method} {request.path}", attempt)
        if request.creates:
            self.clock.raise_if_stopped()
        sent_at = self.clock.monotonic()
        try:
            return self._tries.send(request, deadline)
        except StatusError as error:
            if error.status == HTTP_TOO_MANY_REQUESTS:
                asked = self._asked(error)
                self._limiter.refused(
                    min(asked if asked is not None else 1.0, LONGEST_WAIT), sent_at
                )
            raise

    def take_turn(self, what: str, attempt: int = 1, *, once: bool = False) -> Turn:
        """Wait until the limiter lets one request through.

        Args:
            what: What is to be sent, for the line that tells the wait.
            attempt: Which try it is, for the same.
            once: See `Turn`.
        """
        while (wait := self._limiter.reserve()) > 0:
            self._say_wait(what, wait, "the server's rate limit", attempt)
            self.clock.sleep(wait)
        return Turn(once)

    def price(self) -> float:
        """Return the seconds that a call costs under the rate limit; 0.0 if it is not near."""
        return self._limiter.price()

    def _wait_before_retry(self, state: tenacity.RetryCallState) -> float:
        error = error_of(state)
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
        error = error_of(state)
        if (
            isinstance(error, NoAnswer)
            and not error.sent
            and state.attempt_number >= _TRIES_TO_CONNECT
        ):
            return True
        wait = state.upcoming_sleep
        elapsed = self.clock.monotonic() - started
        return wait > LONGEST_WAIT or elapsed + wait > self._timeouts.total

    def _tell(self, request: Request, turn: Turn, state: tenacity.RetryCallState) -> None:
        error = error_of(state)
        if turn.once and is_refused_for_the_limit(error):
            raise error
        what = f"{request.method} {request.path}"
        self._say_wait(what, state.upcoming_sleep, f"{error}", state.attempt_number + 1)

    def _say_wait(self, what: str, wait: float, why: str, attempt: int) -> None:
        if wait > _WORTH_A_LINE:
            self._announce(f"waiting {wait:.0f} s before try {attempt} of {what}: {why}")

    def _give_up(self, request: Request, state: tenacity.RetryCallState, started: float) -> Answer:
        error = error_of(state)
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
