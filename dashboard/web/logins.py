"""Whose login a browser's cookie is."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest


def holder(session_key: str) -> str | None:
    """The user's id, as Django's own middleware finds it; None where nobody is logged in.

    Costs a query for the session and one for the user.
    """
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = get_user(request)
    return str(user.pk) if user.is_authenticated else None
