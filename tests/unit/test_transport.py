"""One request on the wire: login, retries, limits, redirects, sizes, and what messages hold."""

from __future__ import annotations

import base64
import gzip
import threading
from collections.abc import Callable, Iterator

import pytest
from msgspec.structs import replace
from tests.unit.conftest import FakeTime, Reply, Seen, TinyServer

from mixpanel_service_accounts.api import (
    Credentials,
    GaveUp,
    MalformedAnswer,
    MixpanelError,
    NoAnswer,
    Redirected,
    Secret,
    StatusError,
)
from mixpanel_service_accounts.api.transport import Transport
from mixpanel_service_accounts.api.wire import Request, Timeouts

LOGIN = Credentials(username="bot.1a2b3c.mp-service-account", secret=Secret("pâss:wörd"))
OK: Reply = (200, {}, b"{}")
READ = Request("GET", "/thing")
CREATE = Request("POST", "/thing", {"name": "x"}, idempotent=False, creates=True)

Serve = Callable[[Callable[[Seen], Reply]], TinyServer]


def failure(status: int, text: str = "No.", **headers: str) -> Reply:
    """Make an answer in the vendor's error shape."""
    return status, headers, b'{"error": "%s", "status": "error"}' % text.encode()


def replies(*given: Reply) -> Callable[[Seen], Reply]:
    """Answer in turn, the last one for ever."""
    left: Iterator[Reply] = iter(given)
    return lambda _seen: next(left, given[-1])


def transport(
    server: TinyServer, time: FakeTime, lines: list[str] | None = None, **timeouts: float
) -> Transport:
    """Make a transport that waits in fake time."""
    announce = lines.append if lines is not None else lambda _line: None
    return Transport(
        server.url, LOGIN, clock=time.clock, announce=announce, timeouts=Timeouts(**timeouts)
    )


def test_a_request_logs_in_and_says_json(serve: Serve, time: FakeTime) -> None:
    """Basic auth in UTF-8; a body and its type only where there is one."""
    server = serve(replies(OK))
    one = transport(server, time)
    one.send(READ)
    one.send(CREATE)
    read, create = server.seen
    encoded = read.headers["Authorization"].removeprefix("Basic ")
    assert base64.b64decode(encoded).decode() == "bot.1a2b3c.mp-service-account:pâss:wörd"
    assert (read.body, "Content-Type" in read.headers) == (b"", False)
    assert (create.body, create.headers["Content-Type"]) == (b'{"name":"x"}', "application/json")


def test_no_cookie_is_kept(serve: Serve, time: FakeTime) -> None:
    """Answers set cookies even under Basic auth (wire.md, fact 9)."""
    server = serve(replies((200, {"Set-Cookie": "session=1; Path=/"}, b"{}")))
    one = transport(server, time)
    one.send(READ)
    one.send(READ)
    assert all("Cookie" not in seen.headers for seen in server.seen)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429])
def test_a_read_is_sent_again(serve: Serve, time: FakeTime, status: int) -> None:
    """On what passes; with waits that grow."""
    server = serve(replies(failure(status), failure(status), OK))
    assert transport(server, time).send(READ).content == b"{}"
    assert len(server.seen) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 422])
def test_a_no_is_not_asked_again(serve: Serve, time: FakeTime, status: int) -> None:
    """It would only be said again."""
    server = serve(replies(failure(status)))
    with pytest.raises(StatusError) as caught:
        transport(server, time).send(READ)
    assert (caught.value.status, caught.value.vendor_shaped) == (status, True)
    assert len(server.seen) == 1


def test_a_create_is_never_sent_again_where_it_may_have_had_effect(
    serve: Serve, time: FakeTime
) -> None:
    """A 5xx is told at once: recovery looks what became of it."""
    server = serve(replies(failure(500), OK))
    with pytest.raises(StatusError):
        transport(server, time).send(CREATE)
    assert len(server.seen) == 1


def test_a_create_that_was_limited_is_sent_again(serve: Serve, time: FakeTime) -> None:
    """A 429 says that nothing was done."""
    server = serve(replies(failure(429, **{"Retry-After": "3"}), OK))
    transport(server, time).send(CREATE)
    assert len(server.seen) == 2
    assert sum(time.slept) == 3.0


