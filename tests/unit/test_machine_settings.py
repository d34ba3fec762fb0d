"""Settings of this machine: proxies and certificates, their order, and those that cannot work."""

from __future__ import annotations

import http.server
import ssl
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.conftest import FakeTime, QuietServer

from mixpanel_service_accounts.api import ConfigurationError, Credentials, GaveUp, Secret
from mixpanel_service_accounts.api.machine_settings import CERTIFICATES, way_to
from mixpanel_service_accounts.api.transport import Transport
from mixpanel_service_accounts.api.wire import Request

LOGIN = Credentials(username="bot", secret=Secret("s"))
PRIVATE = str(Path(__file__).parent / "certificates" / "localhost.pem")
HOST = "https://mixpanel.com/api/app"
READ = Request("GET", "/thing")
PROXY_REMEDY = (
    ", so nothing was sent. Correct it, for example to http://proxy.example.com:3128, or name the "
    "host of the base URL in NO_PROXY."
)


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what the machine that runs the tests has set."""
    for name in (*CERTIFICATES, "SSLKEYLOGFILE"):
        monkeypatch.delenv(name, raising=False)
    for kind in ("http", "https", "all", "no"):
        monkeypatch.delenv(f"{kind}_proxy", raising=False)
        monkeypatch.delenv(f"{kind}_PROXY".upper(), raising=False)


@pytest.fixture
def private() -> Iterator[str]:
    """Run an https server whose certificate a private authority made; returns its base URL."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Be quiet."""

    server = QuietServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PRIVATE)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://127.0.0.1:{server.server_address[1]}/api"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("name", CERTIFICATES)
