"""The settings of this machine that a connection depends on: its proxy and its certificates.

What cannot work is a configuration error before anything is sent. Messages name a setting and
never show its value, which may hold a password. Imported only when a call is made.
"""

from __future__ import annotations

import importlib.util
import os
import ssl
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct
from requests.utils import should_bypass_proxies
from urllib3.exceptions import LocationValueError
from urllib3.util import parse_url

from mixpanel_service_accounts.api.errors import ConfigurationError
from mixpanel_service_accounts.api.wire import is_host, is_loopback

CERTIFICATES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
"""The variables that name trusted certificates, the first found first; then certifi's count."""

_PROXIES = ("https", "all")
"""Plain http is for loopback alone, which no proxy is asked for."""

_PROXY_SCHEMES = ("http", "https")
_SOCKS = ("socks4", "socks4a", "socks5", "socks5h")


class Way(Struct, frozen=True):
    """How this machine connects to one host.

    Attributes:
        host: The host, with its port if the base URL has one, for messages.
        proxy: The URL of the proxy, which may hold a password; None for none.
        proxy_setting: What names the proxy, for messages.
        certificates: The file or folder of the certificates that are trusted; None for certifi's.
        certificates_setting: What names them, for messages.
    """

    host: str
    proxy: str | None = None
    proxy_setting: str = ""
    certificates: str | None = None
    certificates_setting: str = "certifi"

    def __repr__(self) -> str:
        return f"Way({self.host!r})"


def way_to(base_url: str) -> Way:
    """Read how this machine connects to the host of a base URL.

    Args:
        base_url: As `check_base_url` returned it.

    Raises:
        ConfigurationError: A setting that would be used cannot work.
    """
    parts = urlsplit(base_url)
    if parts.scheme != "https":
        return Way(parts.netloc)
    certificates, certificates_setting = _certificates()
    proxy, proxy_setting = None, ""
    if not is_loopback(parts.hostname or "") and not should_bypass_proxies(base_url, None):
        proxy, proxy_setting = _proxy()
    return Way(parts.netloc, proxy, proxy_setting, certificates, certificates_setting)


def _certificates() -> tuple[str | None, str]:
    name = next((name for name in CERTIFICATES if os.environ.get(name)), None)
    path = os.environ[name] if name else None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if path is not None and not Path(path).is_dir():
        try:
            context.load_verify_locations(path)
        except ssl.SSLError:
            raise _cannot_work(
                f"The environment variable {name} names a file without certificates",
                "Name a file of certificates in PEM",
            ) from None
        except OSError:
            raise _cannot_work(
                f"The environment variable {name} names certificates that cannot be read",
                "Name a file that is there",
            ) from None
    _check_key_log(context)
    return path, name or "certifi"


def _check_key_log(context: ssl.SSLContext) -> None:
    """Check the file that every TLS connection of Python writes its keys to, if one is named."""
    if path := os.environ.get("SSLKEYLOGFILE"):
        try:
            context.keylog_filename = path
        except OSError:
            raise _cannot_work(
                "The environment variable SSLKEYLOGFILE names a file that cannot be written",
                "Name one that can",
            ) from None


def _proxy() -> tuple[str | None, str]:
    found = urllib.request.getproxies()
    kind = next((kind for kind in _PROXIES if found.get(kind)), None)
    if kind is None:
        return None, ""
    setting = _setting_of(kind, found[kind])
    # As curl reads it; requests would take the host of `proxy:3128` for a scheme.
    url = found[kind] if "://" in found[kind] else f"http://{found[kind]}"
    if problem := _problem_of_proxy(url):
        subject = f"The environment variable {setting}" if setting else "The system's setting"
        raise _cannot_work(
            f"{subject} for a proxy {problem}",
            "Correct it, for example to http://proxy.example.com:3128, or name the host of the "
            "base URL in NO_PROXY",
        )
    return url, setting or "the system's settings"


def _setting_of(kind: str, value: str) -> str | None:
    """Return the variable that names a proxy, in lower case first; None for the system's."""
    names = sorted((name for name in os.environ if name.lower() == f"{kind}_proxy"), reverse=True)
    return next((name for name in names if os.environ[name] == value), None)


def _problem_of_proxy(text: str) -> str | None:
    """Return what is wrong with the URL of a proxy, as requests would read it."""
    try:
        url = parse_url(text)
    except (LocationValueError, ValueError):
        return "holds what is no URL"
    if any(character.isspace() for character in text) or not is_host(url.host or ""):
        return "holds a URL without a valid host"
    if url.scheme in _SOCKS and importlib.util.find_spec("socks") is None:
        return "holds a SOCKS proxy, which needs the Python package PySocks"
    if url.scheme not in (*_PROXY_SCHEMES, *_SOCKS):
        return "holds a URL that is none of http, https, socks4 and socks5"
    return None


def _cannot_work(fault: str, remedy: str) -> ConfigurationError:
    return ConfigurationError(f"{fault}, so nothing was sent. {remedy}.")
