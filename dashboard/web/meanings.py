"""What a metric means, for the reader who stands before its chart."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trainers.catalog import TRAINERS
from trainers.config import Metric

DIRECTIONS = {
    "lower": gettext_lazy("Lower is better."),
    "higher": gettext_lazy("Higher is better."),
    "none": "",
}


def meanings(trainers: Iterable[str]) -> dict[str, str]:
    """By metric: what it is, which way is better, what it cannot fall below. Not all have one."""
    found: dict[str, str] = {}
    for trainer in map(TRAINERS.get, trainers):
        for metric in trainer.metrics if trainer else ():
            if text := _meaning(metric):
                found.setdefault(metric.name, text)
    return found


def _meaning(metric: Metric) -> str:
    parts = [_(metric.meaning) if metric.meaning else "", str(DIRECTIONS[metric.direction])]
    if metric.lower_bound:  # that a loss or a time is not below 0 goes without saying
        parts.append(_("Never below %(bound)s.") % {"bound": f"{metric.lower_bound:g}"})
    return " ".join(filter(None, parts))
