"""The trash: what is in it, since when, until when; back out of it, or gone for good."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext

from dashboard.runs import lifecycle
from dashboard.storage import trash, usage

AT_ONCE = 100  # runs a page


def page(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _act(request)
    after = request.GET.get("after", "")
    found = trash.page(after, AT_ONCE)
    context = {
        "rows": [{"run": run, "leaves_at": trash.leaves_at(run)} for run in found.runs],
        "next": found.next,
        "after": after,
        "share": usage.together(trash.contents()),
    }
    return render(request, "pages/trash.html", context)


def _act(request: HttpRequest) -> HttpResponse:
    runs = trash.contents()
    chosen = runs.filter(pk__in=request.POST.getlist("runs"))
    action = request.POST.get("action", "")
    if action == "restore":
        done = sum(lifecycle.restore(run) for run in chosen)
        told = ngettext("%(count)s run restored.", "%(count)s runs restored.", done)
    elif action in ("purge", "empty"):
        if not request.user.is_superuser:
            raise PermissionDenied
        which = chosen if action == "purge" else runs
        done = lifecycle.purge_all(which, by=str(request.user))
        told = ngettext(
            "%(count)s run is being deleted for good.",
            "%(count)s runs are being deleted for good.",
            done,
        )
    else:
        return HttpResponse(status=400)
    messages.success(request, told % {"count": done})
    return redirect("trash")