def test_retry_after_is_obeyed_and_told(serve: Serve, time: FakeTime) -> None:
    """What, why, how long, which try."""
    lines: list[str] = []
    server = serve(replies(failure(429, "Slow down.", **{"Retry-After": "7"}), OK))
    transport(server, time, lines).send(READ)
    assert time.slept == [7.0]
    assert lines == ["waiting 7 s before try 2 of GET /thing: GET /thing answered 429: Slow down."]


def test_a_refusal_comes_back_at_once_to_who_wants_it(serve: Serve, time: FakeTime) -> None:
    """There may be more to send when its time has come; the next turn waits for that."""
    server = serve(replies(failure(429, **{"Retry-After": "7"}), OK))
    lines: list[str] = []
    one = transport(server, time, lines)
    turn = one.take_turn("POST /thing", once=True)
    with pytest.raises(StatusError, match=r"answered 429"):
        one.send(replace(READ, turn=turn))
    assert time.slept == []
    turn = one.take_turn("POST /thing")
    assert time.slept == [7.0]
    assert one.send(replace(READ, turn=turn)).content == b"{}"
    assert one.price() == pytest.approx(61.2)  # one call a minute is all that is known
    assert lines == ["waiting 7 s before try 1 of POST /thing: the server's rate limit"]


def test_a_refusal_for_an_hour_is_given_up_by_everybody(serve: Serve, time: FakeTime) -> None:
    """Also by who wants refusals back."""
    server = serve(replies(failure(429, **{"Retry-After": "3600"})))
    one = transport(server, time)
    turn = one.take_turn("POST /thing", once=True)
    with pytest.raises(GaveUp, match=r"asks to wait 3600 s"):
        one.send(replace(READ, turn=turn))


@pytest.mark.parametrize(("asked", "calls"), [("60", 2), ("61", 1)])
def test_a_minute_is_waited_for_and_no_more(
    serve: Serve, time: FakeTime, asked: str, calls: int
) -> None:
    """Though the operation as a whole would have the time for both."""
    server = serve(replies(failure(429, **{"Retry-After": asked}), OK))
    one = transport(server, time, total=600)
    if calls == 1:
        with pytest.raises(GaveUp, match=r"asks to wait 61 s; more than 60 s is not waited for"):
            one.send(READ)
    else:
        assert one.send(READ).content == b"{}"
    assert len(server.seen) == calls


def test_retry_after_may_be_a_date(serve: Serve, time: FakeTime) -> None:
    """As HTTP allows."""
    date = "Tue, 24 Nov 2026 00:16:50 GMT"  # ten seconds after the fake clock's start
    transport(serve(replies(failure(503, **{"Retry-After": date}), OK)), time).send(READ)
    assert time.slept == [10.0]


def test_a_wait_of_more_than_a_minute_is_not_waited_for(serve: Serve, time: FakeTime) -> None:
    """It fails and says so."""
    server = serve(replies(failure(429, **{"Retry-After": "3600"})))
    with pytest.raises(GaveUp) as caught:
        transport(server, time).send(READ)
    assert str(caught.value) == (
        "GET /thing asks to wait 3600 s; more than 60 s is not waited for; the last try answered 429: "
        "No."
    )
    assert time.slept == []


def test_the_total_deadline_ends_it(serve: Serve, time: FakeTime) -> None:
    """After how long, on what."""
    with pytest.raises(GaveUp) as caught:
        transport(serve(replies(failure(503))), time, total=20).send(READ)
    assert str(caught.value) == (
        "GET /thing failed 6 times in 12 s; the last try answered 503: No."
    )
    assert time.slept == [0.375, 0.75, 1.5, 3.0, 6.0]


