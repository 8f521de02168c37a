"""How values look on the pages: numbers, durations, colours, verdicts."""

from __future__ import annotations

import json
import math
import re
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import now
from django.utils.translation import gettext as _

from dashboard.charts import colours
from dashboard.comparison.ledger import MISSING
from dashboard.health.figures import percent, plain
from dashboard.health.labels import LABELS
from dashboard.health.statistics import clopper_pearson
from dashboard.runs.models import Run

register = template.Library()
DASH = "–"
MARKED = re.compile(r"(`[^`]+`|(?<!\w)\*[^*\s]+(?: [^*\s]+)*\*(?!\w))")  # in the rules' docstrings


@register.simple_tag
def icon(name: str) -> SafeString:
    """A sign from static/icons.svg; it is decoration, the word beside it is what is read out."""
    sheet = static("icons.svg")
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', sheet, name
    )


@register.filter
def ink(run: Run) -> str:
    """The class that carries a run's colour."""
    return f"run-{colours.ink(run.number)}"


register.filter("plain", plain)


@register.filter
def number(value: Any) -> str:
    """Five significant digits; what is not finite is named."""
    if value is None or value == "":
        return DASH
    value = float(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{value:.5g}".replace("-", "−").replace("e−0", "e−").replace("e+0", "e+")


@register.simple_tag
def interval(hits: int, of: int) -> str:
    """The share's exact 95 % interval."""
    low, high = clopper_pearson(hits, of)
    return f"{percent(low)} – {percent(high)}"


@register.filter
def share(value: float) -> str:
    """Of one, in per cent."""
    return percent(value)


@register.filter
def marked_up(text: str) -> SafeString:
    """`names` as code and *words* as stressed; all else as it stands."""
    return format_html_join("", "{}", ((_marked_up(part),) for part in MARKED.split(text)))


def _marked_up(part: str) -> SafeString | str:
    if not MARKED.fullmatch(part):
        return part
    return format_html("<code>{}</code>" if part[0] == "`" else "<em>{}</em>", part[1:-1])


@register.filter
def state_word(state: str) -> str:
    return str(LABELS.get(state, state))


@register.filter("bytes")
def byte_size(value: Any) -> str:
    """1.23 GB: three digits, in steps of a thousand, as disks are sold."""
    if value is None or value == "":
        return DASH
    size, unit = float(value), "B"
    for unit in ("B", "kB", "MB", "GB", "TB", "PB"):  # noqa: B007
        if size < 999.5:
            break
        size /= 1000
    digits = 0 if unit == "B" or size >= 99.5 else 1 if size >= 9.95 else 2
    return f"{size:.{digits}f} {unit}"


@register.filter
def setting(value: Any) -> str:
    """A configuration's value as people write it."""
    if value is MISSING:
        return DASH
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str):
        return value or _("(empty)")
    if isinstance(value, int | float):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


@register.filter
def duration(run: Run) -> str:
    """How long it has been running, or ran."""
    if run.started_at is None:
        return DASH
    return seconds((run.finished_at or now()) - run.started_at)


@register.filter
def span(length: timedelta) -> str:
    return seconds(length)


def seconds(span: timedelta) -> str:
    """1 h 02 min, 3 min 20 s, 12 s."""
    total = max(0, int(span.total_seconds()))
    hours, rest = divmod(total, 3600)
    minutes, left = divmod(rest, 60)
    if hours:
        return _("%(h)d h %(min)02d min") % {"h": hours, "min": minutes}
    if minutes:
        return _("%(min)d min %(s)02d s") % {"min": minutes, "s": left}
    return _("%(s)d s") % {"s": left}


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """How long ago; the page's script says it in the reader's words."""
    return _time(value, "")


@register.filter
def clock(value: datetime | None) -> SafeString | str:
    """A point in time; the page's script says it in the reader's zone."""
    return _time(value, "clock")


def _time(value: datetime | None, kind: str) -> SafeString | str:
    if value is None:
        return DASH
    iso, text = value.isoformat(timespec="seconds"), f"{value:%Y-%m-%d %H:%M} UTC"
    return format_html('<time datetime="{}" class="{}">{}</time>', iso, kind, text)


@register.inclusion_tag("parts/verdict.html")
def verdict(state: str | None) -> dict[str, Any]:
    """Icon, word and colour of a verdict's state; a run that nobody judged yet has none."""
    if not state:
        return {"state": "none", "word": _("Not judged yet")}
    return {"state": state, "word": LABELS.get(state, state)}


@register.inclusion_tag("parts/verdict.html")
def health(state: str | None) -> dict[str, Any]:
    """Of a whole run. Some of the rules nearly always wait: that says nothing of the others."""
    word = {"word": _("Nothing wrong so far")} if state == "waiting" else {}
    return verdict(state) | word


@register.inclusion_tag("parts/status.html")
def status(run: Run) -> dict[str, Any]:
    word = run.get_status_display()
    if run.stop_requested and run.is_live:
        word = _("Stopping")
    return {"state": run.status, "word": word}


@register.filter
def state_of(run: Run) -> str | None:
    """The worst state among a run's verdicts."""
    return run.examination.state if hasattr(run, "examination") else None


@register.filter
def pretty(value: Any) -> str:
    """JSON for people."""
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)


@register.filter
def item(mapping: dict[str, Any], key: str) -> Any:
    return mapping.get(key)


@register.filter
def keys(mapping: dict[str, Any]) -> str:
    return ", ".join(mapping)


@register.filter
def words(text: str) -> list[str]:
    return text.split()


@register.filter
def is_nested(value: Any) -> bool:
    """Whether a value is better folded away than printed in a line."""
    return isinstance(value, dict | list)
