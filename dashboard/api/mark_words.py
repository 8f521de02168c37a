"""What happened during a run, as its charts tell it: a trainer's words, as far as they are known.

Marks are data of a run. Their names, and those that always say the same, translators know by this.
"""

from __future__ import annotations

from django.utils.translation import gettext, gettext_noop

from dashboard.metrics.store import Mark

_ = gettext_noop

NAMES = {
    "bank_pending": _("Memory bank, pending"),
    "bank_filling": _("Memory bank, filling"),
    "bank_full": _("Memory bank, full"),
    "cache_off": _("Feature cache off"),
    "checkpoint_not_saved": _("Checkpoint not saved"),
    "early_stop": _("Stopped early"),
    "first_pass": _("First pass"),
    "resumed_from": _("Resumed"),
    "temperature_fallback": _("Temperature fallback"),
}
TEXTS = (
    _("Every image was seen once: from here on the feature cache should hit"),
    _("First fallback of the temperature: a term of the SDM loss was negative or not finite"),
)


def told(mark: Mark) -> str:
    name = gettext(NAMES[mark.name]) if mark.name in NAMES else mark.name
    text = gettext(mark.text) if mark.text in TEXTS else mark.text
    return f"{name}: {text}"
