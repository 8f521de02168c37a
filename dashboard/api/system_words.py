"""The words of the system charts, which are drawn where no translation is known."""

from __future__ import annotations

from django.utils.translation import gettext_noop

TEXTS = (
    gettext_noop("this run"),
    gettext_noop("whole host"),
    gettext_noop("Processors in use"),
    gettext_noop("Memory in use"),
    gettext_noop("GPU utilisation"),
    gettext_noop("GPU memory in use"),
    gettext_noop("GPU temperature"),
    gettext_noop("GPU power"),
    gettext_noop("Free disk"),
    gettext_noop("Disk traffic"),
    gettext_noop("Network traffic"),
    gettext_noop("read"),
    gettext_noop("written"),
    gettext_noop("received"),
    gettext_noop("sent"),
)
