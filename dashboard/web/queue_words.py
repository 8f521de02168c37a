"""Why a run waits, in the reader's language."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.training.queue import Place


def why(place: Place) -> str | SafeString:
    return WORDS[place.reason.why](place)


def _starting(place: Place) -> str:
    return _("A slot is free for it: it starts in a moment.")


def _no_worker(place: Place) -> str:
    return _("No worker is at work: it waits until one joins.")


def _too_wide(place: Place) -> str:
    reason = place.reason
    text = ngettext(
        "It needs %(counter)s slot on one host, and no host has as many: the largest has"
        " %(widest)s. It will wait until one with more joins.",
        "It needs %(counter)s slots on one host, and no host has as many: the largest has"
        " %(widest)s. It will wait until one with more joins.",
        reason.needs,
    )
    return text % {"counter": reason.needs, "widest": reason.most}


def _no_free_slot(place: Place) -> str:
    return _("No slot is free.")


def _too_few_free(place: Place) -> str:
    reason = place.reason
    text = ngettext(
        "It needs %(counter)s slots on one host, and at most %(free)s is free.",
        "It needs %(counter)s slots on one host, and at most %(free)s are free.",
        reason.free,
    )
    return text % {"counter": reason.needs, "free": reason.free}


def _behind(place: Place) -> str | SafeString:
    """Free slots are kept for a wider run ahead of it."""
    if place.behind is None:
        return _("Free slots are kept for a run ahead of it that needs more of them.")
    link = format_html('<a href="{}">{}</a>', place.behind.get_absolute_url(), place.behind.name)
    text = _("Free slots are kept for %(name)s, which is ahead of it and needs more of them.")
    return format_html(text.replace("%(name)s", "{}"), link)


WORDS = {
    "starting": _starting,
    "no_worker": _no_worker,
    "too_wide": _too_wide,
    "no_free_slot": _no_free_slot,
    "too_few_free": _too_few_free,
    "behind": _behind,
}
