"""Errors in the vendor's own JSON shape, and the bodies of others that only look like them."""

from __future__ import annotations

import msgspec

from mixpanel_service_accounts.api.forgiving_json import NotJSON, decode_json


class _VendorError(msgspec.Struct, forbid_unknown_fields=True):
    """The keys of an error (grade S): `error` alone is required; a proxy's body has others."""

    error: str
    status: str = "error"
    type: object = None
    details: object = None


def vendor_error_in(content: bytes) -> str | None:
    """Return the text of an error in the vendor's own shape (wire.md, fact 4), else None.

    Args:
        content: The body. A key that this API does not have, such as `timestamp` or `path`, or a
            `status` that is a number, is a sign of another server.
    """
    try:
        document = decode_json(content, _VendorError)
    except NotJSON:
        return None
    return document.error if document.status == "error" else None
