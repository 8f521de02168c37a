"""Two or more runs side by side; the first is the baseline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from dashboard.runs.models import Run
from dashboard.web import compared_metrics, compared_verdicts, live
from dashboard.web.choosing import listed
from dashboard.web.compared_origins import sections
from dashboard.web.meanings import meanings

MOST = 50
NEWEST = 20  # points that a mean is of, unless the address says otherwise
MOST_NEWEST = 1000
ASKED = ("runs", "by", "column", "k")  # what the form over the metrics asks itself


def page(request: HttpRequest) -> HttpResponse:
    asked = listed(request.GET.getlist("runs"))
    runs = _runs(asked[: MOST + 1])
    ids = [run.pk for run in runs]
    missing = [run_id for run_id in asked[: MOST + 1] if run_id not in ids]
    told = {"runs": runs, "most": MOST, "missing": missing, "too_many": len(asked) > MOST}
    if len(runs) < 2 or told["too_many"]:
        return render(request, "pages/compare.html", told, status=404 if missing else 200)

    def answer() -> HttpResponse:
        context = told | {
            "ids": ids,
            "all": request.GET.get("diff") == "0",
            "live": any(run.is_live for run in runs),
            "trashed": [run for run in runs if run.trashed_at],
            "sections": sections(runs),
            "verdicts": (verdicts := compared_verdicts.rows(runs)),
            "turns": compared_verdicts.counts(verdicts),
            "meanings": meanings(dict.fromkeys(run.trainer for run in runs)),
        }
        return render(request, "pages/compare.html", context | _metrics(request, runs))

    return live.answer(request, runs, answer)


def _runs(ids: Sequence[str]) -> list[Run]:
    """Those that there are, in the order of the address."""
    found = Run.objects.select_related("project", "examination").in_bulk(list(ids))
    return [found[run_id] for run_id in ids if run_id in found]


def _metrics(request: HttpRequest, runs: Sequence[Run]) -> dict[str, Any]:
    """The table of metrics: its columns are the runs, in the order that the address asks for."""
    newest, error = _newest(request.GET.get("k", ""))
    by, column = request.GET.get("by", ""), request.GET.get("column", "")
    column = column if column in compared_metrics.COLUMNS else "last"
    rows = compared_metrics.rows(runs, newest)
    order = compared_metrics.order(rows, by, column, len(runs))
    return {
        "kept": [(name, value) for name, value in request.GET.items() if name not in ASKED],
        "newest": newest,
        "newest_error": error,
        "by": by,
        "column": column,
        "metric_runs": [runs[place] for place in order],
        "metrics": [{"row": row, "cells": row.shown(order)} for row in rows],
        "none_shared": bool(rows) and not any(row.shared for row in rows),
    }


def _newest(text: str) -> tuple[int, str]:
    """How many points the mean is of, and what is wrong with what was asked."""
    if not text:
        return NEWEST, ""
    if text.isdecimal() and 1 <= int(text) <= MOST_NEWEST:
        return int(text), ""
    return NEWEST, _("A whole number from 1 to %(most)s.") % {"most": MOST_NEWEST}
