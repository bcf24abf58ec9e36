"""Signatures by the Standard Webhooks specification: HMAC-SHA256 over the message's id, the time and the body."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

SECRET_PREFIX = "whsec_"  # nosec B105 # how secrets begin
SECRET_BYTES = 32


def new_secret() -> str:
    """A fresh secret: the standard's prefix and 256 random bits."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed_headers(*, webhook_id: str, at: datetime, body: bytes, signing_secrets: Iterable[str]) -> dict[str, str]:
    """The three headers of the standard; every secret signs, so that a receiver may still know the former one."""
    timestamp = str(int(at.timestamp()))
    content = b".".join((webhook_id.encode(), timestamp.encode(), body))
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_sign(secret, content) for secret in signing_secrets),
    }


def _sign(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