def test_a_cut_answer_to_a_create_is_lost_and_says_nothing_of_it(
    serve: Serve, time: FakeTime
) -> None:
    """The first line of a truncated answer to a create is the secret."""
    server = serve(lambda _seen: (201, {"Content-Length": "500"}, b'{"token": "hidden-value"'))
    with pytest.raises(NoAnswer) as caught:
        transport(server, time).send(CREATE)
    assert caught.value.sent
    assert str(caught.value) == "POST /thing was cut off before the whole answer had arrived."


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ((404, {"Content-Type": "text/html"}, b"<html>who are you</html>"), "text/html of 24 bytes."),
        ((404, {}, b""), "no content type of 0 bytes."),
        ((404, {"Content-Type": "application/json"}, b'{"detail": "x"}'), "application/json of 15 bytes."),
        ((404, {"Content-Type": "application/json"}, b'{"error": "x", "status": 4}'), "application/json of 27 bytes."),
    ],
)  # fmt: skip
def test_a_body_of_another_shape_is_never_quoted(
    serve: Serve, time: FakeTime, reply: Reply, said: str
) -> None:
    """Content type and length alone; and it proves nothing."""
    with pytest.raises(StatusError) as caught:
        transport(serve(replies(reply)), time).send(READ)
    assert not caught.value.vendor_shaped
    assert str(caught.value) == (
        f"GET /thing answered 404: {said} Check the organization, the region and the base URL."
    )


def test_a_5xx_to_a_create_is_never_quoted(serve: Serve, time: FakeTime) -> None:
    """The account may have been made, and the text may hold anything."""
    reply = (500, {"Content-Type": "application/json"}, b'{"error": "token s3", "status": "error"}')
    with pytest.raises(StatusError) as caught:
        transport(serve(replies(reply)), time).send(CREATE)
    assert str(caught.value) == "POST /thing answered 500: application/json of 40 bytes."


def test_an_echoed_login_and_control_characters_are_masked(serve: Serve, time: FakeTime) -> None:
    """A server may say what it was sent, and colour it."""
    login = Credentials(username="u", secret=Secret("s3cr3t"))
    echo = base64.b64encode(b"u:s3cr3t").decode()
    server = serve(replies(failure(400, f"s3cr3t and {echo} \\u001b[31m{'x' * 600}")))
    with pytest.raises(StatusError) as caught:
        Transport(server.url, login, clock=time.clock).send(READ)
    text = str(caught.value)
    assert "[secret] and [secret]  [31mxxx" in text
    assert (len(text) < 600, "s3cr3t" in text, echo in text) == (True, False, False)


def test_a_secret_that_is_echoed_across_the_cut_is_masked(serve: Serve, time: FakeTime) -> None:
    """A long text is cut after what is secret in it is gone."""
    login = Credentials(username="u", secret=Secret("s3cr3t" * 8))
    server = serve(replies(failure(400, "x" * 470 + "s3cr3t" * 8)))
    with pytest.raises(StatusError) as caught:
        Transport(server.url, login, clock=time.clock).send(READ)
    assert "s3cr3t" not in str(caught.value)


