"""Errors of requests and urllib3, as ours: their own text may hold every part of a URL."""

from __future__ import annotations

import requests
import urllib3

from mixpanel_service_accounts.api.errors import (
    MalformedAnswer,
    NoAnswer,
)
from mixpanel_service_accounts.api.machine_settings import Way
from mixpanel_service_accounts.api.responses import ConnectionBroken, MalformedHead
from mixpanel_service_accounts.api.wire import (
    Request,
)

_NO_TLS = ("[SSL: WRONG_VERSION_NUMBER]", "[SSL: UNSUPPORTED_PROTOCOL]", "HANDSHAKE_FAILURE]")
"""What OpenSSL says before a request is sent, if the two sides find no way to encrypt it."""


def not_in_time(request: Request, seconds: float) -> NoAnswer:
    """Return the error for a response that did not come in time."""
    why = f"was not answered within {seconds:.3g} s."
    return NoAnswer(request.method, request.path, why, sent=True)


def cut_off(request: Request) -> NoAnswer:
    """Return the error for a response that broke off."""
    why = "was cut off before the whole answer had arrived."
    return NoAnswer(request.method, request.path, why, sent=True)


def no_answer(
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
        return not_in_time(request, seconds)
    else:
        return cut_off(request)
    return NoAnswer(request.method, request.path, why, sent=False)
