"""Whatever a server says ends in a value or in an error of ours, and spoils nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.unit.conftest import FakeTime
from tests.unit.raw_server import Cut, RawServer, Reply, ok
from tests.unit.test_transport import LOGIN, READ, Serve, failure, replies, transport

from mixpanel_service_accounts.api import Client, MalformedAnswer, MixpanelError
from mixpanel_service_accounts.api.forgiving_json import NotJSON, decode_json
from mixpanel_service_accounts.api.retry_after import seconds_to_wait
from mixpanel_service_accounts.api.vendor_errors import vendor_error_in

ROW = {"id": 5, "username": "bot.1a2b3c.mp-service-account"}
TWENTY = "9" * 20


def head(*lines: str) -> bytes:
    """Make the head of a response."""
    return "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode("latin-1")


HOSTILE: dict[str, Reply] = {
    "nested": ok(b'{"results": [], "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    "nested objects": ok(b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "nested 900": ok(b'{"results": ' + b"[" * 900 + b"]" * 900 + b"}"),
    "nested where a name is": ok(b'{"organizations": {"1": {"name": ' + b"[" * 800 + b"]" * 800 + b"}}}"),
    "nested page": ok(b'{"results": [], "pages": 3, "page": ' + b"[" * 800 + b"]" * 800 + b"}"),
    "a long number": ok(b'{"results": [{"id": ' + b"9" * 5000 + b"}]}"),
    "a long count": ok(b'{"results": [], "count": ' + b"9" * 4200 + b"}"),
    "a long key": ok(b'{"organizations": {"' + b"9" * 5000 + b'": {}}}'),
    "a large float": ok(b'{"results": [{"id": 1e999}]}'),
    "not a number": ok(b'{"results": [{"id": NaN}]}'),
    "half characters": ok(rb'{"results": [{"id": 5, "username": "\ud800"}, {"id": 6, "username": "\udfff"}]}'),
    "wrong bytes": ok(b'{"results": [{"id": 5, "username": "\xff\xfe"}]}'),
    "UTF-16": ok('{"results": []}'.encode("utf-16")),
    "a mark of bytes": ok(b"\xef\xbb\xbf{}"),
    "years": ok(json.dumps({"results": [{**ROW, "created": "0001-01-01T00:00:00+14:00", "expires": "9999-12-31T23:59:59-14:00"}]}).encode()),
    "a long year": ok(json.dumps({"results": [{**ROW, "created": f"{TWENTY}-01-01T00:00:00Z"}]}).encode()),
    "nothing": ok(b""),
    "null": ok(b"null"),
    "a status of one digit": Cut(b"HTTP/1.1 2 OK\r\n\r\n"),
    "a status of 999": b"HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n",
    "a status that is none": Cut(b"HTTP/1.1 abc X\r\n\r\n"),
    "HTTP/9": Cut(b"HTTP/9.9 200 OK\r\n\r\n"),
    "no HTTP": Cut(b"220 smtp.example.com ESMTP\r\n"),
    "a long status line": Cut(b"HTTP/1.1 200 " + b"X" * 70_000 + b"\r\n\r\n"),
    "many headers": Cut(head(*["A: b"] * 200)),
    "a long header": Cut(head("A: " + "b" * 70_000)),
    "a header without a colon": Cut(head("rubbish", "Content-Length: 2") + b"{}"),
    "a negative length": Cut(head("Content-Length: -1") + b"{}"),
    "two lengths": Cut(head("Content-Length: 2", "Content-Length: 3") + b"{}"),
    "a huge length": Cut(head(f"Content-Length: {TWENTY}") + b"{}"),
    "a very huge length": Cut(head(f"Content-Length: {'9' * 5000}") + b"{}"),
    "a chunk that is none": Cut(head("Transfer-Encoding: chunked") + b"zz\r\n{}\r\n"),
    "a negative chunk": Cut(head("Transfer-Encoding: chunked") + b"-5\r\n{}\r\n0\r\n\r\n"),
    "a huge chunk": Cut(head("Transfer-Encoding: chunked") + b"F" * 40 + b"\r\n{}\r\n"),
    "a wrong packing": Cut(head("Content-Encoding: gzip", "Content-Length: 2") + b"{}"),
    "many packings": Cut(head("Content-Encoding: " + ", ".join(["gzip"] * 50), "Content-Length: 2") + b"{}"),
    "an unknown packing": Cut(head("Content-Encoding: x-none", "Content-Length: 2") + b"{}"),
    "a wrong type": Cut(head("Content-Type: \xff/\x00; charset=\xfe", "Content-Length: 2") + b"{}"),
    "a hostile cookie": Cut(head(f"Set-Cookie: a=b; expires=Mon, 01 Jan {TWENTY} 00:00:00 GMT; max-age={TWENTY}", "Set-Cookie: =;;;", "Content-Length: 2") + b"{}"),
    "a long year as the date": Cut(head(f"Date: Mon, 01 Jan {TWENTY} 00:00:00 GMT", "Content-Length: 2") + b"{}"),
    "a long zone as the date": Cut(head(f"Date: Mon, 01 Jan 2027 00:00:00 -{TWENTY}", "Content-Length: 2") + b"{}"),
    "a redirect to nothing": b"HTTP/1.1 302 X\r\nLocation: http://[::1\r\nContent-Length: 0\r\n\r\n",
    "a redirect to bytes": b"HTTP/1.1 302 X\r\nLocation: \xff\xfe\x01//\r\nContent-Length: 0\r\n\r\n",
    "a redirect to a port": b"HTTP/1.1 302 X\r\nLocation: http://localhost:99999999/\r\nContent-Length: 0\r\n\r\n",
    "a hostile Link": ok(b'{"results": []}').replace(b"\r\n\r\n", b"\r\nLink: " + b"<" * 5000 + b'; rel="next\r\n\r\n', 1),
    "a long year to wait": b"HTTP/1.1 503 X\r\nRetry-After: Mon, 01 Jan %s 00:00:00 GMT\r\nContent-Length: 0\r\n\r\n" % TWENTY.encode(),
    "a long zone to wait": b"HTTP/1.1 503 X\r\nRetry-After: Mon, 01 Jan 2027 00:00:00 +%s\r\nContent-Length: 0\r\n\r\n" % TWENTY.encode(),
}  # fmt: skip

CALLS: dict[str, Any] = {
    "me": Client.me,
    "list": lambda client: client.list_service_accounts(1001),
    "get": lambda client: client.get_service_account(1001, 5),
    "create": lambda client: client.create_service_account(1001, "bot"),
    "delete": lambda client: client.delete_service_account(1001, 5),
    "members": lambda client: client.list_project_members(1001, 2001),
    "add": lambda client: client.add_to_project(1001, 5, 2001, "analyst"),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("dialect", ["bulk", "nested"])
@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_is_answered_ends_in_a_value_or_an_error_of_ours(
    time: FakeTime, name: str, dialect: str
) -> None:
    """Every call; and the next one, which is answered well, is done."""
    for call in CALLS.values():
        good = ok(b'{"user_id": 7}')
        hostile = HOSTILE[name]
        with RawServer([hostile] * 40) as server, RawServer([good]) as other:
            client = Client(server.url, LOGIN, dialect=dialect, clock=time.clock)
            try:
                value = call(client)
            except MixpanelError as error:
                value = error
            assert str(value).encode()
            assert len(str(value)) < 10_000
            assert server.requests
            assert Client(other.url, LOGIN, clock=time.clock).me().user_id == 7


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (rb'{"a": "x\ud800y"}', "x\ufffdd800y"),
        (rb'{"a": "\uDFFF\uD800"}', "\ufffdDFFF\ufffdD800"),
        (rb'{"a": "\ud83d\ude00\ude00"}', "\U0001f600\ufffdde00"),
        (rb'{"a": "\\ud800 \ud800"}', "\\ud800 \ufffdd800"),
        (b'{"a": "\xff \xed\xa0\x80 \xc3\xa9"}', "\ufffdff \ufffded\ufffda0\ufffd80 é"),
    ],
)
def test_half_a_character_and_a_wrong_byte_are_written_down(content: bytes, value: str) -> None:
    """Each in a way of its own, so that two names stay two; what is whole stays as it is."""
    assert decode_json(content, dict[str, str]) == {"a": value}


@given(st.text(st.characters(), max_size=20))
@example("\ud83d\ude00")
@settings(max_examples=200, deadline=None)
def test_any_text_is_read_and_can_be_stored(text: str) -> None:
    """As the standard library writes it, which escapes half characters."""
    (read,) = decode_json(json.dumps([text]).encode(), list[str])
    assert read.encode().decode() == read
    if all(not "\ud800" <= one <= "\udfff" for one in text):
        assert read == text


@pytest.mark.parametrize("content", [b"", b"\xff", b"{", rb"\ud800", b"[" * 100_000, b"[]"])
def test_what_is_no_document_stays_none(content: bytes) -> None:
    """The error holds nothing of it."""
    with pytest.raises(NotJSON) as caught:
        decode_json(content, dict[str, str])
    assert str(caught.value) == ""


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"error": "No.", "status": "error"}, "No."),
        ({"error": "No."}, "No."),
        ({"error": "", "status": "error"}, ""),
        ({"error": "No.", "status": "error", "type": "x", "details": {"a": [1]}}, "No."),
        ({"error": "\ud800"}, "\ufffdd800"),
        ({"error": "Not Found", "status": 404}, None),
        ({"error": "Not Found", "status": "404"}, None),
        ({"error": "Not Found", "status": "ok"}, None),
        ({"error": "Not Found", "path": "/"}, None),
        ({"error": "Not Found", "timestamp": 0}, None),
        ({"error": "Not Found", "message": "No.", "statusCode": 404}, None),
        ({"error": {"code": 404}}, None),
        ({"error": None}, None),
        ({"status": "error"}, None),
        ({}, None),
        ([], None),
        ("No.", None),
    ],
    ids=str,
)
def test_the_vendors_shape_has_an_error_and_no_key_of_others(
    body: object, error: str | None
) -> None:
    """`error` alone is required (wire.md, fact 4); a proxy's or framework's body has other keys."""
    assert vendor_error_in(json.dumps(body).encode()) == error


@pytest.mark.parametrize(("dialect", "key"), [("bulk", "token"), ("nested", "secret")])
def test_a_secret_that_no_login_can_send_is_none(time: FakeTime, dialect: str, key: str) -> None:
    """Then the answer counts as lost; half a character elsewhere in it does not matter."""
    row = {**ROW, key: "s3cr\ud800t"}
    good = {**ROW, key: "s3cr3t", "creator_name": "\ud800"}
    with RawServer([ok(json.dumps(one).encode()) for one in (row, good)]) as server:
        client = Client(server.url, LOGIN, dialect=dialect, clock=time.clock)
        with pytest.raises(MalformedAnswer) as caught:
            client.create_service_account(1001, "bot")
        assert client.create_service_account(1001, "bot").secret.reveal() == "s3cr3t"
    assert "s3cr" not in str(caught.value)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("7", 7.0),
        (" 7.5 ", 7.5),
        ("-7", None),
        ("\u0667", None),
        (TWENTY, None),
        ("Tue, 24 Nov 2026 00:00:10 GMT", 10.0),
        ("Tue, 24 Nov 2026 00:00:10", 10.0),
        ("Tuesday, 24-Nov-26 00:00:10 GMT", 10.0),
        ("Mon, 23 Nov 2026 00:00:10 GMT", 0.0),
        (f"Tue, 24 Nov {TWENTY} 00:00:10 GMT", None),
        (f"Tue, 24 Nov 2026 00:00:10 +{TWENTY}", None),
        (f"Tue, {TWENTY} Nov 2026 00:00:10 GMT", None),
        (f"Tue, 24 Nov 2026 {TWENTY}:00:10 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 -2359", 251606908739.0),
        ("Mon, 01 Jan 0001 00:00:00 +2359", 0.0),
        ("soon", None),
    ],
)
def test_retry_after_says_how_long_or_nothing(
    time: FakeTime, header: str | None, seconds: float | None
) -> None:
    """Never an exception, whatever the numbers are."""
    time.seconds = 0
    assert seconds_to_wait(header, time.clock.now()) == seconds


def test_a_retry_after_that_says_nothing_is_no_reason_to_stop(serve: Serve, time: FakeTime) -> None:
    """Waits grow as if there were none."""
    huge = f"Mon, 01 Jan {TWENTY} 00:00:00 GMT"
    server = serve(replies(failure(503, **{"Retry-After": huge}), (200, {}, b"{}")))
    assert transport(server, time).send(READ).content == b"{}"
    assert time.slept == [0.375]
