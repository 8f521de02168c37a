"""Log in with the one-time link that `manage.py up` prints."""

from __future__ import annotations

import hashlib
import hmac
import time

from django.contrib.auth import get_user_model, login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dashboard.places import login_link_file

ADMIN = "admin"  # `up` makes this superuser
BACKEND = "django.contrib.auth.backends.ModelBackend"


@login_not_required
def page(request: HttpRequest, token: str) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("runs")
    refused = _refusal(token)
    admin = get_user_model().objects.filter(username=ADMIN, is_active=True).first()
    if refused or admin is None:
        reason = refused or _("There is no user named admin.")
        return render(request, "pages/login_once.html", {"reason": reason}, status=403)
    login(request, admin, backend=BACKEND)
    return redirect("runs")


def _refusal(token: str) -> str:
    """Why the token does not open the door; empty where it did, and then never does again."""
    expires, known = _kept_link()
    given = hashlib.sha256(token.encode()).hexdigest()
    if not known or not hmac.compare_digest(given, known):
        return _("This link was used already, or is not this installation's newest one.")
    if time.time() > expires:
        return _("This link has expired.")
    if not _take():
        return _("This link was used already, or is not this installation's newest one.")
    return ""


def _kept_link() -> tuple[float, str]:
    """When the link ends, and its hash; no hash where there is no link."""
    try:
        expires, _space, known = login_link_file().read_text().strip().partition(" ")
        return float(expires), known
    except (OSError, ValueError):
        return 0.0, ""


def _take() -> bool:
    """Use the link up. Of two who come at once the rename lets one through."""
    kept = login_link_file()
    try:
        kept.rename(kept.with_suffix(".used"))
    except FileNotFoundError:
        return False
    return True
