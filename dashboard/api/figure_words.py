"""The words around a figure, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.charts.curves import Drawn
from dashboard.health.differing import named
from trainers.catalog import TRAINERS

MOST_NAMED = 3


def title(name: str, trainers: Iterable[str]) -> str:
    """What the trainer calls the metric, in the reader's language; else nothing."""
    for trainer in map(TRAINERS.get, trainers):
        for metric in trainer.metrics if trainer else ():
            if metric.name == name and metric.title:
                return f"{_(metric.title)} ({_(metric.unit)})" if metric.unit else _(metric.title)
    return ""


def note(drawn: Drawn) -> str:
    """What the chart shows of what there is, in words."""
    counts = {"points": number_format(drawn.points, force_grouping=True)}
    if drawn.buckets:
        counts["buckets"] = number_format(drawn.buckets, force_grouping=True)
        text = _("%(points)s points drawn as %(buckets)s buckets, extremes kept") % counts
    else:
        text = ngettext("%(points)s point", "%(points)s points", drawn.points) % counts
    return " · ".join([text, *_missing(drawn)])


def unplaced(count: int, metric: str) -> str:
    """Points that the other metric, which is the chart's x, gives no place."""
    text = ngettext(
        "%(n)s not drawn: no finite %(metric)s at its step",
        "%(n)s not drawn: no finite %(metric)s at their steps",
        count,
    )
    return text % {"n": number_format(count, force_grouping=True), "metric": metric}


def uncounted(runs: Sequence[str]) -> list[str]:
    """Runs that are not drawn along the samples they have seen."""
    if not runs:
        return []
    text = ngettext(
        "%(runs)s is not drawn: its trainer does not tell how many samples a step takes.",
        "%(runs)s are not drawn: their trainers do not tell how many samples a step takes.",
        len(runs),
    )
    return [text % {"runs": named(runs, MOST_NAMED)}]


def _missing(drawn: Drawn) -> list[str]:
    found = []
    if drawn.nonfinite:
        text = ngettext("%(n)s not finite, marked", "%(n)s not finite, marked", drawn.nonfinite)
        found.append(text % {"n": number_format(drawn.nonfinite, force_grouping=True)})
    if drawn.gaps:
        text = ngettext("%(n)s gap in the steps", "%(n)s gaps in the steps", drawn.gaps)
        found.append(text % {"n": number_format(drawn.gaps, force_grouping=True)})
    if drawn.superseded:
        text = ngettext(
            "%(n)s from before a resume, faint",
            "%(n)s from before a resume, faint",
            drawn.superseded,
        )
        found.append(text % {"n": number_format(drawn.superseded, force_grouping=True)})
    if drawn.unlogged:
        text = ngettext(
            "%(n)s at or below 0, not on a log scale",
            "%(n)s at or below 0, not on a log scale",
            drawn.unlogged,
        )
        found.append(text % {"n": number_format(drawn.unlogged, force_grouping=True)})
    return found
