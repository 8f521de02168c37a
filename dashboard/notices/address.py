"""Where the app is reached, for links in messages, and which addresses it posts to."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from django.conf import settings

from dashboard.health.rule import gettext_noop
from dashboard.places import app_url_file

_ = gettext_noop


class BadAddress(ValueError):
    """Nothing is posted there; its text, a msgid, says why."""


def link(path: str) -> str:
    """The whole address of a page; "" where the app does not know how people reach it."""
    base = os.environ.get("FIXPOINT_URL") or next(iter(settings.CSRF_TRUSTED_ORIGINS), "")
    if not base and app_url_file().exists():
        base = app_url_file().read_text().strip()
    return f"{base.rstrip('/')}{path}" if base else ""


def checked(text: str) -> str:
    """An address that may be posted to. BadAddress: it is none."""
    try:
        parts = urlsplit(text.strip())
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise BadAddress(_("it is no address")) from error
    if parts.scheme not in ("http", "https") or not host:
        raise BadAddress(_("it must begin with https:// or http:// and name a host"))
    if parts.username or parts.password:
        raise BadAddress(_("a user name or password may not stand in it"))
    return text.strip()
