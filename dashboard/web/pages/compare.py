"""Two or more runs side by side; the first is the baseline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dashboard.runs.models import Run
from dashboard.runs.origin import edits
from dashboard.web import compared_arms, compared_metrics, compared_verdicts, live
from dashboard.web.choosing import listed
from dashboard.web.compared_origins import sections
from dashboard.web.meanings import meanings

MOST = 50
NEWEST = 20  # points that a mean is of, unless the address says otherwise
MOST_NEWEST = 1000
ASKED = (
    "runs",
    "by",
    "column",
    "k",
    "find",
    "shared",
    "from",
)  # what the form over the metrics asks itself


def page(request: HttpRequest) -> HttpResponse:
    asked = listed(request.GET.getlist("runs"))
    runs = _runs(asked[: MOST + 1])
    ids = [run.pk for run in runs]
    missing = [run_id for run_id in asked[: MOST + 1] if run_id not in ids]
    if (by := compared_arms.chosen_by_hand(request)) and len(runs) > 1:
        return redirect(f"{request.path}?{_grouped_by(request, by)}#arms")
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
            "edited": [(run, edits(run)) for run in runs if edits(run)],
            "verdicts": (verdicts := compared_verdicts.rows(runs)),
            "unjudged": sum(not row.judged for row in verdicts),
            "all_rules": request.GET.get("rules") == "all",
            "turns": compared_verdicts.counts(verdicts),
            "meanings": meanings(dict.fromkeys(run.trainer for run in runs)),
            "kept_arms": _kept(request, ("runs", "arms", "arm", "draw")),
            **compared_arms.told(request, runs),
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
    find, shared = request.GET.get("find", ""), request.GET.get("shared") == "1"
    metrics = compared_metrics.Metrics(runs)
    part = metrics.part(find, _place(request.GET.get("from", "")), shared=shared)
    rows = metrics.rows(part.names, newest)
    ordering = (
        rows if by in part.names else metrics.rows([by], newest) if by in metrics.names else []
    )
    order = compared_metrics.order(ordering, by, column, len(runs))
    return {
        "kept": _kept(request, ASKED),
        "newest": newest,
        "newest_error": error,
        "by": by,
        "column": column,
        "find": find,
        "shared": shared,
        "part": part,
        "metric_names": metrics.names,
        "metric_runs": [runs[place] for place in order],
        "metrics": [{"row": row, "cells": row.shown(order)} for row in rows],
        "none_shared": bool(metrics.names) and not any(map(metrics.is_shared, metrics.names)),
    }


def _place(text: str) -> int:
    """Where the part of the metrics that is shown begins; what is no place is the beginning."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def _kept(request: HttpRequest, asked: Sequence[str]) -> list[tuple[str, str]]:
    """What a form leaves as it is in the address."""
    return [(name, request.GET[name]) for name in request.GET if name not in asked]


def _grouped_by(request: HttpRequest, by: str) -> str:
    """The address with the arms that were chosen one by one in a form a browser can send again."""
    query = request.GET.copy()
    query.pop("arm", None)
    query["arms"] = by
    return query.urlencode(safe=",/")


def _newest(text: str) -> tuple[int, str]:
    """How many points the mean is of, and what is wrong with what was asked."""
    if not text:
        return NEWEST, ""
    if text.isdecimal() and 1 <= int(text) <= MOST_NEWEST:
        return int(text), ""
    return NEWEST, _("A whole number from 1 to %(most)s.") % {"most": MOST_NEWEST}
