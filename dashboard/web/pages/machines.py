"""Where runs run and what waits: every worker host with its slots, and the queue in its order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dashboard import version
from dashboard.runs import lifecycle
from dashboard.runs.models import Run, Status
from dashboard.training import queue
from dashboard.training.machines import Machine, forget, machines
from dashboard.training.models import PriorityChange
from dashboard.training.ordering import MOVES
from dashboard.web import live
from dashboard.web.queue_words import why

SHOWN = 200  # of the queue
CHANGES = 10  # the newest


def page(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _act(request)
    hosts, places = machines(), queue.places()
    first = list(places)[:SHOWN]
    waiting = Run.objects.select_related("examination", "launched_by").in_bulk(first)
    runs = [slot.run for host in hosts for slot in host.slots if slot.run]
    changes = list(PriorityChange.objects.select_related("run")[:CHANGES])

    def answer() -> HttpResponse:
        context = {
            "machines": hosts,
            "rows": [_row(waiting[pk], places[pk]) for pk in first if pk in waiting],
            "count": len(places),
            "left_out": max(len(places) - SHOWN, 0),
            "changes": changes,
            "version": version.told(),
            "lowest": queue.LOWEST,
            "highest": queue.HIGHEST,
        }
        return render(request, "pages/machines.html", context)

    moved = [change.pk for change in changes[:1]]
    return live.answer(request, [*runs, *waiting.values()], answer, _seen(hosts), places, moved)


def _seen(hosts: Sequence[Machine]) -> list[Any]:
    return [(host.name, host.seen_at, host.is_alive, host.busy) for host in hosts]


def _row(run: Run, place: queue.Place) -> dict[str, Any]:
    return {"run": run, "place": place, "why": why(place)}


def _act(request: HttpRequest) -> HttpResponse:
    """do: "<what> <run or host>"; priority comes in a field of its own."""
    what, _space, whom = request.POST.get("do", "").partition(" ")
    if what == "forget":
        _say(request, forget(whom), _("Forgotten."), _("This host is at work; it stays listed."))
    elif what in (*MOVES, "stop", "priority"):
        _act_on_run(request, what, whom)
    else:
        return HttpResponse(status=400)
    return redirect("machines")


def _act_on_run(request: HttpRequest, what: str, run_id: str) -> None:
    run = Run.objects.filter(pk=run_id, status=Status.QUEUED).first()
    if run is None:
        messages.error(request, _("This run does not wait any more."))
    elif what == "stop":
        done = lifecycle.request_stop(run)
        _say(request, done, _("Stopped: it was taken out of the queue."), _("It has ended."))
    else:
        _reorder(request, run, what)


def _reorder(request: HttpRequest, run: Run, what: str) -> None:
    by = request.user.get_username()
    try:
        if what in MOVES:
            queue.move(run, what, by)
        else:
            queue.set_priority(run, _priority(request), by)
    except (queue.OutOfRange, ValueError):
        limits = {"low": queue.LOWEST, "high": queue.HIGHEST}
        messages.error(request, _("A priority is a number from %(low)s to %(high)s.") % limits)


def _priority(request: HttpRequest) -> int:
    """ValueError where it is no number, or out of range."""
    priority = int(request.POST.get("priority", ""))
    if not queue.LOWEST <= priority <= queue.HIGHEST:
        raise queue.OutOfRange(priority)
    return priority


def _say(request: HttpRequest, done: bool, yes: str, no: str) -> None:  # noqa: FBT001
    if done:
        messages.success(request, yes)
    else:
        messages.error(request, no)
