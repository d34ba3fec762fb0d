"""A stack's state as its backend keeps it, with secrets in clear: without a start of the CLI for it.

The engine encrypts with AES-GCM, by a key that it derives from the passphrase and the stack's salt.
"""

from __future__ import annotations

import base64
import json
from functools import cache
from hashlib import pbkdf2_hmac
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tests.engine.harness import PASSPHRASE

from pulumi_mixpanel.special_values import SECRET, SIGNATURE

_ROUNDS = 1_000_000
"""Of the engine; another number fails at the first secret."""


def read_resources(folder: Path) -> list[dict[str, Any]]:
    """Return the resources in the state of a stack in `folder`."""
    (file,) = (folder / "state").rglob("stacks/tested/dev.json")
    latest = json.loads(file.read_text())["checkpoint"]["latest"]
    if latest is None:
        return []
    salt = latest["secrets_providers"]["state"]["salt"].split(":")[1]
    found: list[dict[str, Any]] = _in_clear(latest.get("resources", []), salt)
    return found


def _in_clear(value: Any, salt: str) -> Any:  # noqa: ANN401 (property values are of any type)
    if isinstance(value, list):
        return [_in_clear(one, salt) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get(SIGNATURE) == SECRET:
        nonce, text = (base64.b64decode(part) for part in value["ciphertext"][3:].split(":"))
        return json.loads(AESGCM(_key(salt)).decrypt(nonce, text, None))
    return {key: _in_clear(one, salt) for key, one in value.items()}


@cache
def _key(salt: str) -> bytes:
    return pbkdf2_hmac("sha256", PASSPHRASE.encode(), base64.b64decode(salt), _ROUNDS)
