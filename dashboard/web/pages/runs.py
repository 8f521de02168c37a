"""All runs, and the curves of those that are looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext

from dashboard.metrics import store
from dashboard.metrics.store import Summary
from dashboard.runs import lifecycle
from dashboard.runs.models import Run
from dashboard.web import live
from dashboard.web.choosing import found, listed
from trainers.catalog import TRAINERS
from trainers.config import Metric

A_PAGE = 50
FIRST_SHOWN = 10  # the newest so many are drawn until the reader chooses
MOST_SHOWN = 50


def page(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _act(request)
    archived, search = request.GET.get("archived") == "1", request.GET.get("q", "")
    chosen = found(search, archived=archived).select_related("project", "examination")
    runs = Paginator(chosen, A_PAGE).get_page(request.GET.get("page"))
    shown = _shown(request, runs)

    def answer() -> HttpResponse:
        context = {"archived": archived, "search": search, "runs": runs}
        return render(request, "pages/runs.html", context | _rows(runs, shown))

    return live.answer(
        request, runs.object_list, answer, runs.paginator.count, store.version(shown)
    )


def _shown(request: HttpRequest, runs: Page[Run]) -> list[str]:
    """Ids of the runs that are drawn; those in the address that are gone are left out."""
    if "show" not in request.GET:
        return [run.pk for run in runs][:FIRST_SHOWN]
    asked = listed([request.GET["show"]])[:MOST_SHOWN]
    there = set(Run.objects.filter(pk__in=asked).values_list("pk", flat=True))
    return [run_id for run_id in asked if run_id in there]


def _rows(runs: Page[Run], shown: Sequence[str]) -> dict[str, Any]:
    summaries = store.summaries([run.pk for run in runs])
    rows = [{"run": run, "shown": run.pk in shown, **_key(run, summaries[run.pk])} for run in runs]
    return {"rows": rows, "shown": shown, "live": any(run.is_live for run in runs)}


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


def _act(request: HttpRequest) -> HttpResponse:
    """Stop, archive or restore the ticked runs, and come back to the same view."""
    do = ACTIONS.get(request.POST.get("action", ""))
    if do is None:
        return HttpResponse(status=400)
    runs = Run.objects.filter(pk__in=listed(request.POST.getlist("runs")))
    done = sum(do[0](run) for run in runs)
    messages.success(request, do[1](done) % {"count": done})
    return redirect(request.get_full_path())


def _stopped(count: int) -> str:
    return ngettext("%(count)s run is asked to stop.", "%(count)s runs are asked to stop.", count)


def _archived(count: int) -> str:
    return ngettext("%(count)s run archived.", "%(count)s runs archived.", count)


def _restored(count: int) -> str:
    return ngettext("%(count)s run restored.", "%(count)s runs restored.", count)


ACTIONS: dict[str, tuple[Callable[[Run], bool], Callable[[int], str]]] = {
    "stop": (lifecycle.request_stop, _stopped),
    "archive": (lifecycle.archive, _archived),
    "restore": (lifecycle.restore, _restored),
}
