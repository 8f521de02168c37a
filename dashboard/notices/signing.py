"""Signatures of webhooks, as standardwebhooks.com specifies them, and those of chat services."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

PREFIX = "whsec_"


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def headers(secret: str, message: str, timestamp: int, body: bytes) -> dict[str, str]:
    """webhook-id stays the same when a delivery is tried again: by it receivers drop doubles."""
    return {
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{signature(secret, message, timestamp, body)}",
    }


def signature(secret: str, message: str, timestamp: int, body: bytes) -> str:
    """HMAC-SHA256 of "<id>.<timestamp>.<body>", in base64. A secret of another kind is taken as
    its bytes.
    """
    plain = secret.removeprefix(PREFIX)
    key = base64.b64decode(plain) if secret.startswith(PREFIX) else plain.encode()
    return _base64(key, f"{message}.{timestamp}.".encode() + body)


def feishu(secret: str, timestamp: int) -> dict[str, str]:
    """Fields of the body. Feishu takes "<seconds>\\n<secret>" as the key and signs nothing."""
    return {
        "timestamp": str(timestamp),
        "sign": _base64(f"{timestamp}\n{secret}".encode(), b""),
    }


def dingtalk(secret: str, milliseconds: int) -> dict[str, str]:
    """Fields of the query."""
    return {
        "timestamp": str(milliseconds),
        "sign": _base64(secret.encode(), f"{milliseconds}\n{secret}".encode()),
    }


def _base64(key: bytes, text: bytes) -> str:
    return base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
