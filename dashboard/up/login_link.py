"""The link that logs its reader in as the administrator, once. Only its hash is kept."""

from __future__ import annotations

import hashlib
import os
import secrets
import time

from dashboard.places import app_url_file, login_link_file

MINUTES = 15


def address() -> str | None:
    """Of the app, as people reach it: FIXPOINT_URL, else where `up` listens; None: neither."""
    if url := os.environ.get("FIXPOINT_URL"):
        return url.rstrip("/")
    return app_url_file().read_text().strip() if app_url_file().exists() else None


def make() -> str:
    """The path of a fresh link; the one before it stops working."""
    token = secrets.token_urlsafe(32)
    hashed = hashlib.sha256(token.encode()).hexdigest()
    kept = login_link_file()
    fresh = kept.with_name(f"{kept.name}.{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(f"{int(time.time()) + MINUTES * 60} {hashed}\n")
    fresh.replace(kept)
    return f"/login/once/{token}/"
