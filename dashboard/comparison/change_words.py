"""What was changed in the question of a study, in sentences of the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from dashboard.comparison.models import Change, Direction, Summary
from dashboard.health.rule import gettext_noop

FIELDS = {
    "title": gettext_noop("the title"),
    "hypothesis": gettext_noop("the hypothesis"),
    "metric": gettext_noop("the primary metric"),
    "direction": gettext_noop("the direction"),
    "summary": gettext_noop("the number of a run"),
    "last_k": gettext_noop("the values of a mean"),
    "smallest": gettext_noop("the smallest effect that matters"),
    "guardrails": gettext_noop("the guardrails"),
}
CHOICES: Mapping[str, Any] = {"direction": Direction, "summary": Summary}
LONGEST = 120  # characters of a value


def says(change: Change) -> str:
    """Who changed what, and whether that was late."""
    told = _("%(by)s changed %(field)s from %(before)s to %(after)s.") % {
        "by": change.by,
        "field": _(FIELDS[change.field]),
        "before": _value(change.field, change.before),
        "after": _value(change.field, change.after),
    }
    return f"{told} {_('Its runs had started by then.')}" if change.started else told


def line(guardrail: Mapping[str, Any]) -> str:
    """A guardrail as it is typed: name, lower or higher, and what matters."""
    smallest = guardrail.get("smallest")
    told = [guardrail["metric"], guardrail["direction"], "" if smallest is None else f"{smallest}"]
    return " ".join(filter(None, told))


def _value(field: str, value: Any) -> str:
    if field in CHOICES:
        return str(CHOICES[field](value).label)
    text = "; ".join(map(line, value)) if field == "guardrails" else str(value)
    text = " ".join(text.split()) or "–"
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