def test_a_read_follows_a_redirect_on_its_own_host(serve: Serve, time: FakeTime) -> None:
    """Some routes redirect to a trailing slash."""

    def reply(seen: Seen) -> Reply:
        return OK if seen.path.endswith("/") else (301, {"Location": f"{seen.path}/"}, b"")

    server = serve(reply)
    assert transport(server, time).send(READ).content == b"{}"
    assert [seen.path for seen in server.seen] == ["/api/thing", "/api/thing/"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_write_follows_no_redirect(serve: Serve, time: FakeTime, status: int) -> None:
    """It would become a GET, or be done elsewhere."""
    server = serve(replies((status, {"Location": "/api/thing/"}, b"")))
    with pytest.raises(Redirected) as caught:
        transport(server, time).send(CREATE)
    assert str(caught.value) == (
        f"POST /thing answered {status}, a redirect, which a write never follows. Check the base URL."
    )
    assert len(server.seen) == 1


def test_credentials_never_follow_to_another_host(serve: Serve, time: FakeTime) -> None:
    """Another port is another host, too."""
    other = serve(replies(OK))
    server = serve(replies((302, {"Location": f"{other.url}/thing"}, b"")))
    with pytest.raises(Redirected) as caught:
        transport(server, time).send(READ)
    assert str(caught.value) == (
        "GET /thing answered 302, a redirect to another host, where credentials never follow. Check the "
        "base URL."
    )
    assert other.seen == []


def test_redirects_in_a_circle_end(serve: Serve, time: FakeTime) -> None:
    """After three."""
    server = serve(replies((302, {"Location": "/api/thing"}, b"")))
    with pytest.raises(Redirected, match="was redirected more than 3 times"):
        transport(server, time).send(READ)


def test_an_answer_of_more_than_64_mb_is_refused(serve: Serve, time: FakeTime) -> None:
    """Before it fills the memory."""
    server = serve(replies((200, {}, b" " * (64 * 1024 * 1024 + 1))))
    with pytest.raises(MalformedAnswer) as caught:
        transport(server, time).send(READ)
    assert str(caught.value) == "GET /thing answered 200 with more than 64 MB."


def test_a_slow_answer_is_lost(serve: Serve, time: FakeTime) -> None:
    """A read time-out may come after the effect."""
    server = serve(lambda _seen: (__import__("time").sleep(0.5), OK)[1])
    request = Request("POST", "/thing", {}, idempotent=False)
    with pytest.raises(NoAnswer) as caught:
        transport(server, time, read=0.1).send(request)
    assert (caught.value.sent, str(caught.value)) == (
        True,
        "POST /thing was not answered within 0.1 s.",
    )


@pytest.mark.parametrize(
    ("request_", "headers", "seconds"),
    [
        (READ, {}, 19.8),  # 20 s less two looks at the clock
        (READ, {"Content-Length": "100000"}, 19.8),
        (Request("DELETE", "/thing"), {}, 19.8),
        (CREATE, {}, 150.0),
    ],
    ids=["read", "read of a length", "delete", "create"],
)
def test_an_answer_that_drips_does_not_outlast_the_deadline(
    serve: Serve, time: FakeTime, request_: Request, headers: dict[str, str], seconds: float
) -> None:
    """A byte now and then keeps every read time-out from striking; a create waits 150 s all told."""
    over = threading.Event()

    def drip() -> Iterator[bytes]:
        while not over.wait(0.001):
            yield b" "

    def passing() -> float:
        time.seconds += 0.1  # at each look at the clock, so that nobody has to wait
        return time.seconds

    server = serve(lambda _seen: (200, headers, drip()))
    started = time.seconds
    one = Transport(
        server.url,
        LOGIN,
        clock=replace(time.clock, monotonic=passing),
        timeouts=Timeouts(total=20, read=60),
    )
    try:
        with pytest.raises((GaveUp, NoAnswer)) as caught:
            one.send(request_)
    finally:
        over.set()
    assert f"was not answered within {seconds:g} s." in str(caught.value)
    assert len(server.seen) == 1
    assert time.seconds - started >= seconds


def test_each_try_waits_no_longer_than_the_operation_has_left(serve: Serve, time: FakeTime) -> None:
    """Two tries of 150 s each are no operation of 180 s."""
    waited: list[float] = []

    def reply(_seen: Seen) -> Reply:
        time.seconds += 12.0  # a slow server's error
        return failure(503)

    one = transport(serve(reply), time, total=20, read=15)
    original = one._tries._send_once

    def noting(request: Request, url: str, read: float) -> object:
        waited.append(read)
        return original(request, url, read)

    one._tries._send_once = noting  # type: ignore[method-assign, assignment]
    with pytest.raises(GaveUp, match="failed 2 times in 24 s"):
        one.send(READ)
    assert waited == [15, 7.625]


@pytest.mark.parametrize("status", [300, 302, 304, 399])
@pytest.mark.parametrize("method", ["GET", "DELETE", "POST"])
def test_a_3xx_without_a_place_is_no_yes(
    serve: Serve, time: FakeTime, status: int, method: str
) -> None:
    """An empty 304 to a deletion deleted nothing."""
    server = serve(replies((status, {}, b"")))
    with pytest.raises(Redirected, match=f"{method} /thing"):
        transport(server, time).send(Request(method, "/thing"))


def test_a_redirect_to_what_is_no_url_is_an_error_of_ours(serve: Serve, time: FakeTime) -> None:
    """And not of the standard library."""
    server = serve(replies((302, {"Location": "http://[half"}, b"")))
    with pytest.raises(Redirected, match="a redirect to another host"):
        transport(server, time).send(READ)


def test_the_body_of_a_redirect_is_not_read(serve: Serve, time: FakeTime) -> None:
    """However large; nobody asked for it."""
    sent: list[int] = []

    def endless() -> Iterator[bytes]:
        for number in range(1000):
            sent.append(number)
            yield b" " * 1024 * 1024

    server = serve(lambda _seen: (302, {"Location": "/api/thing/"}, endless()))
    with pytest.raises(Redirected):
        transport(server, time).send(CREATE)
    assert len(sent) < 100


def test_what_unpacks_to_more_than_64_mb_is_refused(serve: Serve, time: FakeTime) -> None:
    """Bytes count as they are unpacked: a few kB may be a hundred MB."""
    packed = gzip.compress(b" " * 100 * 1024 * 1024, 9)
    assert len(packed) < 200_000
    server = serve(replies((200, {"Content-Encoding": "gzip"}, packed)))
    with pytest.raises(MalformedAnswer, match="answered 200 with more than 64 MB"):
        transport(server, time).send(READ)


def test_a_packed_answer_is_unpacked(serve: Serve, time: FakeTime) -> None:
    """Whole, or it is cut off."""
    packed = gzip.compress(b'{"status": "ok"}')
    length = {"Content-Encoding": "gzip", "Content-Length": str(len(packed))}
    server = serve(replies((200, length, packed), (200, length, packed[:-9])))
    one = transport(server, time)
    assert one.send(READ).content == b'{"status": "ok"}'
    with pytest.raises(NoAnswer, match="was cut off before the whole answer had arrived"):
        one.send(CREATE)


def test_a_chunked_answer_that_breaks_off_is_lost(serve: Serve, time: FakeTime) -> None:
    """Whole chunks without the last, empty one are no answer."""
    chunked = {"Transfer-Encoding": "chunked"}
    whole = [b'7\r\n{"a": 1\r\n', b"1\r\n}\r\n", b"0\r\n\r\n"]
    server = serve(replies((200, chunked, whole), (201, chunked, whole[:2])))
    one = transport(server, time)
    assert one.send(READ).content == b'{"a": 1}'
    with pytest.raises(NoAnswer) as caught:
        one.send(CREATE)
    assert caught.value.sent


def test_a_wait_of_zero_seconds_is_no_leave_to_hammer(serve: Serve, time: FakeTime) -> None:
    """Waits grow as if nothing had been said."""
    with pytest.raises(GaveUp):
        transport(serve(replies(failure(503, **{"Retry-After": "0"}))), time, total=20).send(READ)
    assert time.slept == [0.375, 0.75, 1.5, 3.0, 6.0]


def test_a_later_try_that_waits_for_the_rate_limit_says_which_try_it_is(
    serve: Serve, time: FakeTime
) -> None:
    """Not the first."""
    lines: list[str] = []
    one: Transport

    def reply(_seen: Seen) -> Reply:
        if len(server.seen) == 1:
            one._limiter.refused(30.0, time.seconds)  # another thread was refused meanwhile
            return failure(503)
        return OK

    server = serve(reply)
    one = transport(server, time, lines)
    one.send(READ)
    assert lines == ["waiting 30 s before try 2 of GET /thing: the server's rate limit"]


def test_proxies_are_not_asked_for_loopback(
    serve: Serve, time: FakeTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy of the environment would get the credentials."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert transport(serve(replies(OK)), time).send(READ).content == b"{}"


def test_nothing_shows_the_login(serve: Serve, time: FakeTime) -> None:
    """Not the transport's repr, an answer's, nor an error's."""
    one = transport(serve(replies((200, {}, b'{"token": "hidden-value"}'))), time)
    answer = one.send(CREATE)
    error: MixpanelError = answer.malformed("no id")
    shown = f"{one!r} {answer!r} {error} {error!r}"
    assert "wörd" not in shown
    assert "hidden-value" not in shown
    assert str(error) == (
        "POST /thing answered 200: no content type of 25 bytes, not what this API describes."
    )
