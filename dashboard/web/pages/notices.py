"""All that was told, the newest first, and by which channels it left."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from dashboard.notices.models import Delivery, Notice
from dashboard.notices.seeing import see, unseen
from dashboard.notices.wording import says
from dashboard.web import live
from dashboard.web.bell import reader, row

AT_ONCE = 50  # notices a page


def page(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _act(request)
    told = Notice.objects.filter(run__trashed_at=None).select_related("run__project")
    deliveries = Delivery.objects.select_related("channel").order_by("pk")
    told = told.prefetch_related(Prefetch("deliveries", deliveries))
    shown = Paginator(told, AT_ONCE).get_page(request.GET.get("page"))
    new = set(unseen(reader(request)).values_list("pk", flat=True))

    def answer() -> HttpResponse:
        rows = [_row(notice, new) for notice in shown]
        context = {"rows": rows, "shown": shown, "new": len(new)}
        return render(request, "pages/notices.html", context)

    return live.answer(request, [], answer, sorted(new), *map(_seen, shown))


def _row(notice: Notice, new: set[int]) -> dict[str, Any]:
    project = notice.run.project.name if notice.run else notice.news["project"]
    told = {"says": says(notice), "project": project, "is_new": notice.pk in new}
    return {**row(notice), **told}


def _seen(notice: Notice) -> list[Any]:
    left = [(d.pk, d.status, d.attempts, d.channel.name) for d in notice.deliveries.all()]
    return [notice.pk, notice.told_at, notice.over_at, left]


def _act(request: HttpRequest) -> HttpResponse:
    """do=all: whatever is unseen; else those that were shown, so that none is passed unread."""
    if request.POST.get("do") == "all":
        see(reader(request), unseen(reader(request)).values_list("pk", flat=True))
    else:
        see(reader(request), (int(pk) for pk in request.POST.getlist("notice") if pk.isdecimal()))
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if safe else "notices")
