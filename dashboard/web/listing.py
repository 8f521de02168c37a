"""What the pages that list runs share: the address, and what may be done with ticked runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.runs import lifecycle
from dashboard.runs.models import Run
from dashboard.search import tagging
from dashboard.search.finding import Asked, Found
from dashboard.web.choosing import listed

KEPT = ("q", "sort", "archived")  # of the address, by every link from list to list


def asked(request: HttpRequest) -> Asked:
    get = request.GET
    archived = get.get("archived") == "1"
    return Asked(get.get("q", ""), get.get("sort", ""), get.get("at", ""), archived)


def context(request: HttpRequest, found: Found) -> dict[str, Any]:
    """What parts/search.html, parts/bulk.html and parts/pages.html show."""
    wanted = asked(request)
    kept = request.GET.copy()
    for name in set(kept) - set(KEPT):
        del kept[name]
    return {
        "found": found,
        "counted": counted(found),
        "search": wanted.query,
        "archived": wanted.archived,
        "sort": wanted.sort,
        "kept": kept.urlencode(),
        "live": any(run.is_live for run in found.runs),
        "faults": _faults(wanted.query, found),
    }


def _faults(query: str, found: Found) -> list[dict[str, Any]]:
    """The error or the hints, with the query cut at the place of each."""
    hints = [found.error] if found.error else found.hints
    return [
        {
            "says": hint.says,
            "before": query[: hint.span[0]],
            "at": query[slice(*hint.span)] or " ",
            "after": query[hint.span[1] :],
            "near": [(name, _mended(query, hint.span, name)) for name in hint.near],
            "placed": hint.span != (0, 0),
        }
        for hint in hints
    ]


def _mended(query: str, span: tuple[int, int], name: str) -> str:
    return query[: span[0]] + name + query[span[1] :]


def act(request: HttpRequest) -> HttpResponse:
    """Stop, archive, restore, trash or tag the ticked runs, and come back to the same view."""
    ids = listed(request.POST.getlist("runs"))
    action = request.POST.get("action", "")
    if action == "tag":
        return _tag(request, ids)
    do = ACTIONS.get(action)
    if do is None:
        return HttpResponse(status=400)
    runs = list(Run.objects.filter(pk__in=ids))
    done = sum(do[0](run) for run in runs)
    messages.success(request, do[1](done) % {"count": done})
    if left := len(runs) - done:
        told = ngettext("%(count)s stayed as it was.", "%(count)s stayed as they were.", left)
        messages.info(request, told % {"count": left})
    return redirect(request.get_full_path())


def _tag(request: HttpRequest, ids: Sequence[str]) -> HttpResponse:
    add, remove = (tagging.read_tags(request.POST.get(name, "")) for name in ("add", "remove"))
    done = tagging.change(ids, add, remove)
    told = ngettext("Tags of %(count)s run changed.", "Tags of %(count)s runs changed.", done)
    messages.success(request, told % {"count": done})
    return redirect(request.get_full_path())


def _stopped(count: int) -> str:
    return ngettext("%(count)s run is asked to stop.", "%(count)s runs are asked to stop.", count)


def _archived(count: int) -> str:
    return ngettext("%(count)s run archived.", "%(count)s runs archived.", count)


def _trashed(count: int) -> str:
    return ngettext(
        "%(count)s run moved to the trash.", "%(count)s runs moved to the trash.", count
    )


def _restored(count: int) -> str:
    return ngettext("%(count)s run restored.", "%(count)s runs restored.", count)


ACTIONS: dict[str, tuple[Callable[[Run], bool], Callable[[int], str]]] = {
    "stop": (lifecycle.request_stop, _stopped),
    "archive": (lifecycle.archive, _archived),
    "restore": (lifecycle.restore, _restored),
    "trash": (lifecycle.trash, _trashed),
}


def counted(found: Found) -> str:
    """How many runs there are, honestly."""
    count = found.count.number
    if not found.count.exact:
        return _("more than %(count)s runs") % {"count": f"{count:,}"}
    return ngettext("%(count)s run", "%(count)s runs", count) % {"count": f"{count:,}"}
