"""All runs, and the curves of those that are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dashboard.metrics import store
from dashboard.metrics.store import Summary
from dashboard.runs.models import Run
from dashboard.search import standings
from dashboard.search.finding import find
from dashboard.web import listing, live, troubles
from dashboard.web.choosing import listed
from trainers.catalog import TRAINERS
from trainers.config import Metric

FIRST_SHOWN = 10  # the newest so many are drawn until the reader chooses
MOST_SHOWN = 50


def page(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return listing.act(request)
    found = find(listing.asked(request))
    shown = _shown(request, found.runs)

    def answer() -> HttpResponse:
        context = {**listing.context(request, found), **_rows(found.runs, shown)}
        return render(request, "pages/runs.html", context)

    more = (found.count, found.next, found.previous, store.version(shown))
    return live.answer(request, found.runs, answer, *more)


def _shown(request: HttpRequest, runs: Sequence[Run]) -> list[str]:
    """Ids of the runs that are drawn; those in the address that are gone are left out."""
    if "show" not in request.GET:
        return [run.pk for run in runs][:FIRST_SHOWN]
    asked = listed([request.GET["show"]])[:MOST_SHOWN]
    there = set(Run.objects.filter(pk__in=asked).values_list("pk", flat=True))
    return [run_id for run_id in asked if run_id in there]


def _rows(runs: Sequence[Run], shown: Sequence[str]) -> dict[str, Any]:
    ids = [run.pk for run in runs]
    summaries, against = store.summaries(ids), standings.against(ids)
    rows = [
        {
            "run": run,
            "shown": run.pk in shown,
            "troubles": troubles.named(run, against.get(run.pk, ())),
            **_key(run, summaries[run.pk]),
        }
        for run in runs
    ]
    return {"rows": rows, "shown": shown}


def _key(run: Run, summaries: dict[str, Summary]) -> dict[str, Any]:
    """The metric that says how good a run is, as far as it has come."""
    trainer = TRAINERS.get(run.trainer)
    names = [trainer.primary, "train/loss"] if trainer else ["train/loss"]
    for name in names:
        if name in summaries:
            return {"key": summaries[name], "key_title": _title(run.trainer, name)}
    return {"key": None, "key_title": ""}


def _title(trainer: str, name: str) -> str:
    metrics: tuple[Metric, ...] = TRAINERS[trainer].metrics if trainer in TRAINERS else ()
    return next((metric.title for metric in metrics if metric.name == name), name)