def test_a_private_authority_works_on_loopback(
    private: str, time: FakeTime, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """By each of the three variables; the proxy is not asked."""
    monkeypatch.setenv(name, PRIVATE)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert Transport(private, LOGIN, clock=time.clock).send(READ).content == b"{}"


def test_an_unknown_authority_is_not_trusted(private: str, time: FakeTime) -> None:
    """The message names the host and how to name the authority."""
    with pytest.raises(GaveUp) as caught:
        Transport(private, LOGIN, clock=time.clock).send(READ)
    host = private.removeprefix("https://").removesuffix("/api")
    assert (
        f"the last try found no connection to {host}: the server's certificate is not trusted by "
        "certifi. Name the certificates of a private authority in REQUESTS_CA_BUNDLE."
    ) in str(caught.value)


def test_the_order_of_certificates(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE, SSL_CERT_FILE, certifi; a folder counts, empty does not."""
    assert way_to(HOST).certificates is None
    for name in reversed(CERTIFICATES):
        monkeypatch.setenv(name, PRIVATE)
        found = way_to(HOST)
        assert (found.certificates, found.certificates_setting) == (PRIVATE, name)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path))
    assert way_to(HOST).certificates == str(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "")
    assert way_to(HOST).certificates_setting == "CURL_CA_BUNDLE"


@pytest.mark.parametrize("name", CERTIFICATES)
def test_certificates_that_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    """The variable is named, the path is not; what would not be used is no error."""
    monkeypatch.setenv(name, str(tmp_path / "hidden.pem"))
    with pytest.raises(ConfigurationError) as caught:
        Transport(HOST, LOGIN)
    assert str(caught.value) == (
        f"The environment variable {name} names certificates that cannot be read, so nothing was "
        "sent. Name a file that is there."
    )
    (tmp_path / "hidden.pem").write_text("no certificate")
    with pytest.raises(ConfigurationError) as caught:
        Transport(HOST, LOGIN)
    assert str(caught.value) == (
        f"The environment variable {name} names a file without certificates, so nothing was sent. "
        "Name a file of certificates in PEM."
    )
    Transport("http://localhost:1/api", LOGIN)


def test_certificates_that_vanish_meanwhile(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, private: str, time: FakeTime
) -> None:
    """The same kind of error, not a bug of this package."""
    bundle = tmp_path / "hidden.pem"
    bundle.write_text(Path(PRIVATE).read_text())
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    one = Transport(private, LOGIN, clock=time.clock)
    bundle.unlink()
    with pytest.raises(ConfigurationError) as caught:
        one.send(READ)
    assert str(caught.value) == (
        "GET /thing was not sent: the certificates of SSL_CERT_FILE can no longer be read."
    )


def test_a_key_log_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each connection would fail, as if it had been cut."""
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "hidden" / "keys"))
    with pytest.raises(ConfigurationError) as caught:
        Transport(HOST, LOGIN)
    assert str(caught.value) == (
        "The environment variable SSLKEYLOGFILE names a file that cannot be written, so nothing was "
        "sent. Name one that can."
    )


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("http://user:hidden@proxy:port", "holds what is no URL"),
        ("http://[hidden:3128", "holds what is no URL"),
        ("http://proxy:99999", "holds what is no URL"),
        ("http://", "holds a URL without a valid host"),
        ("http://hid den:3128", "holds what is no URL"),
        ("http://hidden..com:3128", "holds a URL without a valid host"),
        ("ftp://hidden:21", "holds a URL that is none of http, https, socks4 and socks5"),
        ("socks5://hidden:1080", "holds a SOCKS proxy, which needs the Python package PySocks"),
    ],
)
def test_a_proxy_that_cannot_work(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, problem: str
) -> None:
    """The variable is named, its value is not; by NO_PROXY first it would not be used."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as caught:
        Transport(HOST, LOGIN)
    assert str(caught.value) == (
        f"The environment variable {name} for a proxy {problem}{PROXY_REMEDY}"
    )
    for bypass in ("mixpanel.com", "*", ".com"):
        monkeypatch.setenv("NO_PROXY", bypass)
        assert way_to(HOST).proxy is None
    monkeypatch.setenv("NO_PROXY", "example.com")
    with pytest.raises(ConfigurationError):
        way_to(HOST)
    assert way_to("https://localhost:1/api").proxy is None


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("http://user:word@proxy:3128", "http://user:word@proxy:3128"),
        ("proxy:3128", "http://proxy:3128"),
        ("user:word@proxy.example.com:3128", "http://user:word@proxy.example.com:3128"),
        ("https://[::1]:3128", "https://[::1]:3128"),
    ],
)
def test_a_proxy_that_can_work(monkeypatch: pytest.MonkeyPatch, value: str, url: str) -> None:
    """With or without a scheme; it is in no repr."""
    monkeypatch.setenv("HTTPS_PROXY", value)
    found = way_to(HOST)
    assert (found.proxy, found.proxy_setting) == (url, "HTTPS_PROXY")
    assert repr(found) == "Way('mixpanel.com')"


def test_a_variable_in_lower_case_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """As for every program that reads both; the one that is used is named."""
    monkeypatch.setenv("HTTPS_PROXY", "http://upper:1")
    monkeypatch.setenv("https_proxy", "http://lower:1")
    found = way_to(HOST)
    assert (found.proxy, found.proxy_setting) == ("http://lower:1", "https_proxy")


def test_a_proxy_of_the_system_is_named_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no variable is set, macOS and Windows have settings of their own."""
    monkeypatch.setattr(urllib.request, "getproxies", lambda: {"https": "http://proxy:1"})
    assert way_to(HOST).proxy_setting == "the system's settings"
    monkeypatch.setattr(urllib.request, "getproxies", lambda: {"https": "http://pro:xy"})
    with pytest.raises(ConfigurationError) as caught:
        way_to(HOST)
    assert str(caught.value) == (
        f"The system's setting for a proxy holds what is no URL{PROXY_REMEDY}"
    )


def test_a_proxy_that_does_not_answer(monkeypatch: pytest.MonkeyPatch, time: FakeTime) -> None:
    """The message names the host and the setting, and not the proxy."""
    monkeypatch.setenv("HTTPS_PROXY", "http://user:hidden@127.0.0.1:9")
    with pytest.raises(GaveUp) as caught:
        Transport(HOST, LOGIN, clock=time.clock).send(READ)
    assert str(caught.value).endswith(
        "the last try found no connection to mixpanel.com through the proxy of HTTPS_PROXY."
    )
    assert "hidden" not in str(caught.value)


def test_https_where_a_server_speaks_http(time: FakeTime) -> None:
    """Nothing was sent, so nothing is lost: four tries, and then the base URL is doubted."""
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{server.server_address[1]}"
    with pytest.raises(GaveUp) as caught:
        Transport(f"https://{host}/api", LOGIN, clock=time.clock).send(READ)
    server.shutdown()
    server.server_close()
    assert "GET /thing failed 4 times in " in str(caught.value)
    assert str(caught.value).endswith(
        f"found no connection to {host}: no TLS is spoken there. Check the base URL."
    )


def test_a_host_that_is_none_is_refused() -> None:
    """An empty part or one of more than 63 characters fails in the resolver, as a bug."""
    for host in ("a..b", f"{'a' * 64}.com", ".mixpanel.com"):
        with pytest.raises(ConfigurationError, match=r"is refused: its host is none\.$"):
            Transport(f"https://{host}/api", LOGIN)
