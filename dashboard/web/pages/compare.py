"""Two or more runs side by side; the first is the baseline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from dashboard.comparison import ledger
from dashboard.health.labels import STATES
from dashboard.health.wording import worded
from dashboard.metrics import store
from dashboard.metrics.store import Summary
from dashboard.runs.models import Run
from dashboard.web import live
from dashboard.web.choosing import listed
from dashboard.web.meanings import meanings
from trainers.catalog import TRAINERS

MOST = 50


def page(request: HttpRequest) -> HttpResponse:
    ids = listed(request.GET.getlist("runs"))
    runs = _runs(ids)
    if not 2 <= len(runs) <= MOST:
        return render(request, "pages/compare.html", {"runs": runs, "most": MOST})

    def answer() -> HttpResponse:
        context = {
            "runs": runs,
            "ids": ids,
            "all": request.GET.get("diff") == "0",
            "live": any(run.is_live for run in runs),
            "config": ledger.entries([run.config for run in runs]),
            "made_of": ledger.differences([_origin(run) for run in runs]),
            "metrics": _metrics(runs),
            "verdicts": _verdicts(runs),
            "meanings": meanings(dict.fromkeys(run.trainer for run in runs)),
        }
        return render(request, "pages/compare.html", context)

    return live.answer(request, runs, answer)


def _runs(ids: Sequence[str]) -> list[Run]:
    """In the order of the address."""
    found = Run.objects.select_related("project", "examination").in_bulk(list(ids))
    for run_id in ids:
        if run_id not in found:
            raise Http404(_("There is no run %(id)s.") % {"id": run_id})
    return [found[run_id] for run_id in ids]


def _origin(run: Run) -> dict[str, Any]:
    """What else a run was made of, beside its configuration."""
    kept = {name: value for name, value in run.snapshot.items() if name != "packages"}
    return {"trainer": run.trainer, "seed": run.seed, **kept}


def _metrics(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """One row a metric: each run's last, least and greatest value, the best of them marked."""
    summaries = store.summaries([run.pk for run in runs])
    names = dict.fromkeys(name for run in runs for name in summaries[run.pk])
    directions = _directions(runs)
    return [
        _metric(name, [summaries[run.pk].get(name) for run in runs], directions.get(name, "none"))
        for name in sorted(names)
    ]


def _directions(runs: Sequence[Run]) -> dict[str, str]:
    trainers = [TRAINERS[name] for name in {run.trainer for run in runs} if name in TRAINERS]
    return {metric.name: metric.direction for trainer in trainers for metric in trainer.metrics}


def _metric(name: str, cells: Sequence[Summary | None], direction: str) -> dict[str, Any]:
    best = {}
    for column in ("last", "min", "max"):
        values = [getattr(cell, column) if cell else None for cell in cells]
        best[column] = _best(values, direction)
    found = [
        {"summary": cell, "best": {column: best[column] == place for column in best}}
        for place, cell in enumerate(cells)
    ]
    return {"name": name, "direction": direction, "cells": found}


def _best(values: Sequence[float | None], direction: str) -> int | None:
    """The place of the best value; None where there is no better or worse, or all are alike."""
    finite = [value for value in values if value is not None and abs(value) < float("inf")]
    if direction == "none" or len(set(finite)) < 2:
        return None
    return values.index(min(finite) if direction == "lower" else max(finite))


def _verdicts(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """One row a rule, the rules with the worst verdict of any run first."""
    by_rule: dict[str, dict[str, dict[str, Any]]] = {}
    for run in runs:
        for verdict in run.examination.verdicts if hasattr(run, "examination") else ():
            by_rule.setdefault(verdict["rule"], {})[run.pk] = worded(verdict)
    rows = [
        {
            "title": next(iter(found.values()))["title"],
            "worst": min(STATES.index(verdict["state"]) for verdict in found.values()),
            "cells": [found.get(run.pk) for run in runs],
        }
        for found in by_rule.values()
    ]
    return sorted(rows, key=lambda row: row["worst"])
