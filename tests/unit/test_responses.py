"""Responses as bytes on a connection: interim ones, cut heads, and what is left over."""

from __future__ import annotations

import threading

import pytest
from msgspec.structs import replace
from tests.unit.conftest import FakeTime
from tests.unit.raw_server import CERTIFICATE, Cut, RawServer, Reply, dripping, ok
from tests.unit.test_transport import CREATE, LOGIN, READ

from mixpanel_service_accounts.api import GaveUp, MalformedAnswer, NoAnswer
from mixpanel_service_accounts.api.transport import Transport
from mixpanel_service_accounts.api.wire import Timeouts

INTERIM = b"HTTP/1.1 103 X\r\n\r\n"
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
TUNNEL = b"HTTP/1.1 200 Connection established\r\n\r\n"


def transport(server: RawServer, time: FakeTime) -> Transport:
    """Make a transport that trusts the certificate for tests, and waits in fake time."""
    one = Transport(server.url, LOGIN, clock=time.clock)
    one._session.verify = str(CERTIFICATE)
    return one


@pytest.mark.parametrize(
    "before",
    [INTERIM, HINTS, CONTINUE, b"HTTP/1.1 102 Processing\n\n", 10 * INTERIM, 5 * (HINTS + CONTINUE)],
    ids=["103", "103 with headers", "100", "102", "ten", "ten of two kinds"],
)  # fmt: skip
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
def test_interim_responses_are_passed_over(time: FakeTime, before: bytes, *, tls: bool) -> None:
    """Each request gets its own final response, on one connection."""
    replies: list[Reply] = [before + ok(b"1"), ok(b"2"), [before, ok(b"3")]]
    with RawServer(replies, tls=tls) as server:
        one = transport(server, time)
        assert [one.send(CREATE).content for _ in replies] == [b"1", b"2", b"3"]
    assert server.requests == [0, 0, 0]


@pytest.mark.parametrize("tunnel", [False, True], ids=["forwarded", "tunnelled"])
def test_interim_responses_are_passed_over_through_a_proxy(time: FakeTime, *, tunnel: bool) -> None:
    """Whether it sees the requests, or carries them in a tunnel of TLS."""
    first: list[Reply] = [TUNNEL] if tunnel else []
    with RawServer([*first, INTERIM + ok(b"1"), ok(b"2")], tls=tunnel, proxy=tunnel) as server:
        one = transport(server, time)
        one._session.trust_env = False
        one._session.proxies = dict.fromkeys(("http", "https"), f"http://127.0.0.1:{server.port}")
        assert [one.send(CREATE).content for _ in range(2)] == [b"1", b"2"]
    assert set(server.requests) == {0}


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (11 * INTERIM + ok(b"{}"), "answered with more than 10 interim responses."),
        (11 * CONTINUE + ok(b"{}"), "answered with more than 10 interim responses."),
        (b"HTTP/1.1 101 X\r\nUpgrade: h2c\r\n\r\n" + ok(b"{}"), "answered 101, a switch of protocols that was not asked for."),
    ],
    ids=["eleven", "eleven of the library's own", "101"],
)  # fmt: skip
def test_what_is_no_interim_response_is_malformed(time: FakeTime, reply: bytes, said: str) -> None:
    """And nothing of it is left for the next request, which has a connection of its own."""
    with RawServer([reply, ok(b"2")]) as server:
        one = transport(server, time)
        with pytest.raises(MalformedAnswer) as caught:
            one.send(CREATE)
        assert str(caught.value) == f"POST /thing {said}"
        assert one.send(CREATE).content == b"2"
    assert server.requests == [0, 1]


WHOLE = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


@pytest.mark.parametrize("sent", [0, 5, 12, 15, 17, 40, 50, 60, WHOLE.index(b"\r\n\r\n") + 2])
@pytest.mark.parametrize("before", [b"", INTERIM], ids=["", "after 103"])
def test_a_cut_within_the_head_is_a_cut(time: FakeTime, sent: int, before: bytes) -> None:
    """A read is sent again, a create is lost: an empty 200 is what nobody has said."""
    cut = Cut(before + WHOLE[:sent])
    with RawServer([cut, WHOLE, cut]) as server:
        one = transport(server, time)
        assert one.send(READ).content == b"{}"
        with pytest.raises(NoAnswer) as caught:
            one.send(CREATE)
    assert caught.value.sent
    assert str(caught.value) == "POST /thing was cut off before the whole answer had arrived."


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (b"X", "was not answered within 4.5 s."),
        (b"HTTP/1.1 100 X\r\n", "was not answered within 4.5 s."),
        (INTERIM, "answered with more than 10 interim responses."),
    ],
    ids=["bytes", "lines", "interim responses"],
)
def test_a_head_that_drips_does_not_outlast_the_deadline(
    time: FakeTime, part: bytes, said: str
) -> None:
    """Whatever comes now and then keeps every read time-out from striking."""
    over = threading.Event()

    def passing() -> float:
        time.seconds += 0.25  # at each look at the clock, so that nobody has to wait
        return time.seconds

    clock = replace(time.clock, monotonic=passing)
    total = 50 if part == INTERIM else 5
    with RawServer([dripping(part, over)]) as server:
        one = Transport(server.url, LOGIN, clock=clock, timeouts=Timeouts(total=total, read=60))
        with pytest.raises((GaveUp, MalformedAnswer)) as caught:
            one.send(READ)
        over.set()
    assert said in str(caught.value)


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
@pytest.mark.parametrize(
    "reply",
    [
        ok(b"{}") + ok(b'{"theirs": 1}'),
        ok(b"{}") + b"more",
        b"HTTP/1.1 204 No Content\r\n\r\n" + b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\nmore",
    ],
    ids=["another response", "a body longer than said", "a body after 204", "after the last chunk"],
)
def test_a_connection_with_more_to_read_is_not_used_again(
    time: FakeTime, reply: bytes, *, tls: bool
) -> None:
    """What is left over belongs to no later request."""
    with RawServer([reply, ok(b"2")], tls=tls) as server:
        one = transport(server, time)
        assert one.send(CREATE).content in (b"{}", b"")
        assert one.send(CREATE).content == b"2"
    assert server.requests == [0, 1]


@pytest.mark.parametrize(
    "reply",
    [Cut(b""), Cut(b"HTTP/1.1 20"), Cut(b"rubbish\r\n\r\n"), Cut(TUNNEL), Cut(INTERIM + TUNNEL)],
    ids=["closed", "cut", "no HTTP", "closed before the handshake", "an interim response"],
)
def test_a_tunnel_that_fails_has_carried_nothing(time: FakeTime, reply: bytes) -> None:
    """The request was never sent, so its effect is not in doubt."""
    with RawServer([reply] * 9, tls=True, proxy=True) as server:
        one = transport(server, time)
        one._session.trust_env = False
        one._session.proxies = {"https": f"http://127.0.0.1:{server.port}"}
        with pytest.raises(GaveUp) as caught:
            one.send(CREATE)
    assert isinstance(caught.value.last, NoAnswer)
    assert not caught.value.last.sent
    assert len(server.requests) == 4


def test_a_handshake_that_breaks_off_has_carried_nothing(time: FakeTime) -> None:
    """The request is sent after it."""
    with RawServer([]) as server:  # it speaks no TLS, and closes
        one = Transport(server.url.replace("http", "https"), LOGIN, clock=time.clock)
        with pytest.raises(GaveUp) as caught:
            one.send(CREATE)
    assert str(caught.value) == (
        "POST /thing failed 4 times in 3 s; the last try found no connection to "
        f"localhost:{server.port}: it broke off before anything was sent."
    )
